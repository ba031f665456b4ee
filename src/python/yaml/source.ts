import type { Point } from "../unist.ts";

/** A text that PyYAML rejects. `reason` is one short line for the user; `offset` is the place in the text. */
export class YamlError extends Error {
  readonly reason: string;
  readonly offset: number;
  /**
   * "depth": PyYAML itself fails with a RecursionError, which cloud-init does not catch; "size": PyYAML accepts the
   * text.
   */
  readonly limit: "depth" | "size" | undefined;
  constructor(reason: string, offset: number, limit?: "depth" | "size") {
    const line = reason.replace(/(?! )[\p{C}\p{Z}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
    super(line);
    this.reason = line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}...` : line;
    this.offset = offset;
    this.limit = limit;
  }
}

/** The length limit for a reason, since it may repeat names and tags of the file. */
const MAX_REASON = 160;

/** A YAML text with the offsets of its lines. */
export interface Source {
  readonly text: string;
  /** Offsets of the first character of each line, after a byte order mark. */
  readonly lineStarts: readonly number[];
}

/** Larger texts are rejected. Clouds limit user-data to 16 to 64 KB; PyYAML takes minutes for 5 MB. */
const MAX_LENGTH = 5 * 1024 * 1024;

/** Characters that PyYAML's reader accepts. NEL (0x85) and the separators 0x2028 and 0x2029 count as line breaks. */
const FORBIDDEN = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** @throws YamlError for a text that is too large or contains characters that YAML does not allow. */
export function readSource(text: string): Source {
  const first = text.startsWith("\ufeff") ? 1 : 0;
  const lineStarts = [first];
  if (text.length > MAX_LENGTH) throw new YamlError("the file is larger than 5 MB; split it", first, "size");
  for (const match of text.matchAll(/\r\n|[\r\n\x85\u2028\u2029]/g)) lineStarts.push(match.index + match[0].length);
  return { text, lineStarts };
}

/** @throws YamlError at the first character that PyYAML does not accept anywhere, not even in a comment. */
export function checkCharacters(source: Source): void {
  const forbidden = FORBIDDEN.exec(source.text);
  if (forbidden === null) return;
  const code = forbidden[0].codePointAt(0) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  throw new YamlError(`the control character ${name} is not allowed in YAML; remove it`, forbidden.index);
}

/** The line and column, from 1, of an offset. */
export function pointAt(source: Source, offset: number): Point {
  const { lineStarts } = source;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: Math.max(0, offset - (lineStarts[low] ?? 0)) + 1, offset };
}

const TAB = 0x09;
const SPACE = 0x20;

export function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** White space, a line break, or the end of the text (for which charCodeAt gives NaN). */
export function isSpaceOrEnd(code: number): boolean {
  return isBlank(code) || isBreak(code) || Number.isNaN(code);
}

/** The line break at an offset: its length, and the part that a scalar keeps. */
export function breakAt(text: string, offset: number): { length: number; kept: string } {
  const char = text.charAt(offset);
  if (char === "\u2028" || char === "\u2029") return { length: 1, kept: char };
  return { length: text.startsWith("\r\n", offset) ? 2 : 1, kept: "\n" };
}

/** Whether a line begins with `---` or `...` as a separate word. */
export function isDocumentMarker(text: string, lineStart: number): boolean {
  const isMarker = text.startsWith("---", lineStart) || text.startsWith("...", lineStart);
  return isMarker && isSpaceOrEnd(text.charCodeAt(lineStart + 3));
}

/** The offset of the next line break, or the end of the text, from `offset` on. */
export function lineEnd(text: string, offset: number): number {
  let end = offset;
  while (end < text.length && !isBreak(text.charCodeAt(end))) end++;
  return end;
}
