import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import { SEVERITIES, type Severity } from "../lint/finding.ts";
import type { Rule } from "../lint/rules/rule.ts";
import { advice } from "./advice.ts";
import { escapeText } from "./escape.ts";
import { findingDetails, findingHead, SEVERITY_WORDS } from "./findingText.ts";
import { imageHeader } from "./imageHeading.ts";
import { type ImageReport, placeOf, type ReportedFinding } from "./imageReport.ts";
import { leftOutInWords } from "./leftOut.ts";
import { atLeast, countBySeverity } from "./severity.ts";
import { type SharedFinding, sharedFindings, sharedIgnored } from "./sharedFindings.ts";
import { wrap } from "./width.ts";

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  readonly minSeverity: Severity;
  /** Omits images without findings. */
  readonly quiet?: boolean;
  /** The catalogue; findings without a fix show the advice of their rule. */
  readonly rules?: readonly Rule[];
}

const MIN_WIDTH = 30;

/** The number of findings of one image after which frames and diffs are omitted. */
const DETAILED_FINDINGS = 200;

const FIX = '"cloud-init-lint fix <image>" puts the fixes in place.';
const FIX_COPY = '"cloud-init-lint fix <image> --output <dir>" writes the fixed files to a directory.';
const EXPLAIN = '"cloud-init-lint explain <rule>" describes a rule and its remedy.';

/** Findings for a person at a terminal, by image and by the file that causes them; those of several images once. */
export function textReport(reports: readonly ImageReport[], options: TextOptions): string {
  const style = pc.createColors(options.color);
  const width = Math.max(options.width, MIN_WIDTH);
  const blocks: string[][] = [];
  const groups = groupByImages(reports, options.minSeverity);
  const advised: Advised = { rules: new Set(), of: advice(options.rules ?? []) };
  for (const report of reports) {
    for (const { images, findings } of groups.get(report) ?? [])
      blocks.push(imageBlock(images, findings, advised, style, width));
    const isClean = atLeast(report.findings, options.minSeverity).length === 0;
    if (isClean && options.quiet !== true) blocks.push(cleanBlock(report, style, width));
  }
  const closing = summary(reports, options.minSeverity);
  if (closing !== "" && !(options.quiet === true && blocks.length === 0))
    blocks.push([...wrap(closing, width).map(style.bold), ...nextSteps([...groups.values()].flat(), width)]);
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** What to do about the findings that are shown. */
function nextSteps(groups: readonly Group[], width: number): string[] {
  if (groups.length === 0) return [];
  const fixable = fixHints(groups.filter(({ findings }) => findings.some(({ fix }) => fix?.safe === true)));
  return [...fixable.flatMap((hint) => wrap(hint, width)), ...wrap(EXPLAIN, width)];
}

/** How the fixes of images are put in place: the files of an archive or a disk are written elsewhere. */
function fixHints(groups: readonly Group[]): string[] {
  const areReadOnly = groups.flatMap(({ images }) => images.map(({ image }) => image.isReadOnly === true));
  return [...(areReadOnly.includes(false) ? [FIX] : []), ...(areReadOnly.includes(true) ? [FIX_COPY] : [])];
}

/** Findings that the same images have. */
interface Group {
  readonly images: SharedFinding["images"];
  readonly findings: ReportedFinding[];
}

/** The groups of findings, by the first of their images. */
function groupByImages(reports: readonly ImageReport[], minSeverity: Severity): Map<ImageReport, Group[]> {
  const numbers = new Map(reports.map((report, index) => [report, index]));
  const known = new Map<string, Group>();
  const groups = new Map<ImageReport, Group[]>();
  for (const { finding, images } of sharedFindings(reports, minSeverity)) {
    const name = images.map((image) => numbers.get(image)).join();
    const group = known.get(name);
    if (group !== undefined) {
      group.findings.push(finding);
      continue;
    }
    const own: Group = { images, findings: [finding] };
    known.set(name, own);
    groups.set(images[0], [...(groups.get(images[0]) ?? []), own]);
  }
  return groups;
}

/** The number of images of a group that are named. */
const MOST_IMAGES = 10;

/** The advice of rules, and the rules for which it has been given. */
interface Advised {
  readonly rules: Set<string>;
  readonly of: ReturnType<typeof advice>;
}

function imageBlock(
  images: Group["images"],
  findings: readonly ReportedFinding[],
  advised: Advised,
  style: Colors,
  width: number,
) {
  const [{ files }] = images;
  const lines = images.slice(0, MOST_IMAGES).flatMap(({ image }) => imageHeader(image, style, width));
  const more = images.length - MOST_IMAGES;
  if (more > 0) lines.push(style.bold(`and ${more} more ${more === 1 ? "image" : "images"}`));
  const fixes = new Set<string>();
  let detailed = 0;
  for (const [path, group] of groupByCause(findings)) {
    lines.push("", style.underline(escapeText(path)));
    const locationWidth = group.reduce((widest, finding) => Math.max(widest, locationOf(finding).length), 0);
    let previous: ReportedFinding | undefined;
    for (const finding of group) {
      lines.push(
        ...(previous === undefined ? [] : [""]),
        ...findingHead(finding, locationOf(finding).padEnd(locationWidth), style, width),
      );
      if (detailed++ >= DETAILED_FINDINGS) continue;
      const fix = JSON.stringify(finding.fix);
      const isSameLine = previous !== undefined && placeOf(previous).line === placeOf(finding).line;
      const context = {
        repeatsFrame: isSameLine,
        repeatsFix: fixes.has(fix),
        advice: advised.rules.has(finding.rule) ? undefined : advised.of(finding.rule),
      };
      lines.push(...findingDetails(finding, files, context, style, width));
      fixes.add(fix);
      if (finding.fix === null) advised.rules.add(finding.rule);
      previous = finding;
    }
  }
  return lines;
}

function locationOf(finding: ReportedFinding): string {
  const { line, column = 1 } = placeOf(finding);
  return `${line ?? 1}:${column}`;
}

function groupByCause(findings: readonly ReportedFinding[]): Map<string, ReportedFinding[]> {
  const groups = new Map<string, ReportedFinding[]>();
  for (const finding of findings) {
    const { path } = placeOf(finding);
    const group = groups.get(path);
    if (group === undefined) groups.set(path, [finding]);
    else group.push(finding);
  }
  return groups;
}

function cleanBlock(result: ImageReport, style: Colors, width: number): string[] {
  let outcome = "nothing to report";
  const isWhole = result.unread.length === 0;
  if (!isWhole) outcome += " in the files that could be read";
  if (!result.image.cloudInit.enabled) outcome += "; cloud-init is disabled, so it does not run";
  return wrap(`${escapeText(result.image.source)}: ${outcome}`, width).map((line) =>
    isWhole ? style.green(line) : line,
  );
}

/** The number of findings, the number of hidden ones and how to show them; "" if there are none. Each shared finding counts once. */
function summary(reports: readonly ImageReport[], minSeverity: Severity): string {
  const shared = sharedFindings(reports, "info").map(({ finding }) => finding);
  const counts = countBySeverity(shared);
  const ignored = sharedIgnored(reports).map(({ finding }) => finding.ignored.by);
  const found = SEVERITIES.filter((severity) => counts[severity] > 0);
  const isShown = (severity: Severity) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(minSeverity);
  const hidden = found.filter((severity) => !isShown(severity));
  const inWords = (severities: readonly Severity[]) =>
    severities
      .map((severity) => `${counts[severity]} ${SEVERITY_WORDS[severity]}${counts[severity] === 1 ? "" : "s"}`)
      .join(", ");
  const parts: string[] = [];
  if (found.some(isShown)) parts.push(inWords(found.filter(isShown)));
  if (hidden.length > 0) parts.push(`${inWords(hidden)} hidden (--min-severity ${hidden.at(-1)} shows them)`);
  const leftOut = leftOutInWords(reports);
  if (leftOut !== "") parts.push(leftOut);
  const known = ignored.filter((by) => by === "baseline").length;
  const others = ignored.length - known;
  if (others > 0) parts.push(`${others} ignored (--no-ignores shows them)`);
  if (known > 0) parts.push(`${known} ignored (in the baseline)`);
  return parts.join("; ");
}
