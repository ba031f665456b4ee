import packageJson from "../../package.json" with { type: "json" };
import type { Severity } from "../lint/finding.ts";
import type { Rule } from "../lint/rules/rule.ts";
import type { NotLinted } from "./fleet.ts";
import type { ImageReport } from "./imageReport.ts";
import { projectUrl } from "./projectUrl.ts";
import type { SarifOptions } from "./sarif.ts";
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
  /** Whether the run is a step of a workflow of GitHub Actions. */
  readonly inGithubActions?: boolean;
  /** The images of the run that are in no report. */
  readonly notLinted?: readonly NotLinted[];
  /** Called with each sentence about findings that the program for which the report is made does not get or does not show. */
  readonly leftOut?: (sentence: string) => void;
}

/** Makes a report of findings. */
type Report = (reports: readonly ImageReport[], options: ReportOptions) => string;

interface LintFormat {
  /** Lowest severity to report by default: people get less than programs. */
  readonly minSeverity: Severity;
  /** Whether findings are shown in the files of a repository. */
  readonly inRepository?: true;
  /** Whether the whole first boot is shown (`plan` of ImageReport). */
  readonly needsPlan?: true;
  /**
   * Whether a report is written if no image at all could be linted. The others would look like those of clean images, and a
   * program would take all findings that it knows for mended.
   */
  readonly withoutImages?: true;
  /** Loads the report's code, so that a run pays only for the formats it needs. */
  load(): Promise<Report>;
}

/** A new format is one file and one line here. */
const formats = {
  text: { minSeverity: "warning", load: async () => (await import("./text.ts")).textReport },
  github: {
    minSeverity: "warning",
    inRepository: true,
    load: async () => (await import("./github.ts")).githubReport,
  },
  markdown: { minSeverity: "warning", load: async () => (await import("./markdown.ts")).markdownReport },
  json: {
    minSeverity: "info",
    withoutImages: true,
    load: async () => {
      const { jsonReport } = await import("./json.ts");
      return (reports, { minSeverity, notLinted }) => jsonReport(reports, minSeverity, notLinted);
    },
  },
  sarif: {
    minSeverity: "info",
    inRepository: true,
    load: async () => {
      const [{ sarifReport }, { documented }] = await Promise.all([
        import("./sarif.ts"),
        import("../lint/rules/documents.ts"),
      ]);
      return (reports, options) => sarifReport(reports, options.rules.map(documented), sarifOptions(options));
    },
  },
  gitlab: { minSeverity: "info", inRepository: true, load: async () => (await import("./gitlab.ts")).gitlabReport },
  junit: {
    minSeverity: "warning",
    withoutImages: true,
    load: async () => {
      const { junitReport } = await import("./junit.ts");
      return (results, { minSeverity, notLinted }) => junitReport(results, minSeverity, notLinted);
    },
  },
  html: {
    minSeverity: "info",
    needsPlan: true,
    load: async () => (await import("./html/page.ts")).htmlReport,
  },
} satisfies Record<string, LintFormat>;

function sarifOptions({
  minSeverity,
  anchor,
  notLinted,
  leftOut,
  inGithubActions = false,
}: ReportOptions): SarifOptions {
  const { version: toolVersion, repository }: { version: string; repository?: unknown } = packageJson;
  return {
    toolVersion,
    url: projectUrl(repository),
    minSeverity,
    anchor,
    withoutIgnored: inGithubActions,
    notLinted,
    leftOut,
  };
}

export type FormatName = keyof typeof formats;

/** The formats of `lint`, by name. */
export const lintFormats: Readonly<Record<string, LintFormat>> = formats;
