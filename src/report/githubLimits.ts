import { SEVERITIES, type Severity } from "../lint/finding.ts";
import type { ImageReport } from "./imageReport.ts";
import { atLeast, countBySeverity } from "./severity.ts";

const WORDS: Readonly<Record<Severity, string>> = { error: "errors", warning: "warnings", info: "notices" };

/** The number of annotations of each severity that GitHub shows for one step of a workflow. */
const MOST = 10;

/** Sentences about the workflow commands that GitHub does not show as annotations. */
export function hiddenAnnotations(results: readonly ImageReport[], minSeverity: Severity): string[] {
  const counts = countBySeverity(results.flatMap(({ findings }) => atLeast(findings, minSeverity)));
  return SEVERITIES.filter((severity) => counts[severity] > MOST).map(
    (severity) =>
      `GitHub shows only ${MOST} of ${counts[severity]} ${WORDS[severity]} as annotations; this log contains all`,
  );
}
