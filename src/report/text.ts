import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import { SEVERITIES, type Severity } from "../lint/finding.ts";
import type { Rule } from "../lint/rules/rule.ts";
import { advice } from "./advice.ts";
import { escapeText } from "./escape.ts";
import { findingDetails, findingHead, prose, SEVERITY_WORDS, severityPaint } from "./findingText.ts";
import { commonCauses, type Fleet, type FleetCause, fleetInWords, fleetOf, type NotLinted } from "./fleet.ts";
import { imageFacts, imageHeader } from "./imageHeading.ts";
import { type ImageReport, placeOf, type ReportedFinding } from "./imageReport.ts";
import { leftOutInWords } from "./leftOut.ts";
import { readInWords } from "./readRemotely.ts";
import { atLeast, countBySeverity } from "./severity.ts";
import { type SharedFinding, sharedFindings, sharedIgnored } from "./sharedFindings.ts";
import { displayWidth, hanging, wrap } from "./width.ts";

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  readonly minSeverity: Severity;
  /** Omits images without findings. */
  readonly quiet?: boolean;
  /** The catalogue; findings without a fix show the advice of their rule. */
  readonly rules?: readonly Rule[];
  /** The images that are in no report. */
  readonly notLinted?: readonly NotLinted[];
}

const MIN_WIDTH = 30;

/** The number of findings of one image after which frames and diffs are omitted. */
const DETAILED_FINDINGS = 200;

const FIX = '"cloud-init-lint fix <image>" puts the fixes in place.';
const FIX_COPY = '"cloud-init-lint fix <image> --output <dir>" writes the fixed files to a directory.';
const EXPLAIN = '"cloud-init-lint explain <rule>" describes a rule and its remedy.';

/**
 * Findings for a person at a terminal, by image and by the file that causes them; those of several images once, after an
 * overview of all of them.
 */
export function textReport(reports: readonly ImageReport[], options: TextOptions): string {
  const style = pc.createColors(options.color);
  const width = Math.max(options.width, MIN_WIDTH);
  const blocks: string[][] = [];
  const groups = groupByImages(reports, options.minSeverity);
  const advised: Advised = { rules: new Set(), of: advice(options.rules ?? []) };
  const clean = new Map<string, ImageReport[]>();
  for (const report of reports) {
    for (const { images, findings } of groups.get(report) ?? [])
      blocks.push(imageBlock(images, findings, advised, style, width));
    const isClean = atLeast(report.findings, options.minSeverity).length === 0;
    if (!isClean || options.quiet === true) continue;
    const outcome = cleanOutcome(report);
    clean.set(outcome, [...(clean.get(outcome) ?? []), report]);
  }
  for (const [outcome, images] of clean) blocks.push(cleanBlock(images, outcome, style, width));
  const fleet = fleetOf(reports, options.notLinted ?? [], options.minSeverity);
  if (fleet !== undefined && (blocks.length > 0 || fleet.notLinted > 0))
    blocks.unshift(overview(fleet, options.notLinted ?? [], style, width));
  const closing = summary(reports, options.minSeverity);
  if (closing !== "" && !(options.quiet === true && blocks.length === 0))
    blocks.push([...wrap(closing, width).map(style.bold), ...nextSteps([...groups.values()].flat(), width)]);
  const read = readInWords(reports, options.notLinted);
  if (read !== "" && options.quiet !== true) blocks.push(wrap(`${read}.`, width));
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
const MOST_IMAGES = 20;
/** The number of systems of a group of images that are named. */
const MOST_SYSTEMS = 10;

/** The facts of several images and their names, those with the same facts together. */
function imagesHeader(images: Group["images"], style: Colors, width: number): string[] {
  const byFacts = new Map<string, string[]>();
  for (const { image } of images) {
    const facts = imageFacts(image);
    const sources = byFacts.get(facts);
    if (sources === undefined) byFacts.set(facts, [escapeText(image.source)]);
    else sources.push(escapeText(image.source));
  }
  const groups = [...byFacts];
  const shown = groups.slice(0, MOST_SYSTEMS).flatMap(([facts, sources]) => {
    const [only] = sources;
    if (sources.length === 1) return hanging(`${only}: `, facts, width, style.bold);
    return [...hanging(`${sources.length} images: `, facts, width, style.bold), ...nameLines(sources, width)];
  });
  const more = groups.slice(MOST_SYSTEMS).reduce((sum, [, sources]) => sum + sources.length, 0);
  return [...shown, ...(more > 0 ? [style.bold(`and ${more} more ${more === 1 ? "image" : "images"}`)] : [])];
}

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
  const lines = images.length === 1 ? imageHeader(images[0].image, style, width) : imagesHeader(images, style, width);
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

function cleanOutcome({ image, unread }: ImageReport): string {
  const where = unread.length === 0 ? "" : " in the files that could be read";
  const why = image.cloudInit.enabled ? "" : "; cloud-init is disabled, so it does not run";
  return `nothing to report${where}${why}`;
}

/** Images without findings for the same reason. */
function cleanBlock(images: readonly ImageReport[], outcome: string, style: Colors, width: number): string[] {
  const sources = images.map(({ image }) => escapeText(image.source));
  const lines =
    sources.length === 1
      ? wrap(`${sources[0]}: ${outcome}`, width)
      : [...wrap(`${sources.length} images: ${outcome}`, width), ...nameLines(sources, width)];
  return lines.map((line) => (images[0]?.unread.length === 0 ? style.green(line) : line));
}

/** The names of several images, below a line about all of them. */
function nameLines(sources: readonly string[], width: number): string[] {
  const named = sources.slice(0, MOST_IMAGES).join(", ");
  const more = sources.length - MOST_IMAGES;
  return wrap(more > 0 ? `${named} and ${more} more` : named, width - 2).map((line) => `  ${line}`);
}

/** The number of causes that an overview lists. */
const MOST_CAUSES = 20;

/** A cause with the number of its images, of so many digits; its place has a line of its own if it does not fit. */
function causeLines({ rule, severity, place, images }: FleetCause, digits: number, style: Colors, width: number) {
  const count = `  ${String(images).padStart(digits)}  `;
  const word = SEVERITY_WORDS[severity].padEnd(7);
  const [shownRule, shownPlace] = [escapeText(rule), escapeText(place)];
  const lead = `${count}${severityPaint(severity, style)(word)}  ${shownRule}`;
  const taken = count.length + word.length + 2;
  const fits = taken + displayWidth(shownRule) + 2 + displayWidth(shownPlace) <= width;
  return fits ? [`${lead}  ${shownPlace}`] : [lead, `${" ".repeat(taken)}${shownPlace}`];
}

/** The images of a run in numbers, those that are in no report, and the causes that several images share. */
function overview(fleet: Fleet, notLinted: readonly NotLinted[], style: Colors, width: number): string[] {
  const causes = commonCauses(fleet);
  const digits = String(causes.reduce((most, { images }) => Math.max(most, images), 0)).length;
  const more = causes.length - MOST_CAUSES;
  const unnamed = notLinted.length - MOST_IMAGES;
  return [
    ...wrap(fleetInWords(fleet), width).map(style.bold),
    ...notLinted
      .slice(0, MOST_IMAGES)
      .flatMap(({ source, message }) =>
        hanging("  not linted: ", `${escapeText(source)}: ${prose(message)}`, width, style.red),
      ),
    ...(unnamed > 0 ? [`  ${unnamed} more not linted`] : []),
    ...(causes.length > 0 ? ["", "causes, each with the number of images:"] : []),
    ...causes.slice(0, MOST_CAUSES).flatMap((cause) => causeLines(cause, digits, style, width)),
    ...(more > 0 ? [`  ${more} more ${more === 1 ? "cause" : "causes"}`] : []),
  ];
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
