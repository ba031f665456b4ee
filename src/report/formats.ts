import packageJson from "../../package.json" with { type: "json" };
import type { Severity } from "../lint/finding.ts";
import type { Rule } from "../lint/rules/rule.ts";
import type { ImageReport } from "./imageReport.ts";
import type { Anchor } from "./shownPlace.ts";

/** The options of a report of findings. */
interface ReportOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  readonly minSeverity: Severity;
  readonly quiet: boolean;
  /** The whole catalogue. */
  readonly rules: readonly Rule[];
  /** Where the formats with `inRepository` show findings whose file is not in the repository. */
  readonly anchor?: Anchor;
}

/** Makes a report of findings. */
type Report = (results: readonly ImageReport[], options: ReportOptions) => string;

interface LintFormat {
  /** Lowest severity to report by default: people get less than programs. */
  readonly minSeverity: Severity;
  /** Whether findings are shown in the files of a repository. */
  readonly inRepository?: true;
  /** Whether the whole first boot is shown (`plan` of ImageReport). */
  readonly needsPlan?: true;
  /** Loads the report's code, so that a run pays only for the formats it needs. */
  load(): Promise<Report>;
}

const toolVersion = packageJson.version;

/** A new format is one file and one line here. */
const formats = {
  text: { minSeverity: "warning", load: async () => (await import("./text.ts")).textReport },
  github: {
    minSeverity: "warning",
    inRepository: true,
    load: async () => (await import("./github.ts")).githubReport,
  },
  json: {
    minSeverity: "info",
    load: async () => {
      const { jsonReport } = await import("./json.ts");
      return (results, { minSeverity }) => jsonReport(results, minSeverity);
    },
  },
  sarif: {
    minSeverity: "info",
    inRepository: true,
    load: async () => {
      const { sarifReport } = await import("./sarif.ts");
      return (results, { rules, minSeverity, anchor }) =>
        sarifReport(results, rules, { toolVersion, minSeverity, anchor });
    },
  },
  html: {
    minSeverity: "info",
    needsPlan: true,
    load: async () => (await import("./html/page.ts")).htmlReport,
  },
} satisfies Record<string, LintFormat>;

export type FormatName = keyof typeof formats;

/** The formats of `lint`, by name. */
export const lintFormats: Readonly<Record<string, LintFormat>> = formats;
