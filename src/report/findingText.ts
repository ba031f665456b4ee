import type { Colors, Formatter } from "picocolors/types.js";
import type { Confidence, Loss, Severity } from "../lint/finding.ts";
import { type Hunk, paintDiff, shortenHunk } from "./diff.ts";
import { escapeProse, escapeText, linesOf } from "./escape.ts";
import { codeFrame } from "./frame.ts";
import type { ImageReport, ReportedEdit, ReportedFinding, ReportedFix } from "./imageReport.ts";
import type { FileFate, ReportedFile } from "./reportedFile.ts";
import { displayWidth, hanging, truncate, wrap } from "./width.ts";

type Files = ImageReport["files"];

/** Limits of what is shown: the lines of a diff, the columns of a sentence. */
const DIFF_LINES = 12;
const PROSE = 1200;
/** Prose wider than this is hard to read. */
const PROSE_WIDTH = 110;
/** Narrower than this, indents shrink. */
const NARROW = 60;

/** Names of severities in text. */
export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/** The first lines of a finding: where, how bad, what, by which rule. `location` is `line:column`, padded. */
export function findingHead(finding: ReportedFinding, location: string, style: Colors, width: number): string[] {
  const word = SEVERITY_WORDS[finding.severity].padEnd(7);
  const taken = 2 + location.length + 2 + word.length + 2;
  const indent = width < NARROW ? 4 : taken;
  const room = Math.min(width, indent + PROSE_WIDTH) - indent;
  const lines = wrap(prose(finding.message), room, taken - indent);
  const rule = escapeText(finding.rule);
  const lastWidth = displayWidth(lines.at(-1) ?? "") + (lines.length === 1 ? taken - indent : 0);
  if (lastWidth + 2 + rule.length <= room) lines.push(`${lines.pop()}  ${style.dim(rule)}`);
  else lines.push(style.dim(rule));
  const [first, ...rest] = lines;
  const paint = severityPaint(finding.severity, style);
  return [`  ${style.dim(location)}  ${paint(word)}  ${first}`, ...rest.map((line) => " ".repeat(indent) + line)];
}

/** The details of a finding: the cause in its file, the losses, the evidence, the fix. */
export function findingDetails(
  finding: ReportedFinding,
  files: Files,
  repeats: { readonly frame: boolean; readonly fix: boolean },
  style: Colors,
  width: number,
): string[] {
  const indent = width < NARROW ? 4 : 6;
  const room = width - indent;
  const labelled = (label: string, text: string) => paragraph(label, text, style, Math.min(room, PROSE_WIDTH));
  const { cause } = finding;
  const blocks: string[][] = [];
  const causing = cause === null ? undefined : files[cause.path];
  if (cause !== null && causing?.exists && !repeats.frame)
    blocks.push(codeFrame(causing.lines ?? [], cause, style, room));
  for (const block of lossBlocks(finding, files, style, room)) blocks.push(block);
  if (finding.evidence !== "") blocks.push(labelled("evidence", finding.evidence));
  const { fix } = finding;
  if (fix !== null)
    blocks.push(
      repeats.fix
        ? labelled("fix", `${fix.edits.at(-1)?.path}, as above`)
        : fixBlock(fix, files, labelled, style, room),
    );
  return blocks.flat().map((line) => `${" ".repeat(indent)}${line}`);
}

/** Untrusted prose, escaped and cut to a readable length. */
function prose(text: string): string {
  return truncate(escapeProse(text.slice(0, 2 * PROSE)), PROSE);
}

function paragraph(label: string, text: string, style: Colors, width: number): string[] {
  return hanging(`${label}: `, prose(text), width, style.cyan);
}

/** What a fix does to each file, with the new lines; for a rename only the names. */
function fixBlock(
  { edits }: ReportedFix,
  files: Files,
  labelled: (label: string, text: string) => string[],
  style: Colors,
  room: number,
): string[] {
  return edits.flatMap((edit) =>
    edit.renames === null
      ? [
          ...labelled("fix", `${files[edit.path]?.exists ? "change" : "add"} ${edit.path}`),
          ...editLines(edit, style, room),
        ]
      : labelled("fix", `rename ${edit.renames.path} to ${edit.path}`),
  );
}

function editLines({ content, diff }: ReportedEdit, style: Colors, room: number): string[] {
  return content === null ? changes(diff, style, room) : linesOf(content).map((line) => `  ${escapeText(line)}`);
}

/** The lines of a file that a fix changes. */
function changes(diff: string, style: Colors, room: number): string[] {
  const lines = linesOf(diff)
    .slice(2)
    .filter((line) => /^[-+\\]/.test(line));
  return paintDiff(shortenHunk(lines, 0, DIFF_LINES), style, room - 2).map((line) => `  ${line}`);
}

/** The files of a finding beyond which the others are counted. */
const MOST_FILES = 3;
/** The lines of a file beyond which the others are counted. */
const MOST_PLACES = 4;

/** The losses, file by file. */
function lossBlocks(finding: ReportedFinding, files: Files, style: Colors, width: number): string[][] {
  const byPath = new Map<string, Loss[]>();
  for (const loss of finding.losses) byPath.set(loss.path, [...(byPath.get(loss.path) ?? []), loss]);
  const groups = [...byPath.values()];
  const blocks = groups.slice(0, MOST_FILES).map((losses) => lossBlock(finding, losses, files, style, width));
  const more = groups.length - MOST_FILES;
  if (more > 0)
    blocks.push(paragraph(AFFECTED[finding.confidence], `${more} more ${more === 1 ? "file" : "files"}`, style, width));
  return blocks;
}

/** What a finding says of one file: the place, what happens to the file, and the lines that change. */
function lossBlock(
  finding: ReportedFinding,
  losses: readonly Loss[],
  files: Files,
  style: Colors,
  width: number,
): string[] {
  const [{ path }] = losses as readonly [Loss];
  const file = files[path];
  const lines = [...new Set(losses.flatMap(({ line }) => line ?? []))].sort((a, b) => a - b);
  const shown = lines.slice(0, MOST_PLACES).join(", ");
  const more = lines.length > MOST_PLACES ? ` and ${lines.length - MOST_PLACES} more` : "";
  const place = lines.length === 0 ? path : `${path}:${shown}${more}`;
  const label = AFFECTED[finding.confidence];
  const fate = fateInWords(file?.fate);
  if (fate !== undefined) return paragraph(label, `${place} (${fate})`, style, width);
  const isSame = finding.confidence !== "possible" && file?.fate?.code === "unchanged";
  const stays = isSame ? " (the file itself does not change)" : "";
  const changed = (file && changedLines(losses, file)) ?? shortened(losses.flatMap(settingLines));
  return [
    ...paragraph(label, `${place}${stays}`, style, width),
    ...paintDiff(changed, style, width - 2).map((line) => `  ${line}`),
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

/** The lines of the file that change at the losses; undefined if none does, since another file overrides them. */
function changedLines(losses: readonly Loss[], { exists, hunks }: ReportedFile): string[] | undefined {
  const sign = exists ? "-" : "+";
  const shown = new Map<Hunk, number>();
  for (const { line } of losses)
    for (const hunk of hunks) {
      if (shown.has(hunk)) continue;
      const focus =
        line === null
          ? hunk.lines.findIndex((text) => !text.startsWith(" ") && isContent(text))
          : indexOfLine(hunk, line, sign);
      if (focus === -1) continue;
      shown.set(hunk, focus);
      if (line === null) break;
    }
  const [first] = hunks;
  if (shown.size === 0 && losses.every(({ line }) => line === null) && first !== undefined) shown.set(first, 0);
  return shown.size === 0 ? undefined : shortened([...shown].flatMap(([hunk, focus]) => contentOf(hunk, focus)));
}

/** The lines of a hunk, shortened around `focus`, without the comments and empty lines among them. */
function contentOf({ lines }: Hunk, focus: number): string[] {
  const kept = lines.flatMap((line, index) => (index === focus || isContent(line) ? [{ line, index }] : []));
  const at = kept.findIndex(({ index }) => index === focus);
  return shortenHunk(
    kept.map(({ line }) => line),
    Math.max(at, 0),
    DIFF_LINES,
  );
}

function shortened(lines: readonly string[]): string[] {
  const more = lines.length - DIFF_LINES;
  return more > 1 ? [...lines.slice(0, DIFF_LINES), ` … ${more} more lines`] : [...lines];
}

/** Whether a line of a hunk says more than a comment or an empty line. */
function isContent(line: string): boolean {
  return /^[-+ ]\s*[^\s#;]/.test(line);
}

/** The index in a hunk of the removed ("-") or added ("+") line with this number; -1 if there is none. */
function indexOfLine(hunk: Hunk, line: number, sign: "-" | "+"): number {
  let number = sign === "-" ? hunk.oldStart : hunk.newStart;
  return hunk.lines.findIndex((text) => {
    if (!text.startsWith(sign) && !text.startsWith(" ")) return false;
    return number++ === line && text.startsWith(sign);
  });
}

/** How a loss is labelled. */
const AFFECTED: Readonly<Record<Confidence, string>> = {
  certain: "affected",
  likely: "probably affected",
  possible: "possibly affected",
};

function settingLines({ setting, before, after }: Loss): string[] {
  const lines: string[] = [];
  const oneLine = (text: string) => text.replaceAll("\n", " ");
  const whole = (value: string) => oneLine(setting === null ? value : `${setting} ${value}`);
  if (before !== null) lines.push(`-${whole(before)}`);
  if (after !== null) lines.push(`+${whole(after)}`);
  return lines;
}

export function severityPaint(severity: Severity, style: Colors): Formatter {
  return severity === "error" ? style.red : severity === "warning" ? style.yellow : style.blue;
}
