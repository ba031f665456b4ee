import type { Finding } from "../lint/finding.ts";
import { type IgnoreOptions, type IgnoreUse, keyOfComment } from "../lint/ignores/ignore.ts";
import { configuredFindings, WITHOUT_EFFECT } from "../lint/ignores/ignoreFindings.ts";
import { isOfImage } from "../lint/ignores/ignores.ts";
import type { Rule } from "../lint/rules/rule.ts";
import { type RuleSeverities, withSeverities } from "../lint/severities.ts";
import { worstFirst } from "../lint/worstFirst.ts";
import type { ImageReport, ReportedFinding } from "./imageReport.ts";
import type { ReportedFile } from "./reportedFile.ts";

/** A report and the ignores that were used for it. */
export interface IgnoringReport {
  readonly report: ImageReport;
  readonly ignoreUse: IgnoreUse;
}

/** What is known of the ignores of a run. */
export interface Settling {
  readonly ignores: IgnoreOptions;
  readonly rules: readonly Rule[];
  readonly severities: RuleSeverities | undefined;
  /** Whether all images were read whole, so that ignores that match nothing are known to be unnecessary. */
  readonly isComplete: boolean;
  /** The configuration file in a report. */
  file(path: string): ReportedFile;
}

/**
 * The reports of a run after what is only known of all images together: a comment that one of them uses is not reported for the
 * others, and each finding about a configured ignore is with the first image that the ignore is about.
 */
export function settledIgnores(all: readonly IgnoringReport[], settling: Settling): ImageReport[] {
  const { ignores, rules, severities, isComplete, file } = settling;
  const uses = all.map(({ ignoreUse }) => (isComplete ? ignoreUse : { ...ignoreUse, judged: [] }));
  const used = new Set(uses.flatMap(({ comments }) => comments));
  const byOrigin = new Map(ignores.configured.map((ignore) => [ignore.origin, ignore]));
  const added = new Map<number, Finding[]>();
  for (const finding of configuredFindings(ignores.configured, uses, rules, ignores.today)) {
    const ignore = finding.cause === null ? undefined : byOrigin.get(finding.cause);
    const first = all.findIndex(({ report }) => ignore === undefined || isOfImage(ignore, report.image.source));
    const others = added.get(Math.max(0, first));
    if (others === undefined) added.set(Math.max(0, first), [finding]);
    else others.push(finding);
  }
  return all.map(({ report, ignoreUse }, index) => {
    const needed = ignoreUse.unused.filter(({ path, line, rule }) => used.has(keyOfComment(path, line, rule)));
    const dropped = new Set(needed.map(({ path, line, message }) => `${path}\n${line}\n${message}`));
    const kept = report.findings.filter(
      ({ rule, cause, message }) =>
        rule !== WITHOUT_EFFECT || !dropped.has(`${cause?.path}\n${cause?.line}\n${message}`),
    );
    const own = withSeverities(added.get(index) ?? [], severities);
    const files = Object.fromEntries(
      own.flatMap(({ cause }) => (cause === null ? [] : [[cause.path, file(cause.path)]])),
    );
    return {
      ...report,
      findings: [...kept, ...own.map(asReported)].sort(worstFirst),
      files: { ...report.files, ...files },
    };
  });
}

function asReported({ proveFix: _, ...finding }: Finding): ReportedFinding {
  return { ...finding, fix: null };
}
