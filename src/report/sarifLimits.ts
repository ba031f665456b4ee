import { type ImageFacts, SEVERITIES, type Severity } from "../lint/finding.ts";
import { atLeast } from "./severity.ts";

/** What GitHub's code scanning takes of one upload: runs, and the results of a run that it keeps. */
const MOST = { runs: 20, results: 5_000 };

/** What the limits are about. */
interface Counted {
  readonly image: ImageFacts;
  readonly findings: readonly { readonly severity: Severity }[];
}

/** Results cut to what GitHub takes, the worst kept, and what was cut in words for the user. */
export interface Limited<Result> {
  readonly results: readonly Result[];
  readonly cut: readonly string[];
}

/** Cuts results of a severity to what an upload may hold. Findings come worst first, so that the mildest go. */
export function withinLimits<Result extends Counted>(
  results: readonly Result[],
  minSeverity: Severity,
): Limited<Result> {
  const cut: string[] = [];
  if (results.length > MOST.runs)
    cut.push(`only the first ${MOST.runs} of ${results.length} images are in it: an upload takes no more runs`);
  const kept = results.slice(0, MOST.runs).map((result) => {
    const { image } = result;
    const findings = atLeast(result.findings, minSeverity);
    if (findings.length <= MOST.results) return { ...result, findings };
    cut.push(
      `${image.source}: only ${MOST.results} of ${findings.length} findings are in it, the worst first: ${SEVERITIES.map(
        (severity) =>
          `${findings.slice(MOST.results).filter((finding) => finding.severity === severity).length} of severity ${severity} are not`,
      ).join(", ")}`,
    );
    return { ...result, findings: findings.slice(0, MOST.results) };
  });
  return { results: kept, cut };
}
