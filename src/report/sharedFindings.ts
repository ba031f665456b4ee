import type { Severity } from "../lint/finding.ts";
import type { ImageReport, ReportedFinding } from "./imageReport.ts";
import { atLeast } from "./severity.ts";

/** A finding, and all images that have it; its own files are those of the first. */
export interface SharedFinding {
  readonly finding: ReportedFinding;
  readonly images: readonly [ImageReport, ...ImageReport[]];
}

/**
 * The findings of all images, each once: those of several images are one if they say the same of the same places and have the
 * same fix. The evidence may differ; that of the first image counts. In the order of the images, then of their findings.
 */
export function sharedFindings(reports: readonly ImageReport[], minSeverity: Severity): SharedFinding[] {
  const shared = new Map<string, { finding: ReportedFinding; images: [ImageReport, ...ImageReport[]] }>();
  for (const report of reports) {
    const own = new Map<string, number>();
    for (const finding of atLeast(report.findings, minSeverity)) {
      const { evidence: _, ...same } = finding;
      const name = JSON.stringify(same);
      // Equal findings of one image stay apart.
      const count = own.get(name) ?? 0;
      own.set(name, count + 1);
      const known = shared.get(`${count} ${name}`);
      if (known === undefined) shared.set(`${count} ${name}`, { finding, images: [report] });
      else known.images.push(report);
    }
  }
  return [...shared.values()];
}

/** The number of images that are named; the others are counted. */
const MOST_NAMES = 3;

/** The names of the images of a finding: "a, b", "a, b, c and 2 more images". */
export function imagesInWords(images: readonly ImageReport[]): string {
  const names = images.slice(0, MOST_NAMES).map(({ image }) => image.source);
  const more = images.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more ${more === 1 ? "image" : "images"}` : ""}`;
}
