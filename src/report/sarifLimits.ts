import { gzipSync } from "node:zlib";
import { SEVERITIES, type Severity } from "../lint/finding.ts";
import { countBySeverity } from "./severity.ts";

/** What GitHub's code scanning takes: the results of a run that it keeps, and the bytes of an upload, which is compressed. */
const MOST = { results: 5_000, bytes: 10_000_000 };

/** A report within the limits, and sentences about what was cut. */
interface Limited {
  readonly text: string;
  readonly cut: readonly string[];
}

/**
 * Makes a report of as many results as an upload can have: the least severe are cut, suppressed ones first.
 * @param make makes the report of those that are kept, with the sentences about what was cut
 */
export function withinLimits<Result>(
  results: readonly Result[],
  rankOf: (result: Result) => { readonly severity: Severity; readonly isSuppressed: boolean },
  make: (kept: readonly Result[], cut: readonly string[]) => string,
  most = MOST,
): Limited {
  const rank = (result: Result) => {
    const { severity, isSuppressed } = rankOf(result);
    return SEVERITIES.indexOf(severity) + (isSuppressed ? SEVERITIES.length : 0);
  };
  let kept = results;
  const keep = (count: number) => {
    if (kept === results) kept = results.toSorted((a, b) => rank(a) - rank(b));
    kept = kept.slice(0, count);
  };
  if (results.length > most.results) keep(most.results);
  for (;;) {
    const cut = kept.length < results.length ? [sentence(results, kept, rankOf)] : [];
    const text = make(kept, cut);
    const size = uploadSize(text, most.bytes);
    if (size <= most.bytes || kept.length === 0) return { text, cut };
    // Never more than a part of what is too much, and always less than before.
    keep(Math.floor(kept.length * Math.min(0.9, most.bytes / size)));
  }
}

/** The bytes of a report as it is uploaded. One that is small without compression is not compressed. */
function uploadSize(text: string, most: number): number {
  const size = Buffer.byteLength(text);
  return size <= most ? size : gzipSync(text).length;
}

function sentence<Result>(
  results: readonly Result[],
  kept: readonly Result[],
  rankOf: (result: Result) => { readonly severity: Severity },
): string {
  const [all, included] = [results, kept].map((some) => countBySeverity(some.map(rankOf)));
  const bySeverity = SEVERITIES.map((severity) => `${severity} ${all![severity] - included![severity]}`).join(", ");
  return `only the ${kept.length} most severe of ${results.length} findings are included; omitted by severity: ${bySeverity}`;
}
