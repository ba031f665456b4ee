import type { Severity } from "../lint/finding.ts";
import type { ImageReport, ReportedEdit, ReportedFinding, ReportedIgnored } from "./imageReport.ts";
import { atLeast } from "./severity.ts";

/** A finding, and all images that have it; its own files are those of the first. */
export interface SharedFinding<Reported extends ReportedFinding = ReportedFinding> {
  readonly finding: Reported;
  readonly images: readonly [ImageReport, ...ImageReport[]];
}

/**
 * The findings of all images, each once: those of several images are one if they say the same of the same places and their fixes
 * change the same lines. The evidence and the other lines of a file may differ; those of the first image count. In the order of
 * the images, then of their findings.
 */
export function sharedFindings(reports: readonly ImageReport[], minSeverity: Severity): SharedFinding[] {
  return shared(reports, ({ findings }) => atLeast(findings, minSeverity));
}

/** The ignored findings of all images, each once: see `sharedFindings`. They are one only if they are ignored at the same place. */
export function sharedIgnored(reports: readonly ImageReport[]): SharedFinding<ReportedIgnored>[] {
  return shared(reports, ({ ignored }) => ignored);
}

function shared<Reported extends ReportedFinding>(
  reports: readonly ImageReport[],
  findingsOf: (report: ImageReport) => readonly Reported[],
): SharedFinding<Reported>[] {
  const known = new Map<string, { finding: Reported; images: [ImageReport, ...ImageReport[]] }>();
  for (const report of reports) {
    const own = new Map<string, number>();
    for (const finding of findingsOf(report)) {
      const name = identityOf(finding);
      // Equal findings of one image stay apart.
      const count = own.get(name) ?? 0;
      own.set(name, count + 1);
      const same = known.get(`${count} ${name}`);
      if (same === undefined) known.set(`${count} ${name}`, { finding, images: [report] });
      else same.images.push(report);
    }
  }
  return [...known.values()];
}

function identityOf({ evidence: _, fix, ...same }: ReportedFinding): string {
  return JSON.stringify([same, fix && { ...fix, edits: fix.edits.map(changeOf) }]);
}

/** The lines that an edit removes and adds, without those around them. */
function changeOf({ path, diff, renames }: ReportedEdit) {
  return [path, renames?.path, diff.split("\n").filter((line, index) => index > 1 && /^[-+]/.test(line))];
}

/** The number of images that are named; the others are counted. */
const MOST_NAMES = 3;

/** The names of the images of a finding: "a, b", "a, b, c and 2 more images". */
export function imagesInWords(images: readonly ImageReport[]): string {
  const names = images.slice(0, MOST_NAMES).map(({ image }) => image.source);
  const more = images.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more ${more === 1 ? "image" : "images"}` : ""}`;
}
