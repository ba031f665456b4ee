import { SEVERITIES, type Severity } from "../lint/finding.ts";
import { catalogue } from "../lint/rules/catalogue.ts";
import { escapeText } from "../report/escape.ts";
import type { NotLinted } from "../report/fleet.ts";
import { lintFormats } from "../report/formats.ts";
import type { ImageReport } from "../report/imageReport.ts";
import type { Repository } from "../report/repository.ts";
import { atLeast, countAll } from "../report/severity.ts";
import { EXIT } from "./exit.ts";
import { type Io, wantsColor } from "./io.ts";
import { type Output, writeOutput } from "./output.ts";
import { writeStepSummary } from "./stepSummary.ts";

/** The options about what reports show and what fails the run. */
export interface ReportFlags {
  readonly minSeverity?: Severity;
  readonly failOn: Severity | "never";
  readonly color: "auto" | "always" | "never";
  readonly quiet?: boolean;
  readonly exitZero?: boolean;
}

/** The lowest severity that any of the reports shows. */
export function lowestSeverity(outputs: readonly Output[], flags: ReportFlags): Severity {
  const all = outputs.map((output) => leastOf(output, flags));
  return all.sort((a, b) => SEVERITIES.indexOf(b) - SEVERITIES.indexOf(a))[0]!;
}

/** The lowest severity that a report shows. */
function leastOf({ format }: Output, { minSeverity, failOn }: ReportFlags): Severity {
  return minSeverity ?? milder(lintFormats[format]!.minSeverity, failOn);
}

/** The lowest severity that a report shows by default: anything that fails the run is always shown. */
function milder(usual: Severity, failOn: Severity | "never"): Severity {
  return failOn !== "never" && SEVERITIES.indexOf(failOn) > SEVERITIES.indexOf(usual) ? failOn : usual;
}

/** What the reports of a run are about. */
export interface Findings {
  readonly reports: readonly ImageReport[];
  readonly notLinted: readonly NotLinted[];
}

/** Writes all reports of a run, without images only those that say why. @throws CommandError for a file that cannot be written. */
export async function writeReports(
  { reports, notLinted }: Findings,
  outputs: readonly Output[],
  flags: ReportFlags & { readonly anchor?: Repository["anchor"] },
  io: Io,
): Promise<void> {
  const inGithubActions = io.env.GITHUB_ACTIONS === "true";
  for (const output of outputs) {
    const format = lintFormats[output.format]!;
    if (reports.length === 0 && format.withoutImages !== true) continue;
    const leftOut: string[] = [];
    const options = {
      color: output.file === undefined && wantsColor(flags.color, io),
      width: io.columns,
      minSeverity: leastOf(output, flags),
      quiet: flags.quiet === true,
      rules: catalogue,
      anchor: flags.anchor,
      inGithubActions,
      notLinted,
      leftOut: (sentence: string) => void leftOut.push(sentence),
    };
    const report = await format.load();
    await writeOutput(io, output, report(reports, options));
    for (const told of leftOut) io.err(`cloud-init-lint: ${output.format}: ${escapeText(told)}\n`);
    if (output.format === "github") await writeStepSummary(reports, options, io);
  }
}

/** The exit status because of findings. */
export function statusOfFindings(reports: readonly ImageReport[], flags: ReportFlags, io: Io): number {
  const { failOn, minSeverity } = flags;
  if (flags.exitZero === true || failOn === "never") return EXIT.clean;
  const counts = countAll(reports);
  const found = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) => ({ severity }));
  if (atLeast(found, failOn).length === 0) return EXIT.clean;
  const isShown = reports.some(({ findings }) => atLeast(atLeast(findings, failOn), minSeverity ?? "info").length > 0);
  const by = minSeverity === undefined ? "the reports that are merged" : `--min-severity ${minSeverity}`;
  if (!isShown) io.err(`cloud-init-lint: failed because of findings hidden by ${by}\n`);
  return EXIT.findings;
}
