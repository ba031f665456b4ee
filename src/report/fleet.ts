import type { RemoteUsage } from "../disk/remote/source.ts";
import { SEVERITIES, type Severity } from "../lint/finding.ts";
import { type ImageReport, placeOf } from "./imageReport.ts";
import { atLeast } from "./severity.ts";

/** An image of a run that could not be linted. Plain data, without secrets. */
export interface NotLinted {
  readonly source: string;
  /** The exit status of its lint. */
  readonly status: number;
  /** Why, without the name of the image. */
  readonly message: string;
  /** What was read of it on another machine, which may cost something. */
  readonly usage?: RemoteUsage | undefined;
}

/** A rule and the line of configuration that it blames, in one image or in several. */
export interface FleetCause {
  readonly rule: string;
  /** The worst among the images. */
  readonly severity: Severity;
  /** The path of the cause, with the line where that is the same in all images. */
  readonly place: string;
  readonly images: number;
}

/** What a run found in how many images. Each image counts once, in one of the first four numbers. */
export interface Fleet {
  readonly withFindings: number;
  readonly clean: number;
  /** Without findings in the files that could be read. */
  readonly incomplete: number;
  readonly notLinted: number;
  /** The worst first; of equal severity, those of most images. */
  readonly causes: readonly FleetCause[];
}

/** The overview of a run of several images; undefined for a run of one. Findings below `minSeverity` do not count. */
export function fleetOf(
  reports: readonly ImageReport[],
  notLinted: readonly NotLinted[],
  minSeverity: Severity,
): Fleet | undefined {
  if (reports.length + notLinted.length < 2) return undefined;
  const shown = reports.map((report) => ({ report, findings: atLeast(report.findings, minSeverity) }));
  const silent = shown.filter(({ findings }) => findings.length === 0);
  const incomplete = silent.filter(({ report }) => report.unread.length > 0).length;
  return {
    withFindings: shown.length - silent.length,
    clean: silent.length - incomplete,
    incomplete,
    notLinted: notLinted.length,
    causes: causesOf(shown),
  };
}

function causesOf(reports: readonly { report: ImageReport; findings: ImageReport["findings"] }[]): FleetCause[] {
  const causes = new Map<
    string,
    { rule: string; path: string; rank: number; lines: Set<number | null>; of: Set<object> }
  >();
  for (const { report, findings } of reports)
    for (const finding of findings) {
      const { rule, severity } = finding;
      const { path, line } = placeOf(finding);
      // Images of one recipe may have the line at another place.
      const text = line === null ? null : (report.files[path]?.lines?.[line - 1] ?? line);
      const key = JSON.stringify([rule, path, text]);
      const cause = causes.get(key) ?? { rule, path, rank: SEVERITIES.length, lines: new Set(), of: new Set() };
      causes.set(key, cause);
      cause.rank = Math.min(cause.rank, SEVERITIES.indexOf(severity));
      cause.lines.add(line);
      cause.of.add(report);
    }
  return [...causes.values()]
    .sort((one, other) => one.rank - other.rank || other.of.size - one.of.size)
    .map(({ rule, path, rank, lines: [line, ...others], of }) => ({
      rule,
      severity: SEVERITIES[rank]!,
      place: typeof line === "number" && others.length === 0 ? `${path}:${line}` : path,
      images: of.size,
    }));
}

/** Such as `200 images: 180 with findings, 19 with nothing to report, 1 not linted`. */
export function fleetInWords({ withFindings, clean, incomplete, notLinted }: Fleet): string {
  const parts = [
    [withFindings, "with findings"],
    [clean, "with nothing to report"],
    [incomplete, "with nothing to report in the files that could be read"],
    [notLinted, "not linted"],
  ] as const;
  const words = parts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  return `${withFindings + clean + incomplete + notLinted} images: ${words.join(", ")}`;
}

/** The causes of an overview, if they tell more than the findings themselves: if several images share one. */
export function commonCauses({ causes }: Fleet): readonly FleetCause[] {
  return causes.some(({ images }) => images > 1) ? causes : [];
}
