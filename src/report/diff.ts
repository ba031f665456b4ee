import { type StructuredPatchHunk, structuredPatch } from "diff";
import type { Colors } from "picocolors/types.js";
import { escapeLine, linesOf } from "./escape.ts";
import { truncate } from "./width.ts";

/** A hunk of a unified diff: its lines begin with "-", "+", " " or "\". */
export type Hunk = StructuredPatchHunk;

/** The number of edits beyond which the whole text counts as replaced; bounds time and memory. */
const MAX_EDITS = 2000;

/** The differences of two texts, with `context` equal lines around each. */
export function diffHunks(before: string, after: string, context: number): readonly Hunk[] {
  const patch = structuredPatch("", "", before, after, undefined, undefined, { context, maxEditLength: MAX_EDITS });
  if (patch !== undefined) return patch.hunks;
  const removed = signed("-", before);
  const added = signed("+", after);
  const [oldLines, newLines] = [linesOf(before).length, linesOf(after).length];
  return [{ oldStart: 1, oldLines, newStart: 1, newLines, lines: [...removed, ...added] }];
}

/** All lines of a text after a sign. */
function signed(sign: "-" | "+", text: string): string[] {
  const lines = linesOf(text).map((line) => `${sign}${line}`);
  return text === "" || text.endsWith("\n") ? lines : [...lines, "\\ No newline at end of file"];
}

/** The same hunks with lines of the masked texts, which have the same number of lines. */
export function hideInHunks(hunks: readonly Hunk[], before: string, after: string): readonly Hunk[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return hunks.map((hunk) => {
    let [oldLine, newLine] = [hunk.oldStart - 1, hunk.newStart - 1];
    const lines = hunk.lines.map((line) => {
      if (line.startsWith("-")) return `-${old[oldLine++]}`;
      if (line.startsWith("+")) return `+${now[newLine++]}`;
      if (!line.startsWith(" ")) return line;
      newLine++;
      return ` ${old[oldLine++]}`;
    });
    return { ...hunk, lines };
  });
}

/** Hunks as a unified diff. @param from and `to`: undefined if the file does not exist before or afterwards */
export function unifiedDiff(from: string | undefined, to: string | undefined, hunks: readonly Hunk[]): string {
  return `${[`--- ${from ?? "/dev/null"}`, `+++ ${to ?? "/dev/null"}`, ...unifiedHunks(hunks)].join("\n")}\n`;
}

/** The lines of hunks in a unified diff. */
export function unifiedHunks(hunks: readonly Hunk[]): string[] {
  return hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`,
    ...lines,
  ]);
}

/** An empty range begins at the line before it. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** Whether a file is binary, so that a diff says nothing. */
export function isBinary(text: string): boolean {
  return text.includes("\0");
}

/** Diff lines for a terminal: escaped, coloured, each cut to `width` columns. */
export function paintDiff(lines: readonly string[], style: Colors, width: number): string[] {
  return lines.map((line) => {
    if (line.startsWith("@") || line.startsWith("\\")) return style.dim(truncate(line, width));
    const text = truncate(`${line.slice(0, 1)} ${escapeLine(line.slice(1))}`, width).trimEnd();
    if (line.startsWith("-")) return style.red(text);
    if (line.startsWith("+")) return style.green(text);
    return style.dim(text);
  });
}

/** The lines of a hunk with long runs of removals, additions or equal lines cut; the line at index `focus` is kept. */
export function shortenHunk(lines: readonly string[], focus: number, limit: number): string[] {
  const perRun = Math.floor(limit / 3);
  const shortened: string[] = [];
  for (let start = 0; start < lines.length; ) {
    const sign = lines[start]?.charAt(0);
    let end = start;
    while (end < lines.length && lines[end]?.charAt(0) === sign) end++;
    const first = focus >= start && focus < end ? Math.max(start, Math.min(focus - 1, end - perRun)) : start;
    const last = Math.min(end, first + perRun);
    if (first > start) shortened.push(moreLines(first - start));
    for (const one of lines.slice(first, last)) shortened.push(one);
    if (last < end) shortened.push(moreLines(end - last));
    start = end;
  }
  return shortened.length > limit + 1 ? [...shortened.slice(0, limit), moreLines(shortened.length - limit)] : shortened;
}

function moreLines(count: number): string {
  return ` … ${count} more ${count === 1 ? "line" : "lines"}`;
}
