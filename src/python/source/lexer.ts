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

/** Space, backslashes that join lines, a comment. */
const BLANK = /(?:[ \t\f]+|\\\n)*(?:#[^\n]*)?/y;
/** A string on one line without escapes, the quotes that begin another string, a name, a number, or an operator. */
const TOKEN = new RegExp(
  [
    String.raw`([rRbBuUfFtT]{0,3}(?:"(?!"")[^"\\\n]*"|'(?!'')[^'\\\n]*'))`,
    `[rRbBuUfFtT]{0,3}("""|'''|"|')`,
    String.raw`([\p{ID_Start}_][\p{ID_Continue}]*)`,
    String.raw`(0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d[\d_]*)?[jJlL]?)`,
    String.raw`(?:\*\*=|\/\/=|>>=|<<=|\.\.\.|!=|->|:=|==|<=|>=|<>|[\-+*\/%@&\|\^]=|\*\*|\/\/|<<|>>|[\-+*\/%@&\|\^~<>\(\)\[\]\{\},:.;=${"`"}])`,
  ].join("|"),
  "uy",
);
const CLOSES: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

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
    while (this.#at < source.length) {
      BLANK.lastIndex = this.#at;
      BLANK.test(source);
      this.#at = BLANK.lastIndex;
      if (this.#at === source.length) break;
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

  #token(): boolean {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#source);
    if (match === null) return false;
    const [text, plain, quotes, name, number] = match;
    if (plain !== undefined) return this.#push("string", text);
    if (quotes !== undefined) return this.#string(text, quotes);
    if (name !== undefined) return this.#push("name", text);
    if (number !== undefined) return this.#push("number", text);
    if ("([{".includes(text)) {
      if (this.#open.length === DEEPEST) return false;
      this.#push("operator", text);
      this.#open.push(text);
      return true;
    }
    const opened = CLOSES[text];
    if (opened !== undefined && this.#open.pop() !== opened) return false;
    return this.#push("operator", text);
  }

  #push(kind: Token["kind"], text: string): boolean {
    this.#at += text.length;
    this.#tokens.push({ kind, text, depth: this.#open.length });
    return true;
  }

  #string(start: string, quote: string): boolean {
    const source = this.#source;
    for (let at = this.#at + start.length; at < source.length; at++) {
      const character = source[at];
      if (character === "\\") at++;
      else if (character === "\n" && quote.length === 1) return false;
      else if (character === quote[0] && (quote.length === 1 || source.startsWith(quote, at)))
        return this.#push("string", source.slice(this.#at, at + quote.length));
    }
    return false;
  }
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
