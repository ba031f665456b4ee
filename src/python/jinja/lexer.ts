import { Raises } from "../errors.ts";
import { lazily } from "../lazily.ts";
import { SPACES, strip } from "../strings.ts";

/** A word of the language inside `{{ }}` and `{% %}`. */
export interface Token {
  readonly type: "name" | "string" | "int" | "float" | "operator";
  readonly text: string;
}

/** A segment of a template: plain text, an expression to print, or a statement. */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "print" | "statement"; readonly tokens: readonly Token[] };

/** A pattern whose `\s` is Python's. */
function spaced({ source, flags }: RegExp): RegExp {
  return new RegExp(source.replaceAll("\\s", `[${SPACES}]`), flags);
}

const RAW = spaced(/\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})/y);
const END_RAW = spaced(/\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\}\n?)/g);
const END_COMMENT = spaced(/\+#\}|-#\}\s*|#\}\n?/g);
const END_STATEMENT = spaced(/\+%\}|-%\}\s*|%\}\n?/y);
const END_PRINT = spaced(/-\}\}\s*|\}\}/y);

const WORDS: readonly (readonly [type: Token["type"] | "space", pattern: RegExp])[] = [
  ["space", spaced(/\s+/y)],
  ["float", /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy],
  ["int", /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy],
  ["name", /[A-Za-z_]\w*(?![\w\x80-\uffff])/y],
  ["string", /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy],
  ["operator", /\/\/|\*\*|==|!=|>=|<=|[+\-/*%~[\](){}<>=.:|,;]/y],
];
/** A name with letters beyond ASCII, which no other word begins with. */
const longName = lazily(() => /[_\p{XID_Start}]\p{XID_Continue}*/uy);

/**
 * Cuts a template into its segments, white space control done. The environment is cloud-init's: `trim_blocks` (a
 * newline after a statement or comment goes), no `lstrip_blocks`, and of a final newline nothing is kept.
 */
export function tokenize(template: string): Segment[] {
  const source = template.replace(/\r\n|\r/g, "\n").replace(/\n$/, "");
  const segments: Segment[] = [];
  const addText = (text: string) => {
    if (text !== "") segments.push({ kind: "text", text });
  };
  let position = 0;
  while (position < source.length) {
    const start = nextOpening(source, position);
    const before = source.slice(position, start);
    if (start === source.length) {
      addText(before);
      break;
    }
    const control = source[start + 2];
    addText(control === "-" ? strip(before, null, "end") : before);
    const inside = start + (control === "-" || control === "+" ? 3 : 2);
    // A tag at the very end does not have to be closed.
    if (source[start + 1] === "#")
      position = inside < source.length ? endOf(END_COMMENT, source, inside, "a comment is not closed") : inside;
    else if (matchAt(RAW, source, start) !== undefined) {
      const body = start + matchAt(RAW, source, start)!.length;
      END_RAW.lastIndex = body;
      const end = END_RAW.exec(source);
      if (end === null && body === source.length) break;
      if (end === null) throw new Raises("a raw block is not closed");
      const text = source.slice(body, end.index);
      addText(end[1] === "-" ? strip(text, null, "end") : text);
      position = end.index + end[0].length;
    } else {
      const print = source[start + 1] === "{";
      const words = readWords(source, inside, print ? END_PRINT : END_STATEMENT);
      segments.push({ kind: print ? "print" : "statement", tokens: words.tokens });
      position = words.end;
    }
  }
  return segments;
}

/** Where the next `{{`, `{%` or `{#` begins; the end of the source if there is none. */
function nextOpening(source: string, from: number): number {
  for (let at = source.indexOf("{", from); at !== -1; at = source.indexOf("{", at + 1))
    if (source[at + 1] === "{" || source[at + 1] === "%" || source[at + 1] === "#") return at;
  return source.length;
}

/** The words up to the end of a tag. A `}}` that closes a mapping of the expression ends no tag. */
function readWords(source: string, from: number, closing: RegExp): { tokens: Token[]; end: number } {
  const tokens: Token[] = [];
  const open: string[] = [];
  for (let position = from; position < source.length; ) {
    const end = open.length === 0 ? matchAt(closing, source, position) : undefined;
    if (end !== undefined) return { tokens, end: position + end.length };
    const word = readWord(source, position);
    if (word.type !== "space") tokens.push({ type: word.type, text: word.text });
    if (word.type === "operator") balance(open, word.text);
    position += word.text.length;
  }
  throw new Raises("a tag is not closed");
}

function readWord(source: string, position: number): { type: Token["type"] | "space"; text: string } {
  for (const [type, pattern] of WORDS) {
    const text = matchAt(pattern, source, position);
    if (text !== undefined) return { type, text };
  }
  const name = matchAt(longName(), source, position);
  if (name !== undefined) return { type: "name", text: name };
  throw new Raises(`unexpected character ${JSON.stringify(source[position])}`);
}

const PAIRS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

function balance(open: string[], operator: string): void {
  const closing = PAIRS[operator];
  if (closing !== undefined) open.push(closing);
  else if (")]}".includes(operator) && open.pop() !== operator) throw new Raises(`unexpected ${operator}`);
}

function matchAt(pattern: RegExp, source: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(source)?.[0];
}

function endOf(pattern: RegExp, source: string, from: number, problem: string): number {
  pattern.lastIndex = from;
  const match = pattern.exec(source);
  if (match === null) throw new Raises(problem);
  return match.index + match[0].length;
}
