import { SEVERITIES, type Severity } from "../lint/finding.ts";
import type { ImageFacts } from "../lint/lintResult.ts";
import { atLeast } from "./severity.ts";

/** The limits of one upload to GitHub's code scanning: runs, and results of a run. */
const MOST = { runs: 20, results: 5_000 };

/** The part of a result that the limits concern. */
interface Counted {
  readonly image: ImageFacts;
  readonly findings: readonly { readonly severity: Severity }[];
}

/** Results within the limits, the most severe ones, and sentences about what was cut. */
export interface Limited<Result> {
  readonly results: readonly Result[];
  readonly cut: readonly string[];
}

/** Cuts results to the limits of an upload. Findings are sorted by severity, so the least severe are cut. */
export function withinLimits<Result extends Counted>(
  results: readonly Result[],
  minSeverity: Severity,
): Limited<Result> {
  const cut: string[] = [];
  if (results.length > MOST.runs)
    cut.push(
      `only the first ${MOST.runs} of ${results.length} images are included, the most that an upload may contain`,
    );
  const kept = results.slice(0, MOST.runs).map((result) => {
    const { image } = result;
    const findings = atLeast(result.findings, minSeverity);
    if (findings.length <= MOST.results) return { ...result, findings };
    cut.push(
      `${image.source}: only the ${MOST.results} most severe of ${findings.length} findings are included; omitted by severity: ${SEVERITIES.map(
        (severity) =>
          `${severity} ${findings.slice(MOST.results).filter((finding) => finding.severity === severity).length}`,
      ).join(", ")}`,
    );
    return { ...result, findings: findings.slice(0, MOST.results) };
  });
  return { results: kept, cut };
}
