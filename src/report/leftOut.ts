import { SEVERITIES } from "../lint/finding.ts";
import { SEVERITY_WORDS } from "./findingText.ts";
import type { ImageReport } from "./imageReport.ts";
import { countAll } from "./severity.ts";

/**
 * What the reports that were merged count and do not contain, such as `1 error, 2 notes left out of the merged reports`; "" if
 * that is nothing. No option of the merge can show these findings.
 */
export function leftOutInWords(reports: readonly ImageReport[]): string {
  const counts = countAll(reports.map(({ hidden }) => ({ findings: [], hidden })));
  const words = SEVERITIES.filter((severity) => counts[severity] > 0).map(
    (severity) => `${counts[severity]} ${SEVERITY_WORDS[severity]}${counts[severity] === 1 ? "" : "s"}`,
  );
  return words.length === 0 ? "" : `${words.join(", ")} left out of the merged reports`;
}
