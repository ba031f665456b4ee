import { type LintResult, SEVERITIES, type Severity } from "../lint/finding.ts";
import { atLeast, countBySeverity } from "./severity.ts";

const WORDS: Readonly<Record<Severity, string>> = { error: "errors", warning: "warnings", info: "notices" };

/** How many annotations of each severity GitHub shows of one step of a workflow. */
const MOST = 10;

/** What GitHub does not show of the workflow commands, in words for the user. */
export function hiddenAnnotations(results: readonly LintResult[], minSeverity: Severity): string[] {
  const counts = countBySeverity(results.flatMap(({ findings }) => atLeast(findings, minSeverity)));
  return SEVERITIES.filter((severity) => counts[severity] > MOST).map(
    (severity) => `only ${MOST} of ${counts[severity]} ${WORDS[severity]} become annotations; this log has all`,
  );
}
