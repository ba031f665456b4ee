import packageJson from "../../package.json" with { type: "json" };
import type { LintResult, Severity } from "../lint/finding.ts";
import type { Rule } from "../lint/rule.ts";

/** What a report of findings may depend on. */
interface ReportOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  readonly minSeverity: Severity;
  readonly quiet: boolean;
  /** The whole catalogue. */
  readonly rules: readonly Rule[];
}

/** Makes a report of findings. */
type Report = (results: readonly LintResult[], options: ReportOptions) => string;

interface LintFormat {
  /** What is reported where the user does not say: to a person less than to a program. */
  readonly minSeverity: Severity;
  /** Loads the report's code, so that a run pays only for the formats it needs. */
  load(): Promise<Report>;
}

const toolVersion = packageJson.version;

/** The formats of `lint`, by name. A new one is one file and one line here. */
export const lintFormats: Readonly<Record<string, LintFormat>> = {
  text: { minSeverity: "warning", load: async () => (await import("./text.ts")).textReport },
  json: {
    minSeverity: "info",
    load: async () => {
      const { jsonReport } = await import("./json.ts");
      return (results, { minSeverity }) => jsonReport(results, minSeverity);
    },
  },
  sarif: {
    minSeverity: "info",
    load: async () => {
      const { sarifReport } = await import("./sarif.ts");
      return (results, { rules, minSeverity }) => sarifReport(results, rules, { toolVersion, minSeverity });
    },
  },
};
