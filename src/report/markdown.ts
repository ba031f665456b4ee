import { SEVERITIES, type Severity } from "../lint/finding.ts";
import { shortenHunk } from "./diff.ts";
import { linesOf } from "./escape.ts";
import { SEVERITY_WORDS } from "./findingText.ts";
import { editTitle, fixHeadline } from "./fixWords.ts";
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
}

/** What GitHub Actions takes as the summary of one step of a job, in bytes. */
export const MOST_SUMMARY = 1024 * 1024;

/** The number of findings that are shown in full. */
const IN_FULL = 5;
/** Limits of each part: images and problems listed, files of a finding, lines of a diff, characters of prose. */
const MOST = { images: 100, named: 10, problems: 10, files: 3, lines: 30, prose: 1200, place: 300 };

/** The findings as a summary for GitHub, GitLab and other forges: a table of the images, the worst findings, the others folded. */
export function markdownReport(reports: readonly ImageReport[], options: MarkdownOptions): string {
  const { minSeverity, mostBytes = MOST_SUMMARY } = options;
  const isSeveral = reports.length > 1;
  const byRank = (severity: Severity) => SEVERITIES.indexOf(severity);
  const findings = sharedFindings(reports, minSeverity).sort(
    (a, b) => byRank(a.finding.severity) - byRank(b.finding.severity),
  );
  const head = [...heading(reports, findings), ...imageTable(reports), ...problems(reports)];
  const text = new Limited(mostBytes);
  text.addHead(head);
  for (const shared of findings.slice(0, IN_FULL)) text.add(inFull(shared, isSeveral));
  const folded = findings.slice(IN_FULL);
  if (folded.length > 0) {
    const count = `${folded.length} more ${folded.length === 1 ? "finding" : "findings"}`;
    text.addHead(["<details>", `<summary>${count}</summary>`, ""]);
    for (const shared of folded) text.add(inBrief(shared, isSeveral));
    text.end(["", "</details>", ""]);
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
    if (this.#parts.some((part) => part.startsWith("<details>"))) this.#parts.push(`${lines.join("\n")}\n`);
  }

  whole(): string {
    const only = `${plural(this.#omitted, "more finding")} ${this.#omitted === 1 ? "is" : "are"} only in the other reports`;
    if (this.#isFull) this.#parts.push(`This summary is too large${this.#omitted === 0 ? "" : `: ${only}`}.\n`);
    return this.#parts.join("");
  }
}

function heading(reports: readonly ImageReport[], findings: readonly SharedFinding[]): string[] {
  const counts = countBySeverity(findings.map(({ finding }) => finding));
  const words = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) =>
    plural(counts[severity], SEVERITY_WORDS[severity]),
  );
  const where = reports.length > 1 ? ` in ${reports.length} images` : "";
  const leftOut = leftOutInWords(reports);
  const read = readInWords(reports);
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

function imageTable(reports: readonly ImageReport[]): string[] {
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
function problems(reports: readonly ImageReport[]): string[] {
  const all = reports.flatMap(({ image, unread, caveats }) => [
    ...unread.map(
      ({ path, reason }) =>
        `- Could not read ${markdownCode(path, MOST.place)} in ${markdownCode(image.source, MOST.place)}: ${markdownProse(reason, MOST.prose)}`,
    ),
    ...caveats.map((caveat) => `- ${markdownCode(image.source, MOST.place)}: ${markdownProse(caveat, MOST.prose)}`),
  ]);
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

function imagesText({ images }: SharedFinding): string {
  const named = images.slice(0, MOST.named).map(({ image }) => markdownCode(image.source, MOST.place));
  const more = images.length - named.length;
  return `${images.length === 1 ? "Image" : "Images"}: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
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
  if (isSeveral) lines.push(imagesText(shared), "");
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
