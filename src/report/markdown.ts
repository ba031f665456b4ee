import { SEVERITIES, type Severity } from "../lint/finding.ts";
import { shortenHunk } from "./diff.ts";
import { linesOf } from "./escape.ts";
import { SEVERITY_WORDS } from "./findingText.ts";
import { editTitle, fixHeadline } from "./fixWords.ts";
import { commonCauses, type Fleet, fleetInWords, fleetOf, type NotLinted } from "./fleet.ts";
import { systemOf, versionOf } from "./imageHeading.ts";
import { type ImageReport, placeOf, type ReportedFix } from "./imageReport.ts";
import { leftOutInWords } from "./leftOut.ts";
import { lossesByFile, lostLines } from "./lostLines.ts";
import { markdownCode, markdownFence, markdownProse } from "./markdownText.ts";
import { readInWords } from "./readRemotely.ts";
import { countAll, countBySeverity } from "./severity.ts";
import { type SharedFinding, sharedFindings } from "./sharedFindings.ts";

export interface MarkdownOptions {
  readonly minSeverity: Severity;
  /** The most bytes; findings beyond are counted. By default what GitHub takes for the summary of a step. */
  readonly mostBytes?: number;
  /** The images that are in no report. */
  readonly notLinted?: readonly NotLinted[];
}

/** What GitHub Actions takes as the summary of one step of a job, in bytes. */
export const MOST_SUMMARY = 1024 * 1024;

/** The number of findings that are shown in full. */
const IN_FULL = 5;
/** Limits of each part: images and problems listed, files of a finding, lines of a diff, characters of prose. */
const MOST = {
  images: 300,
  openImages: 20,
  named: 10,
  causes: 20,
  problems: 10,
  files: 3,
  lines: 30,
  prose: 1200,
  place: 300,
};

/** The findings as a summary for GitHub, GitLab and other forges: a table of the images, the worst findings, the others folded. */
export function markdownReport(reports: readonly ImageReport[], options: MarkdownOptions): string {
  const { minSeverity, mostBytes = MOST_SUMMARY, notLinted = [] } = options;
  const fleet = fleetOf(reports, notLinted, minSeverity);
  const isSeveral = fleet !== undefined;
  const byRank = (severity: Severity) => SEVERITIES.indexOf(severity);
  const findings = sharedFindings(reports, minSeverity).sort(
    (a, b) => byRank(a.finding.severity) - byRank(b.finding.severity),
  );
  const text = new Limited(mostBytes);
  const head = heading(reports, findings, notLinted);
  const images = [...imageTable(reports), ...problems(reports, notLinted)];
  // Of many images, the overview fits even if the table does not.
  const parts = fleet === undefined ? [[...head, ...images]] : [[...head, ...overview(fleet)], images];
  for (const part of parts) text.addHead(part);
  for (const shared of findings.slice(0, IN_FULL)) text.add(inFull(shared, isSeveral));
  const folded = findings.slice(IN_FULL);
  if (folded.length > 0) {
    const count = `${folded.length} more ${folded.length === 1 ? "finding" : "findings"}`;
    const isOpen = text.addHead(["<details>", `<summary>${count}</summary>`, ""]);
    for (const shared of folded) text.add(inBrief(shared, isSeveral));
    if (isOpen) text.end(["", "</details>", ""]);
  }
  return text.whole();
}

/** The room for the end of a fold and the sentence about what is left out, in bytes. */
export const LEAST_SUMMARY = 300;

/** Blocks of lines as long as they fit; the findings beyond are counted. */
class Limited {
  readonly #parts: string[] = [];
  readonly #most: number;
  #bytes = 0;
  #isFull = false;
  #omitted = 0;

  constructor(most: number) {
    this.#most = most - LEAST_SUMMARY;
  }

  /** Adds a finding. */
  add(lines: readonly string[]): void {
    if (!this.addHead(lines)) this.#omitted++;
  }

  /** Adds text other than a finding. Returns whether it fits. */
  addHead(lines: readonly string[]): boolean {
    const part = `${lines.join("\n")}\n`;
    this.#bytes += Buffer.byteLength(part);
    this.#isFull ||= this.#bytes > this.#most;
    if (!this.#isFull) this.#parts.push(part);
    return !this.#isFull;
  }

  /** Ends what `addHead` began. */
  end(lines: readonly string[]): void {
    this.#parts.push(`${lines.join("\n")}\n`);
  }

  whole(): string {
    const only = `${plural(this.#omitted, "more finding")} ${this.#omitted === 1 ? "is" : "are"} only in the other reports`;
    if (this.#isFull) this.#parts.push(`This summary is too large${this.#omitted === 0 ? "" : `: ${only}`}.\n`);
    return this.#parts.join("");
  }
}

function heading(
  reports: readonly ImageReport[],
  findings: readonly SharedFinding[],
  notLinted: readonly NotLinted[],
): string[] {
  const images = reports.length + notLinted.length;
  const counts = countBySeverity(findings.map(({ finding }) => finding));
  const words = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) =>
    plural(counts[severity], SEVERITY_WORDS[severity]),
  );
  const where = images > 1 ? ` in ${images} images` : "";
  const leftOut = leftOutInWords(reports);
  const read = readInWords(reports, notLinted);
  return [
    `## cloud-init-lint: ${words.join(", ") || "nothing to report"}${where}`,
    "",
    ...(leftOut === "" ? [] : [markdownProse(`${leftOut}.`, MOST.place), ""]),
    ...(read === "" ? [] : [`${read}.`, ""]),
  ];
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** The images in numbers, and the causes that several of them share. */
function overview(fleet: Fleet): string[] {
  const causes = commonCauses(fleet);
  const rows = causes
    .slice(0, MOST.causes)
    .map(
      ({ images, severity, rule, place }) =>
        `| ${images} | ${SEVERITY_WORDS[severity]} | ${markdownCode(rule, MOST.place)} | ${markdownCode(place, MOST.place)} |`,
    );
  const more = causes.length - rows.length;
  return [
    `${fleetInWords(fleet)}.`,
    "",
    ...(rows.length === 0 ? [] : ["| Images | Severity | Rule | Cause |", "|--:|---|---|---|", ...rows, ""]),
    ...(more > 0 ? [`${plural(more, "more cause")} not listed.`, ""] : []),
  ];
}

/** The images; of many, folded, those with the worst findings first. */
function imageTable(reports: readonly ImageReport[]): string[] {
  const isFolded = reports.length > MOST.openImages;
  const table = imageRows(isFolded ? reports.toSorted(worstImageFirst) : reports);
  if (!isFolded) return table;
  return ["<details>", `<summary>${reports.length} images</summary>`, "", ...table, "</details>", ""];
}

function worstImageFirst(one: ImageReport, other: ImageReport): number {
  const [counts, others] = [countAll([one]), countAll([other])];
  const severity = SEVERITIES.find((severity) => counts[severity] !== others[severity]);
  return severity === undefined ? 0 : others[severity] - counts[severity];
}

function imageRows(reports: readonly ImageReport[]): string[] {
  const rows = reports.slice(0, MOST.images).map((report) => {
    const { image, ignored } = report;
    const counts = countAll([report]);
    const { cloudInit, isFile } = image;
    const system = isFile ? "" : systemOf(image);
    const program = `${versionOf(cloudInit)}${cloudInit.enabled ? "" : " (disabled)"}`;
    const cells = [
      ...[image.source, system, program].map((text) => (text === "" ? "" : markdownCode(text, MOST.place))),
      ...SEVERITIES.map((severity) => counts[severity]),
      ignored.length,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const more = reports.length - rows.length;
  return [
    "| Image | Distribution | cloud-init | Errors | Warnings | Notes | Ignored |",
    "|---|---|---|--:|--:|--:|--:|",
    ...rows,
    "",
    ...(more > 0 ? [`${plural(more, "more image")} not listed.`, ""] : []),
  ];
}

/** What could not be read, and why findings are less certain. */
function problems(reports: readonly ImageReport[], notLinted: readonly NotLinted[]): string[] {
  const lost = notLinted.map(
    ({ source, message }) =>
      `- ${markdownCode(source, MOST.place)} could not be linted: ${markdownProse(message, MOST.prose)}`,
  );
  const found = reports.flatMap(({ image, unread, caveats }) => [
    ...unread.map(
      ({ path, reason }) =>
        `- Could not read ${markdownCode(path, MOST.place)} in ${markdownCode(image.source, MOST.place)}: ${markdownProse(reason, MOST.prose)}`,
    ),
    ...caveats.map((caveat) => `- ${markdownCode(image.source, MOST.place)}: ${markdownProse(caveat, MOST.prose)}`),
  ]);
  const all = [...lost, ...found];
  if (all.length === 0) return [];
  const more = all.length - MOST.problems;
  return [...all.slice(0, MOST.problems), ...(more > 0 ? [`- ${plural(more, "more problem")}`] : []), ""];
}

function titleOf({ finding }: SharedFinding): string {
  const confidence = finding.confidence === "certain" ? "" : `, ${finding.confidence}`;
  return `${SEVERITY_WORDS[finding.severity]}${confidence}: ${markdownCode(finding.rule, MOST.place)}`;
}

function placeText({ finding }: SharedFinding): string {
  const { path, line } = placeOf(finding);
  return markdownCode(line === null ? path : `${path}:${line}`, MOST.place);
}

/** @param most the number of images that are named; the others are counted */
function imagesText({ images }: SharedFinding, most: number = MOST.named): string {
  const named = images.slice(0, most).map(({ image }) => markdownCode(image.source, MOST.place));
  const more = images.length - named.length;
  return `${images.length === 1 ? "Image" : "Images"}: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** All images of a finding; many are folded. */
function imageLines(shared: SharedFinding): string[] {
  if (shared.images.length <= MOST.named) return [imagesText(shared), ""];
  const summary = `<summary>${shared.images.length} images</summary>`;
  return ["<details>", summary, "", imagesText(shared, MOST.images), "", "</details>", ""];
}

function inFull(shared: SharedFinding, isSeveral: boolean): string[] {
  const { finding, images } = shared;
  const [{ files }] = images;
  const lines = [
    `### ${titleOf(shared)}`,
    "",
    `**${placeText(shared)}:** ${markdownProse(finding.message, MOST.prose)}`,
    "",
  ];
  if (isSeveral) lines.push(...imageLines(shared));
  const byFile = lossesByFile(finding.losses);
  for (const losses of byFile.slice(0, MOST.files)) {
    const changed = lostLines(losses, files, MOST.lines);
    const { path } = losses[0]!;
    if (changed.length > 0)
      lines.push(`Affected: ${markdownCode(path, MOST.place)}`, "", ...markdownFence("diff", changed), "");
  }
  const more = byFile.length - MOST.files;
  if (more > 0) lines.push(`Affected: ${plural(more, "more file")}`, "");
  if (finding.evidence !== "") lines.push(`Evidence: ${markdownProse(finding.evidence, MOST.prose)}`, "");
  if (finding.fix !== null) lines.push(...fixLines(finding.fix, files));
  return lines;
}

function fixLines({ safe, why, edits }: ReportedFix, files: ImageReport["files"]): string[] {
  const cost = why === null ? "" : `: ${markdownProse(why, MOST.prose)}`;
  return edits.flatMap((edit) => {
    const title = `${safe ? "Fix" : `Unsafe fix${cost}`}: ${markdownProse(editTitle(edit, files), MOST.prose)}`;
    if (edit.renames !== null) return [title, ""];
    const lines = linesOf(edit.diff);
    const shown = lines.length > 2 * MOST.lines ? shortenHunk(lines, 0, 2 * MOST.lines) : lines;
    return [title, "", ...markdownFence("diff", shown), ""];
  });
}

/** One finding as a list item. */
function inBrief(shared: SharedFinding, isSeveral: boolean): string[] {
  const { finding, images } = shared;
  const [{ files }] = images;
  const parts = [
    `- ${titleOf(shared)} at ${placeText(shared)}: ${markdownProse(finding.message, MOST.place)}`,
    ...(isSeveral ? [`  ${imagesText(shared)}`] : []),
    ...(finding.fix === null ? [] : [`  Fix: ${markdownProse(fixHeadline(finding.fix, files), MOST.place)}`]),
  ];
  return [parts.join("\\\n")];
}
