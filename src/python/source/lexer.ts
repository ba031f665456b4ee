import { lazily } from "../lazily.ts";

/** A word of Python source. `depth` is the number of brackets around it. */
export interface Token {
  readonly kind: "name" | "number" | "string" | "operator";
  readonly text: string;
  readonly depth: number;
}

/** A line that a statement or the head of a block begins, with the lines that continue it. */
export interface LogicalLine {
  /** The column at which it begins, with tabs as Python counts them. */
  readonly indent: number;
  /** Its tokens: the first, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

export interface Lexed {
  readonly tokens: readonly Token[];
  readonly lines: readonly LogicalLine[];
}

/** Python itself allows 200 brackets. */
const DEEPEST = 100;

/** A name, with the letters beyond ASCII. */
const name = lazily(() => /[\p{ID_Start}_][\p{ID_Continue}]*/uy);
const NUMBER = /0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d[\d_]*)?[jJlL]?/y;
/** Operators that may be part of a longer one. */
const OPERATOR = /\*\*=|\/\/=|<<=|>>=|\.\.\.|!=|->|:=|==|<=|>=|<>|[-+*/%@&|^]=|\*\*|\/\/|<<|>>|[-+*/%@&|^<>:.=]/y;
/** The letters before a string. */
const PREFIX = /^[rRbBuUfFtT]{1,3}$/;
const CLOSES: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** What a character of ASCII may begin. Reading by characters takes a fifth of the time that one regular expression takes. */
const KINDS = new Uint8Array(128);
const [LETTER, DIGIT, QUOTE, OPENING, CLOSING, SINGLE, LONGER] = [1, 2, 3, 4, 5, 6, 7];
for (const [kind, characters] of [
  [LETTER, "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"],
  [DIGIT, "0123456789"],
  [QUOTE, "\"'"],
  [OPENING, "([{"],
  [CLOSING, ")]}"],
  [SINGLE, ",;~`"],
  [LONGER, "!-+*/%@&|^<>:.="],
] as const)
  for (const character of characters) KINDS[character.charCodeAt(0)] = kind;
const [TAB, NEWLINE, FORM_FEED, SPACE, HASH, DOT, BACKSLASH] = [9, 10, 12, 32, 35, 46, 92];

/** Splits Python source into tokens and logical lines, in linear time; undefined if that is impossible. */
export function tokenize(source: string): Lexed | undefined {
  return new Lexer(source).run();
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  readonly #lines: LogicalLine[] = [];
  readonly #open: string[] = [];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  run(): Lexed | undefined {
    const source = this.#source;
    let indent: number | undefined = this.#indentation();
    let from = 0;
    const endLine = () => {
      if (this.#tokens.length > from) this.#lines.push({ indent: indent ?? 0, from, to: this.#tokens.length });
      from = this.#tokens.length;
    };
    for (;;) {
      this.#skipBlank();
      if (this.#at >= source.length) break;
      if (source[this.#at] === "\n") {
        this.#at++;
        if (this.#open.length > 0) continue;
        endLine();
        indent = this.#indentation();
        continue;
      }
      if (!this.#token()) return undefined;
    }
    endLine();
    const isValid = this.#open.length === 0 && this.#lines.every((line) => isPlausible(this.#tokens, line));
    return isValid ? { tokens: this.#tokens, lines: this.#lines } : undefined;
  }

  /** The column of the first character that is not blank, which is the next one to be read. */
  #indentation(): number {
    let column = 0;
    for (; this.#at < this.#source.length; this.#at++) {
      const character = this.#source[this.#at];
      if (character === " ") column++;
      else if (character === "\t") column += 8 - (column % 8);
      else if (character === "\f") column = 0;
      else break;
    }
    return column;
  }

  /** Skips space, backslashes that join lines, a comment. */
  #skipBlank(): void {
    const source = this.#source;
    for (; ; this.#at++) {
      const code = source.charCodeAt(this.#at);
      if (code === BACKSLASH && source.charCodeAt(this.#at + 1) === NEWLINE) this.#at++;
      else if (code === HASH) {
        const end = source.indexOf("\n", this.#at);
        this.#at = end === -1 ? source.length : end;
        return;
      } else if (code !== SPACE && code !== TAB && code !== FORM_FEED) return;
    }
  }

  #token(): boolean {
    const source = this.#source;
    const code = source.charCodeAt(this.#at);
    switch (code < 128 ? KINDS[code] : LETTER) {
      case LETTER:
        return this.#name();
      case QUOTE:
        return this.#string(this.#at);
      case DIGIT:
        return this.#match("number", NUMBER);
      case LONGER:
        if (code === DOT && KINDS[source.charCodeAt(this.#at + 1)] === DIGIT) return this.#match("number", NUMBER);
        return this.#match("operator", OPERATOR);
      case SINGLE:
        return this.#push("operator", source[this.#at]!);
      case OPENING: {
        if (this.#open.length === DEEPEST) return false;
        const bracket = source[this.#at]!;
        this.#push("operator", bracket);
        this.#open.push(bracket);
        return true;
      }
      case CLOSING: {
        const bracket = source[this.#at]!;
        if (this.#open.pop() !== CLOSES[bracket]) return false;
        return this.#push("operator", bracket);
      }
      default:
        return false;
    }
  }

  #match(kind: Token["kind"], pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#source)?.[0];
    return text !== undefined && this.#push(kind, text);
  }

  /** A name, or a string with letters before it. */
  #name(): boolean {
    const source = this.#source;
    let end = this.#at;
    let code = source.charCodeAt(end);
    while (code < 128 && (KINDS[code] === LETTER || KINDS[code] === DIGIT)) code = source.charCodeAt(++end);
    if (code >= 128) return this.#match("name", name());
    const text = source.slice(this.#at, end);
    if (KINDS[code] === QUOTE && PREFIX.test(text)) return this.#string(end);
    return this.#push("name", text);
  }

  #push(kind: Token["kind"], text: string): boolean {
    this.#at += text.length;
    this.#tokens.push({ kind, text, depth: this.#open.length });
    return true;
  }

  /** A string whose quotes are at an index. */
  #string(start: number): boolean {
    const source = this.#source;
    const quote = source[start]!;
    const isLong = source.startsWith(quote.repeat(3), start);
    const quotes = isLong ? quote.repeat(3) : quote;
    const from = start + quotes.length;
    let end = source.indexOf(quotes, from);
    while (end !== -1 && isEscaped(source, end, from)) end = source.indexOf(quotes, end + 1);
    if (end === -1) return false;
    if (!isLong)
      for (let at = source.indexOf("\n", from); at !== -1 && at < end; at = source.indexOf("\n", at + 1))
        if (!isEscaped(source, at, from)) return false;
    return this.#push("string", source.slice(this.#at, end + quotes.length));
  }
}

/** Whether a character of a string is after a backslash that is not escaped itself. @param from where the string begins */
function isEscaped(source: string, at: number, from: number): boolean {
  let first = at;
  while (first > from && source[first - 1] === "\\") first--;
  return (at - first) % 2 === 1;
}

const KEYWORDS = new Set(
  `and as assert async await break class continue def del elif else except finally for from global if import in is lambda
  nonlocal not or pass raise return try while with yield`.split(/\s+/),
);
/** Words that begin statements of some versions, and are names otherwise. */
const SOFT_KEYWORDS = new Set(["case", "exec", "match", "print", "type"]);
/** Operators before which there must be a value. */
const BINARY = new Set(
  "= == != <> < <= > >= << >> / // % & | ^ += -= *= /= //= %= &= |= ^= >>= <<= **= := .".split(" "),
);

/** Whether no two values and no two operators of a line follow each other, as in a conflict marker or free text. */
function isPlausible(tokens: readonly Token[], { from, to }: LogicalLine): boolean {
  if (SOFT_KEYWORDS.has(tokens[from]!.text)) return true;
  let before: "value" | "string" | "operator" | "other" = "operator";
  for (let at = from; at < to; at++) {
    const { kind, text } = tokens[at]!;
    if (kind === "operator") {
      // A parameter list may hold a bare slash, an import begins with dots, a tuple may end with a comma.
      const isAfterComma = tokens[at - 1]?.text === ",";
      const bare = text === "." || (isAfterComma && (text === "/" || text === "="));
      if (before === "operator" && BINARY.has(text) && !bare) return false;
      before = text in CLOSES ? "value" : text === "..." || text === "`" ? "other" : "operator";
    } else {
      const isKeyword = kind === "name" && KEYWORDS.has(text);
      if (!isKeyword && (before === "value" || (before === "string" && kind !== "string"))) return false;
      before = isKeyword ? "other" : kind === "string" ? "string" : "value";
    }
  }
  return true;
}
