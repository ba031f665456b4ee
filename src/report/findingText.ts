import type { Colors, Formatter } from "picocolors/types.js";
import type { Loss, Severity } from "../lint/finding.ts";
import { paintDiff, shortenHunk } from "./diff.ts";
import { escapeProse, escapeText, linesOf } from "./escape.ts";
import { editTitle } from "./fixWords.ts";
import { codeFrame } from "./frame.ts";
import type { ImageReport, ReportedEdit, ReportedFinding, ReportedFix } from "./imageReport.ts";
import { lossesByFile, lostLines } from "./lostLines.ts";
import type { FileFate } from "./reportedFile.ts";
import { hanging, truncate, wrap } from "./width.ts";

type Files = ImageReport["files"];

/** Limits of what is shown: the lines of what is lost in a file, of the diff of a fix, the columns of a sentence. */
const LOST_LINES = 6;
const FIX_LINES = 12;
const PROSE = 1200;
/** Prose wider than this is hard to read. */
const PROSE_WIDTH = 110;
const INDENT = "    ";

/** Names of severities in text. */
export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/** The first lines of a finding: where, how bad, how certain, by which rule; then what. `location` is `line:column`, padded. */
export function findingHead(finding: ReportedFinding, location: string, style: Colors, width: number): string[] {
  const { severity, confidence } = finding;
  const word = SEVERITY_WORDS[severity] + (confidence === "certain" ? "" : `, ${confidence}`);
  const room = Math.min(width - INDENT.length, PROSE_WIDTH);
  const rule = escapeText(finding.rule);
  const fits = location.length + Math.max(word.length, 7) + rule.length + 6 <= width;
  const start = `  ${style.dim(location)}  ${severityPaint(severity, style)(fits ? word.padEnd(7) : word)}`;
  return [
    ...(fits ? [`${start}  ${style.dim(rule)}`] : [start, INDENT + style.dim(rule)]),
    ...wrap(prose(finding.message), room).map((line) => INDENT + line),
  ];
}

/** The details of a finding that are not shown, because they stand above; and the rule's advice, for a finding without a fix. */
interface Context {
  readonly repeatsFrame: boolean;
  readonly repeatsFix: boolean;
  readonly advice: string | undefined;
}

/**
 * The details of a finding: the cause in its file, what the message does not say of the losses, the evidence, and the fix or
 * advice.
 */
export function findingDetails(
  finding: ReportedFinding,
  files: Files,
  { repeatsFrame, repeatsFix, advice }: Context,
  style: Colors,
  width: number,
): string[] {
  const room = width - INDENT.length;
  const labelled = (label: string, text: string) => paragraph(label, text, style, Math.min(room, PROSE_WIDTH));
  const { cause, evidence, fix } = finding;
  const blocks: string[][] = [];
  const causing = cause === null ? undefined : files[cause.path];
  if (cause !== null && causing?.exists && !repeatsFrame)
    blocks.push(codeFrame(causing.lines ?? [], cause, style, room));
  blocks.push(...lossBlocks(finding, files, labelled, style, room));
  if (evidence !== "") blocks.push(labelled("evidence", evidence));
  if (fix !== null)
    blocks.push(
      repeatsFix ? labelled("fix", `${fix.edits.at(-1)?.path}, as above`) : fixBlock(fix, files, labelled, style, room),
    );
  else if (advice !== undefined && isOneSentence(finding.message)) blocks.push(labelled("help", advice));
  return blocks.flat().map((line) => INDENT + line);
}

/** Messages of several sentences say themselves what to do. */
function isOneSentence(message: string): boolean {
  return !/[.;] [A-Z]/.test(message);
}

/** Untrusted prose, escaped and cut to a readable length. */
export function prose(text: string): string {
  return truncate(escapeProse(text.slice(0, 2 * PROSE)), PROSE);
}

function paragraph(label: string, text: string, style: Colors, width: number): string[] {
  return hanging(`${label}: `, prose(text), width, style.cyan);
}

type Labelled = (label: string, text: string) => string[];

/** What a fix does to each file, with the new lines; for a rename only the names. */
function fixBlock({ edits, safe, why }: ReportedFix, files: Files, labelled: Labelled, style: Colors, room: number) {
  const cost = safe ? [] : labelled("cost", why ?? "unknown, since the simulated boot does not prove the fix");
  const label = safe ? "fix" : "unsafe fix";
  return [
    ...edits.flatMap((edit) => [
      ...labelled(label, editTitle(edit, files)),
      ...(edit.renames === null ? editLines(edit, style, room) : []),
    ]),
    ...cost,
  ];
}

function editLines({ content, diff }: ReportedEdit, style: Colors, room: number): string[] {
  return content === null ? changes(diff, style, room) : linesOf(content).map((line) => `  ${escapeText(line)}`);
}

/** The lines of a file that a fix changes. */
function changes(diff: string, style: Colors, room: number): string[] {
  const lines = linesOf(diff)
    .slice(2)
    .filter((line) => /^[-+\\]/.test(line));
  return paintDiff(shortenHunk(lines, 0, FIX_LINES), style, room - 2).map((line) => `  ${line}`);
}

/** The files of a finding beyond which the others are counted. */
const MOST_FILES = 3;
/** The lines of a file beyond which the others are counted. */
const MOST_PLACES = 4;

/** The losses that the message does not name, file by file. */
function lossBlocks(finding: ReportedFinding, files: Files, labelled: Labelled, style: Colors, width: number) {
  const groups = lossesByFile(finding.losses).filter((losses) => !isNamed(losses, finding.message, files));
  const blocks = groups.slice(0, MOST_FILES).map((losses) => lossBlock(losses, files, labelled, style, width));
  const more = groups.length - MOST_FILES;
  if (more > 0) blocks.push(labelled("affected", `${more} more ${more === 1 ? "file" : "files"}`));
  return blocks;
}

/** Whether the message names the place and the value of all losses of a file, so that a diff would only repeat it. */
function isNamed(losses: readonly Loss[], message: string, files: Files): boolean {
  if (message.length > PROSE) return false;
  return losses.every(({ path, line, before, after }) => {
    const isText = fateInWords(files[path]?.fate) === undefined;
    const value = before ?? after;
    if (!isText || value === null || !message.includes(line === null ? path : `${path}:${line}`)) return false;
    // Messages leave out what all values have in common, such as the options of a server.
    const words = value.split(/[\s,]+/).filter((word) => word.length > LONG_WORD);
    return message.includes(`"${value}"`) || words.some((word) => message.includes(word));
  });
}

/** Longer words do not occur by accident in a message. */
const LONG_WORD = 5;

/** What a finding says of one file: the place, what happens to the file, and the lines that change. */
function lossBlock(losses: readonly Loss[], files: Files, labelled: Labelled, style: Colors, width: number): string[] {
  const { path } = losses[0]!;
  const file = files[path];
  const lines = [...new Set(losses.flatMap(({ line }) => line ?? []))].sort((a, b) => a - b);
  const shown = lines.slice(0, MOST_PLACES).join(", ");
  const more = lines.length > MOST_PLACES ? ` and ${lines.length - MOST_PLACES} more` : "";
  const place = lines.length === 0 ? path : `${path}:${shown}${more}`;
  const fate = fateInWords(file?.fate);
  return [
    ...labelled("affected", fate === undefined ? place : `${place} (${fate})`),
    ...paintDiff(lostLines(losses, files, LOST_LINES), style, width - 2).map((line) => `  ${line}`),
  ];
}

/** What happens to a file whose lines must not be printed (a deleted key) or cannot be. */
function fateInWords(fate: FileFate | null | undefined): string | undefined {
  switch (fate?.code) {
    case "deleted":
      return "cloud-init deletes the file";
    case "unknown":
      return `its new content is unknown: ${fate.reason}`;
    case "binary":
      return "a binary file";
    default:
      return undefined;
  }
}

/** The colour of a severity. */
export function severityPaint(severity: Severity, style: Colors): Formatter {
  return severity === "error" ? style.red : severity === "warning" ? style.yellow : style.blue;
}
