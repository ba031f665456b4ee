import type { Colors, Formatter } from "picocolors/types.js";
import { unknownReason } from "../image/unknown.ts";
import type { Confidence, Loss, Severity } from "../lint/finding.ts";
import type { FileTexts } from "../lint/lintResult.ts";
import { type Hunk, isBinary, paintDiff, shortenHunk } from "./diff.ts";
import { escapeProse, escapeText, linesOf } from "./escape.ts";
import type { FileViews } from "./fileViews.ts";
import { codeFrame } from "./frame.ts";
import type { ShownEdit, ShownFinding, ShownFix } from "./shown.ts";
import { displayWidth, hanging, truncate, wrap } from "./width.ts";

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
export function findingHead(finding: ShownFinding, location: string, style: Colors, width: number): string[] {
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
  finding: ShownFinding,
  files: FileViews,
  repeats: { readonly frame: boolean; readonly fix: boolean },
  style: Colors,
  width: number,
): string[] {
  const indent = width < NARROW ? 4 : 6;
  const room = width - indent;
  const labelled = (label: string, text: string) => paragraph(label, text, style, Math.min(room, PROSE_WIDTH));
  const { cause, losses } = finding;
  const blocks: string[][] = [];
  if (cause !== null && files.exists(cause.path) && !repeats.frame)
    blocks.push(codeFrame(files.lines(cause.path) ?? [], cause, style, room));
  for (const loss of losses) blocks.push(lossBlock(finding, loss, files, style, room));
  if (finding.evidence !== "") blocks.push(labelled("evidence", finding.evidence));
  const fix = finding.proveFix();
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
  { edits, renames }: ShownFix,
  files: FileViews,
  labelled: (label: string, text: string) => string[],
  style: Colors,
  room: number,
): string[] {
  if (renames !== null) return labelled("fix", `rename ${renames.from} to ${renames.to}`);
  return edits.flatMap((edit) => [
    ...labelled("fix", `${files.exists(edit.path) ? "change" : "add"} ${edit.path}`),
    ...editLines(edit, style, room),
  ]);
}

function editLines({ content, diff }: ShownEdit, style: Colors, room: number): string[] {
  return content === null ? changes(diff, style, room) : linesOf(content).map((line) => `  ${escapeText(line)}`);
}

/** The lines of a file that a fix changes. */
function changes(diff: string, style: Colors, room: number): string[] {
  const lines = linesOf(diff)
    .slice(2)
    .filter((line) => /^[-+\\]/.test(line));
  return paintDiff(shortenHunk(lines, 0, DIFF_LINES), style, room - 2).map((line) => `  ${line}`);
}

/** A loss: the place, what happens to the file, and the lines that change. */
function lossBlock(finding: ShownFinding, target: Loss, files: FileViews, style: Colors, width: number): string[] {
  const texts = files.texts(target.path);
  const place = target.line === null ? target.path : `${target.path}:${target.line}`;
  const label = AFFECTED[finding.confidence];
  const fate = fileFate(texts);
  if (fate !== undefined) return paragraph(label, `${place} (${fate})`, style, width);
  const lines = changedLines(target, files) ?? settingLines(target);
  const isSame = finding.confidence !== "possible" && texts.before !== undefined && texts.before === texts.after;
  const stays = isSame ? " (the file itself does not change)" : "";
  return [
    ...paragraph(label, `${place}${stays}`, style, width),
    ...paintDiff(lines, style, width - 2).map((line) => `  ${line}`),
  ];
}

/** What happens to a file whose lines must not be printed (a deleted key) or cannot be. */
function fileFate({ before, after }: FileTexts): string | undefined {
  if (after === undefined) return before === undefined ? undefined : "cloud-init deletes the file";
  const reason = unknownReason(after);
  if (reason !== undefined) return `its new content is unknown: ${reason}`;
  return before !== after && (isBinary(before ?? "") || isBinary(after)) ? "a binary file" : undefined;
}

/** The lines of the file that change at the target; undefined if none does, since another file overrides them. */
function changedLines(target: Loss, files: FileViews): string[] | undefined {
  const sign = files.exists(target.path) ? "-" : "+";
  const hunks = files.hunks(target.path);
  for (const hunk of hunks) {
    const focus = target.line === null ? hunk.lines.findIndex(isContent) : indexOfLine(hunk, target.line, sign);
    if (focus !== -1) return shortenHunk(hunk.lines, focus, DIFF_LINES);
  }
  return target.line === null && hunks[0] !== undefined ? shortenHunk(hunks[0].lines, 0, DIFF_LINES) : undefined;
}

/** Whether a line of a hunk changes more than a comment or an empty line. */
function isContent(line: string): boolean {
  return /^[-+]\s*[^\s#;]/.test(line);
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

function severityPaint(severity: Severity, style: Colors): Formatter {
  return severity === "error" ? style.red : severity === "warning" ? style.yellow : style.blue;
}
