import { breakAt, isBlank, isBreak, isDocumentMarker, isSpaceOrEnd, lineEnd, YamlError } from "./source.ts";

/** The value of a scalar in the text, and the position after its last character. */
export interface ScannedScalar {
  readonly value: string;
  readonly end: number;
}

const SPACE = 0x20;
const HASH = 0x23;
const COLON = 0x3a;

/**
 * Reads a plain scalar. PyYAML stops at any tab and, inside [ ] and { }, also at a question mark.
 * @param minColumn in a block, continuation lines need at least this indentation; undefined inside a flow collection.
 */
export function scanPlain(text: string, start: number, minColumn: number | undefined): ScannedScalar {
  const inFlow = minColumn === undefined;
  let value = "";
  let gap = "";
  let pos = start;
  let end = start;
  for (;;) {
    const stop = plainRun(text, pos, inFlow);
    if (stop === pos) break;
    value += gap + text.slice(pos, stop);
    end = stop;
    let next = stop;
    while (text.charCodeAt(next) === SPACE) next++;
    if (isBreak(text.charCodeAt(next))) {
      const folded = foldBreaks(text, next, false);
      if (folded.marker || (!inFlow && folded.pos - folded.lineStart < minColumn)) break;
      gap = folded.value;
      next = folded.pos;
    } else gap = text.slice(stop, next);
    if (next === stop || text.charCodeAt(next) === HASH) break;
    pos = next;
  }
  return { value, end };
}

const FLOW_STOP = new Set([..."?,[]{}"].map((char) => char.charCodeAt(0)));
const FLOW_AFTER_COLON = new Set([...",[]{}"].map((char) => char.charCodeAt(0)));

/** The end of a run of characters without white space in a plain scalar. */
function plainRun(text: string, start: number, inFlow: boolean): number {
  let pos = start;
  for (;;) {
    const code = text.charCodeAt(pos);
    if (isSpaceOrEnd(code) || (inFlow && FLOW_STOP.has(code))) return pos;
    if (code === COLON) {
      const next = text.charCodeAt(pos + 1);
      if (isSpaceOrEnd(next) || (inFlow && FLOW_AFTER_COLON.has(next))) return pos;
    }
    pos++;
  }
}

interface Folded {
  readonly value: string;
  readonly pos: number;
  readonly lineStart: number;
  /** Whether a document marker begins one of the lines; `pos` is then its position. */
  readonly marker: boolean;
}

/** Folds line breaks in a flow scalar: one becomes a space; of several, all but the first are kept. */
function foldBreaks(text: string, start: number, skipTabs: boolean): Folded {
  const first = breakAt(text, start);
  let pos = start + first.length;
  let kept = "";
  for (;;) {
    const lineStart = pos;
    const marker = isDocumentMarker(text, lineStart);
    if (!marker) while (skipTabs ? isBlank(text.charCodeAt(pos)) : text.charCodeAt(pos) === SPACE) pos++;
    if (marker || !isBreak(text.charCodeAt(pos))) {
      const value = first.kept !== "\n" ? first.kept + kept : kept || " ";
      return { value, pos, lineStart, marker };
    }
    const more = breakAt(text, pos);
    kept += more.kept;
    pos += more.length;
  }
}

/** Literal characters of a quoted scalar. */
const ORDINARY = /[^'"\\ \t\r\n\x85\u2028\u2029]+/y;

/** Reads a scalar in single or double quotes; its lines may have any indentation. */
export function scanQuoted(text: string, start: number): ScannedScalar {
  const quote = text.charAt(start);
  let value = "";
  let pos = start + 1;
  while (pos < text.length) {
    ORDINARY.lastIndex = pos;
    const run = ORDINARY.exec(text)?.[0] ?? "";
    value += run;
    pos += run.length;
    const char = text.charAt(pos);
    if (char === quote) {
      if (quote === '"' || text.charAt(pos + 1) !== "'") return { value, end: pos + 1 };
      value += "'";
      pos += 2;
    } else if (char === "\\" && quote === '"') {
      const escaped = scanEscape(text, pos);
      value += escaped.value;
      pos = escaped.pos;
    } else if (isBlank(text.charCodeAt(pos)) || isBreak(text.charCodeAt(pos))) {
      const gap = scanQuotedGap(text, pos);
      value += gap.value;
      pos = gap.pos;
    } else {
      value += char;
      pos++;
    }
  }
  throw new YamlError(`the quote ${quote} that opens here is never closed`, start);
}

interface Piece {
  readonly value: string;
  readonly pos: number;
}

function scanQuotedGap(text: string, start: number): Piece {
  let pos = start;
  while (isBlank(text.charCodeAt(pos))) pos++;
  return isBreak(text.charCodeAt(pos)) ? quotedBreaks(text, pos) : { value: text.slice(start, pos), pos };
}

function quotedBreaks(text: string, start: number): Piece {
  const folded = foldBreaks(text, start, true);
  if (folded.marker) throw new YamlError("a line inside quotes must not begin with --- or ...", folded.pos);
  return folded;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  "\\": "\\",
  "/": "/",
  N: "\x85",
  _: "\xa0",
  L: "\u2028",
  P: "\u2029",
};
const ESCAPE_WIDTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads an escape in double quotes; a backslash before a line break joins the lines. */
function scanEscape(text: string, start: number): Piece {
  const char = text.charAt(start + 1);
  const simple = ESCAPES[char];
  if (simple !== undefined) return { value: simple, pos: start + 2 };
  const width = ESCAPE_WIDTHS[char];
  if (width !== undefined) {
    const digits = text.slice(start + 2, start + 2 + width);
    const code = digits.length === width && /^[0-9A-Fa-f]+$/.test(digits) ? Number.parseInt(digits, 16) : Infinity;
    if (code > 0x10ffff)
      throw new YamlError(`\\${char} needs ${width} hexadecimal digits that name a character`, start);
    return { value: String.fromCodePoint(code), pos: start + 2 + width };
  }
  if (!isBreak(text.charCodeAt(start + 1))) {
    throw new YamlError(`\\${char} is not a YAML escape; write \\\\ for a backslash, or use single quotes`, start);
  }
  const { kept } = breakAt(text, start + 1);
  const { value, pos } = quotedBreaks(text, start + 1);
  if (kept !== "\n") return { value: value.slice(1), pos };
  return { value: value === " " ? "" : value, pos };
}

/**
 * Reads a literal (`|`) or folded (`>`) scalar.
 * @param parentIndent the column of the innermost enclosing block collection, -1 outside any.
 * @returns also the offset of the line after it, past its indentation.
 */
export function scanBlockScalar(
  text: string,
  start: number,
  parentIndent: number,
): ScannedScalar & { readonly next: number } {
  const header = scanHeader(text, start);
  const folds = text.charAt(start) === ">";
  const minIndent = Math.max(1, parentIndent + 1);
  const explicit = header.indent === undefined ? undefined : minIndent + header.indent - 1;
  let gap = scanBlockGap(text, header.next, explicit);
  const indent = explicit ?? Math.max(minIndent, gap.widest);
  let value = "";
  let end = header.end;
  let lineBreak = "";
  let afterBlank: boolean | undefined;
  while (gap.column === indent && gap.pos < text.length) {
    const startsBlank = isBlank(text.charCodeAt(gap.pos));
    const folding = folds && lineBreak === "\n" && afterBlank === false && !startsBlank;
    value += folding ? (gap.breaks === "" ? " " : "") : lineBreak;
    end = lineEnd(text, gap.pos);
    value += gap.breaks + text.slice(gap.pos, end);
    afterBlank = startsBlank;
    const after = end < text.length ? breakAt(text, end) : { length: 0, kept: "" };
    lineBreak = after.kept;
    gap = scanBlockGap(text, end + after.length, indent);
  }
  if (header.chomp !== "-") value += lineBreak;
  if (header.chomp === "+") value += gap.breaks;
  return { value, end, next: gap.pos };
}

/** The indicators after `|` or `>`: the handling of final line breaks, and an indentation from 1 to 9. */
function scanHeader(text: string, start: number) {
  const [header = "", before, digit, after] = /^([+-]?)([1-9]?)([+-]?)/.exec(text.slice(start + 1, start + 4)) ?? [];
  let end = start + 1 + header.length;
  const next = text.charCodeAt(end);
  if ((before && after) || next === 0x09 || !isSpaceOrEnd(next)) {
    throw new YamlError("only + or -, a digit from 1 to 9 and a comment may follow | or > on its line", start);
  }
  while (text.charCodeAt(end) === SPACE) end++;
  const commentOrEnd = text.charCodeAt(end);
  if (commentOrEnd !== HASH && end < text.length && !isBreak(commentOrEnd)) {
    throw new YamlError("the text of a block scalar must begin on the line after | or >", end);
  }
  const stop = lineEnd(text, end);
  return {
    chomp: before || after || "",
    indent: digit ? Number(digit) : undefined,
    end: start + 1 + header.length,
    next: stop < text.length ? stop + breakAt(text, stop).length : stop,
  };
}

/**
 * Skips blank lines and the indentation of the line after them, from the start of a line.
 * @param indent how much indentation to skip; undefined: all of it.
 */
function scanBlockGap(text: string, start: number, indent: number | undefined) {
  let pos = start;
  let column = 0;
  let breaks = "";
  let widest = 0;
  for (;;) {
    while (text.charCodeAt(pos) === SPACE && (indent === undefined || column < indent)) {
      pos++;
      column++;
    }
    widest = Math.max(widest, column);
    if (!isBreak(text.charCodeAt(pos))) return { pos, column, breaks, widest };
    const { length, kept } = breakAt(text, pos);
    breaks += kept;
    pos += length;
    column = 0;
  }
}
