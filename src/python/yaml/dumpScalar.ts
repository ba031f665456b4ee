/**
 * How PyYAML's emitter writes one string (PyYAML 5.3 to 6.0, allow_unicode off, width 80): plain where that reads back
 * as the same string, else in single quotes, else in double quotes with escapes.
 */

/** The place of a scalar. Columns count from 0. */
export interface ScalarPlace {
  /** The column right after the `:` or `-` before it. */
  readonly column: number;
  /** The column at which a continuation line begins. */
  readonly indent: number;
  /** Keys stay on one line. */
  readonly isKey: boolean;
}

const WIDTH = 80;

/** The text of a string, quoted as needed; without the space before it. */
export function writeString(value: string, place: ScalarPlace): string {
  const chars = [...value];
  const facts = analyse(chars);
  if (facts.plain && resolvesToString(value)) return writePlain(value, place);
  if (facts.singleQuoted && !(place.isKey && facts.multiline)) return writeSingleQuoted(chars, place);
  return writeDoubleQuoted(chars, place);
}

/** Whether PyYAML accepts a string as a key without `? ` before it; it counts the five letters of the tag `!!str`. */
export function isSimpleKey(value: string): boolean {
  return value !== "" && !LINE_BREAK.test(value) && [...value].length + "!!str".length < 128;
}

const LINE_BREAK = /[\n\x85\u2028\u2029]/;

/** Plain scalars that YAML 1.1 does not read as a string (yaml.resolver). */
const OTHER_TYPES: readonly RegExp[] = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^(?:~|null|Null|NULL|)$/,
  /^(?:<<|=)$/,
  /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*)$/,
  /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/,
  /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|\.(?:inf|Inf|INF))$/,
  /^\.(?:[0-9][0-9_]*(?:[eE][-+][0-9]+)?|nan|NaN|NAN)$/,
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$/,
];

function resolvesToString(value: string): boolean {
  return value.length > 4096 || !OTHER_TYPES.some((pattern) => pattern.test(value));
}

interface ScalarFacts {
  readonly plain: boolean;
  readonly singleQuoted: boolean;
  readonly multiline: boolean;
}

function analyse(chars: readonly string[]): ScalarFacts {
  const text = chars.join("");
  if (text === "") return { plain: true, singleQuoted: true, multiline: false };
  const multiline = LINE_BREAK.test(text);
  const special = /[^\n\x20-\x7e]/.test(text);
  const spaceBeforeBreak = / [\n\x85\u2028\u2029]/.test(text);
  const breakBeforeSpace = /[\n\x85\u2028\u2029] /.test(text);
  const edge = /^[ \n\x85\u2028\u2029]|[ \n\x85\u2028\u2029]$/.test(text);
  const indicator =
    /^(?:---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[?:-](?:[\0 \t\r\n\x85\u2028\u2029]|$)/.test(text) ||
    /.:(?:[\0 \t\r\n\x85\u2028\u2029]|$)/s.test(text) ||
    /[\0 \t\r\n\x85\u2028\u2029]#/.test(text);
  return {
    plain: !(multiline || special || edge || indicator),
    singleQuoted: !(special || spaceBeforeBreak || breakBeforeSpace),
    multiline,
  };
}

/** Breaks a line at a single space once the line is longer than the width. */
export function writePlain(text: string, place: ScalarPlace): string {
  return new Folder(place, 1).fold([...text], (char) => char);
}

function writeSingleQuoted(chars: readonly string[], place: ScalarPlace): string {
  return `'${new Folder(place, 2).fold(chars, (char) => (char === "'" ? "''" : char))}'`;
}

/** Writes words, spaces and line breaks, and folds long lines. */
class Folder {
  readonly #place: ScalarPlace;
  #column: number;
  #out = "";

  /** @param lead how many characters stand between the place's column and the text (a space, a quote) */
  constructor(place: ScalarPlace, lead: number) {
    this.#place = place;
    this.#column = place.column + lead;
  }

  fold(chars: readonly string[], write: (char: string) => string): string {
    for (let start = 0; start < chars.length; ) {
      const kind = kindOf(chars[start]);
      let end = start + 1;
      while (end < chars.length && kindOf(chars[end]) === kind) end++;
      const run = chars.slice(start, end);
      if (kind === "word") this.#write(run.map(write).join(""));
      else if (kind === "break") this.#breaks(run);
      else if (run.length === 1 && start > 0 && end < chars.length && this.#isFull()) this.#newLine();
      else this.#write(run.join(""));
      start = end;
    }
    return this.#out;
  }

  #isFull(): boolean {
    return this.#column > WIDTH && !this.#place.isKey;
  }

  #write(text: string): void {
    this.#out += text;
    this.#column += [...text].length;
  }

  #breaks(run: readonly string[]): void {
    if (run[0] === "\n") this.#out += "\n";
    for (const lineBreak of run) this.#out += lineBreak;
    this.#indent();
  }

  #newLine(): void {
    this.#out += "\n";
    this.#indent();
  }

  #indent(): void {
    this.#out += " ".repeat(this.#place.indent);
    this.#column = this.#place.indent;
  }
}

function kindOf(char: string | undefined): "space" | "break" | "word" {
  if (char === " ") return "space";
  return char !== undefined && LINE_BREAK.test(char) ? "break" : "word";
}

/** The letter behind the backslash that YAML has for a character in double quotes. */
export const YAML_ESCAPES: Readonly<Record<string, string>> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\x85": "N",
  "\xa0": "_",
  "\u2028": "L",
  "\u2029": "P",
};

function escaped(char: string): string {
  const short = YAML_ESCAPES[char];
  if (short !== undefined) return `\\${short}`;
  if (/^[\x20-\x7e]$/.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/**
 * A long line ends in a backslash: before a space, after an escape, or right after the character behind one. A space
 * that begins the next line gets a backslash of its own.
 */
function writeDoubleQuoted(chars: readonly string[], place: ScalarPlace): string {
  let out = '"';
  let column = place.column + 2;
  let afterEscape = false;
  const fold = (next: string | undefined): void => {
    out += `\\\n${" ".repeat(place.indent)}${next === " " ? "\\" : ""}`;
    column = place.indent + (next === " " ? 1 : 0);
  };
  chars.forEach((char, index) => {
    const text = escaped(char);
    const isEscape = text.length > 1;
    const mayFold = !place.isKey && index > 0 && index < chars.length - 1;
    if (mayFold && !isEscape && (char === " " || afterEscape) && column > WIDTH) fold(char);
    out += text;
    column += text.length;
    if (mayFold && isEscape && column - 1 > WIDTH) fold(chars[index + 1]);
    afterEscape = isEscape;
  });
  return `${out}"`;
}
