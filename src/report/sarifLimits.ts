import { SEVERITIES, type Severity } from "../lint/finding.ts";
import { countBySeverity } from "./severity.ts";

/** The number of results of a run that GitHub's code scanning shows. */
const MOST = 5_000;

/** Results within the limit, the most severe ones, and sentences about what was cut. */
interface Limited<Result> {
  readonly kept: readonly Result[];
  readonly cut: readonly string[];
}

/** Cuts the results of a run to the limit of an upload: the least severe are cut, suppressed ones first. */
export function withinLimits<Result>(
  results: readonly Result[],
  rankOf: (result: Result) => { readonly severity: Severity; readonly isSuppressed: boolean },
): Limited<Result> {
  if (results.length <= MOST) return { kept: results, cut: [] };
  const rank = (result: Result) => {
    const { severity, isSuppressed } = rankOf(result);
    return SEVERITIES.indexOf(severity) + (isSuppressed ? SEVERITIES.length : 0);
  };
  const sorted = results.toSorted((a, b) => rank(a) - rank(b));
  const omitted = countBySeverity(sorted.slice(MOST).map(rankOf));
  const bySeverity = SEVERITIES.map((severity) => `${severity} ${omitted[severity]}`).join(", ");
  const sentence = `only the ${MOST} most severe of ${results.length} findings are included; omitted by severity: ${bySeverity}`;
  return { kept: sorted.slice(0, MOST), cut: [sentence] };
}
