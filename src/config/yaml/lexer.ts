import { KeyCandidates } from "./keys.ts";
import { DEFAULT_HANDLES, type Directives, scanDirective, scanName, scanTag } from "./properties.ts";
import { type ScannedScalar, scanBlockScalar, scanPlain, scanQuoted } from "./scalars.ts";
import { breakAt, isBreak, isDocumentMarker, isSpaceOrEnd, lineEnd, type Source, YamlError } from "./source.ts";

/** A scalar, tag, anchor or alias of the text. */
export interface Token {
  /** A scalar's text, a tag in full, the name of an anchor or alias. */
  readonly value: string;
  readonly plain: boolean;
  readonly start: number;
  readonly end: number;
}

/**
 * Takes the lexemes that `yaml`'s Parser reads. Instead of scalars, tags and names these hold the number of a token, so
 * that only the structure is left for it to find; what stands between brackets is put on one line.
 */
export type Emit = (lexeme: string, offset: number) => void;

/** The lexemes by which `yaml`'s Parser knows the start of a document, and that a plain scalar follows. */
const DOCUMENT = "\x02";
const SCALAR = "\x1f";

interface Bracket {
  readonly offset: number;
  /** A question mark waits for its colon; `bare`: nothing has come after it. */
  question: "bare" | "filled" | undefined;
}

/**
 * Cuts the one document of a text into lexemes, by the rules of PyYAML's scanner (5.3 to 6.0), which are looser than
 * YAML's (indentation does not matter inside brackets and quotes) and stricter (tabs, question marks, colons, names).
 * Gives the tokens, or undefined when the text has nothing but comments.
 * @throws YamlError where PyYAML's scanner would stop.
 */
export function lexDocument(source: Source, emit: Emit): Token[] | undefined {
  return new Lexer(source, emit).lex();
}

class Lexer {
  readonly #text: string;
  readonly #lineStarts: readonly number[];
  readonly #emit: Emit;
  readonly #tokens: Token[] = [];
  #handles: ReadonlyMap<string, string> = DEFAULT_HANDLES;
  #pos: number;
  #line = 0;
  /** Where the last lexeme ended, and whether a line break has passed since. */
  #lastEnd = 0;
  #afterBreak = false;
  /** Columns of the block collections around the current place, and whether some ended just before the token. */
  readonly #indents: number[] = [];
  #unindented = false;
  readonly #brackets: Bracket[] = [];
  readonly #keys = new KeyCandidates();
  /** Whether a key may begin here, and outside of brackets any block collection. */
  #keyAllowed = true;

  constructor(source: Source, emit: Emit) {
    this.#text = source.text;
    this.#lineStarts = source.lineStarts;
    this.#emit = emit;
    this.#pos = source.lineStarts[0] ?? 0;
  }

  lex(): Token[] | undefined {
    if (!this.#startDocument()) return undefined;
    while (this.#goToToken()) this.#lexToken();
    const open = this.#brackets.at(-1)?.offset;
    if (open !== undefined) throw new YamlError(`the ${this.#text.charAt(open)} that opens here is never closed`, open);
    this.#keys.drop();
    this.#endDocument();
    return this.#tokens;
  }

  /** Reads the directives and the first `---`. Answers whether a document follows. */
  #startDocument(): boolean {
    const directives: Directives = { version: false, handles: new Map() };
    let directive: number | undefined;
    for (;;) {
      this.#skipToToken();
      if (this.#text.charAt(this.#pos) !== "%" || this.#column !== 0) break;
      directive = this.#pos;
      this.#advance(scanDirective(this.#text, this.#pos, directives));
    }
    const marked = this.#atMarker("---");
    if (directive !== undefined && !marked) throw new YamlError("a directive needs a line --- after it", directive);
    if (this.#atMarker("...")) throw new YamlError("there is no document before this ...", this.#pos);
    if (this.#pos >= this.#text.length) return false;
    this.#handles = new Map([...DEFAULT_HANDLES, ...directives.handles]);
    this.#emit(DOCUMENT, this.#pos);
    this.#lastEnd = this.#pos;
    this.#afterBreak = !marked;
    this.#keyAllowed = !marked;
    if (marked) this.#emitIndicator("---");
    return true;
  }

  /** After the document only `...` and comments may follow: safe_load takes no second document. */
  #endDocument(): void {
    while (this.#atMarker("...")) {
      this.#advance(this.#pos + 3);
      this.#skipToToken();
    }
    if (this.#pos >= this.#text.length) return;
    throw new YamlError("a second document begins here; cloud-init reads only files with one", this.#pos);
  }

  get #column(): number {
    return this.#pos - (this.#lineStarts[this.#line] ?? 0);
  }

  get #inFlow(): boolean {
    return this.#brackets.length > 0;
  }

  /** The column of the innermost block collection. */
  get #indent(): number {
    return this.#indents.at(-1) ?? -1;
  }

  #atMarker(marker: "---" | "..."): boolean {
    return this.#column === 0 && this.#text.startsWith(marker, this.#pos) && isDocumentMarker(this.#text, this.#pos);
  }

  #advance(offset: number): void {
    this.#pos = offset;
    while ((this.#lineStarts[this.#line + 1] ?? Infinity) <= offset) this.#line++;
  }

  #fail(reason: string): never {
    throw new YamlError(reason, this.#pos);
  }

  /** Skips spaces, comments and line breaks. */
  #skipToToken(): void {
    for (;;) {
      let pos = this.#pos;
      while (this.#text.charAt(pos) === " ") pos++;
      if (this.#text.charAt(pos) === "#") pos = lineEnd(this.#text, pos);
      const atBreak = isBreak(this.#text.charCodeAt(pos));
      this.#advance(atBreak ? pos + breakAt(this.#text, pos).length : pos);
      if (!atBreak) return;
      this.#afterBreak = true;
      if (!this.#inFlow) this.#keyAllowed = true;
    }
  }

  /** Goes to the next token; false at the document's end. */
  #goToToken(): boolean {
    this.#skipToToken();
    this.#keys.dropStale(this.#text, { offset: this.#pos, line: this.#line, column: this.#column });
    if (this.#pos >= this.#text.length) return false;
    if (this.#atMarker("---") || this.#atMarker("...")) {
      if (this.#inFlow) this.#fail("--- or ... may not stand inside brackets");
      return false;
    }
    const depth = this.#indents.length;
    if (!this.#inFlow) while (this.#indent > this.#column) this.#indents.pop();
    this.#unindented = this.#indents.length < depth;
    this.#emitGap();
    return true;
  }

  /**
   * Tells the parser of the line break and indentation or the spaces before a token. The header of a block scalar may
   * stand at the very column of the collection it belongs to: it is always put on the line before.
   */
  #emitGap(): void {
    const sameLine = !this.#afterBreak || this.#inFlow || (this.#atBlockScalar() && !this.#unindented);
    if (!sameLine) {
      const lineStart = this.#pos - this.#column;
      this.#emit("\n", Math.max(0, lineStart - 1));
      if (this.#column > 0) this.#emit(" ".repeat(this.#column), lineStart);
    } else if (this.#pos > this.#lastEnd) {
      this.#emit(" ".repeat(this.#afterBreak ? 1 : this.#pos - this.#lastEnd), this.#lastEnd);
    }
    this.#afterBreak = false;
  }

  #atBlockScalar(): boolean {
    const char = this.#text.charAt(this.#pos);
    return !this.#inFlow && (char === "|" || char === ">");
  }

  #lexToken(): void {
    const char = this.#text.charAt(this.#pos);
    const beforeSpace = isSpaceOrEnd(this.#text.charCodeAt(this.#pos + 1));
    if (char === "[" || char === "{") this.#openBracket(char);
    else if (char === "]" || char === "}") this.#closeBracket(char);
    else if (char === ",") this.#comma();
    else if (char === "-" && beforeSpace) this.#entry();
    else if (char === "?" && (beforeSpace || this.#inFlow)) this.#question();
    else if (char === ":" && (beforeSpace || this.#inFlow)) this.#colon();
    else if (char === "&" || char === "*") this.#name(char);
    else if (char === "!") this.#tag();
    else if (this.#atBlockScalar()) this.#blockScalar();
    else if (char === '"' || char === "'") this.#scalar(scanQuoted(this.#text, this.#pos), false);
    else if (char === "\t") this.#fail("a tab may not stand here; YAML wants spaces");
    else if ("|>%@`".includes(char)) this.#fail(`a text that begins with ${char} needs quotes`);
    else this.#scalar(scanPlain(this.#text, this.#pos, this.#inFlow ? undefined : this.#indent + 1), true);
  }

  #openBracket(char: string): void {
    this.#mayBeKey();
    this.#keys.openBracket();
    this.#brackets.push({ offset: this.#pos, question: undefined });
    this.#keyAllowed = true;
    this.#emitIndicator(char);
  }

  #closeBracket(char: string): void {
    const open = this.#brackets.pop();
    if (open === undefined || this.#text.charAt(open.offset) !== (char === "]" ? "[" : "{")) {
      this.#fail(`this ${char} closes nothing; quote it if it is text`);
    }
    this.#keys.closeBracket();
    this.#keyAllowed = false;
    this.#emitIndicator(char);
  }

  #comma(): void {
    const bracket = this.#brackets.at(-1);
    if (bracket === undefined) this.#fail("a text that begins with a comma needs quotes");
    // The parser takes a comma right after a question mark for part of the key's properties.
    if (bracket.question === "bare") this.#emitScalar("");
    bracket.question = undefined;
    this.#keys.drop();
    this.#keyAllowed = true;
    this.#emitIndicator(",");
  }

  #entry(): void {
    if (this.#inFlow) this.#fail("inside brackets entries are separated by commas, not by -");
    if (!this.#keyAllowed) this.#fail("a list may not begin here; put its - on a new line");
    this.#pushIndent(this.#column);
    this.#keys.drop();
    this.#keyAllowed = true;
    this.#emitIndicator("-");
  }

  #question(): void {
    if (!this.#inFlow && !this.#keyAllowed) this.#fail("a key may not begin here; put it on a new line");
    if (!this.#inFlow) this.#pushIndent(this.#column);
    this.#keys.drop();
    this.#keyAllowed = !this.#inFlow;
    this.#emitIndicator("?");
    const bracket = this.#brackets.at(-1);
    if (bracket !== undefined) bracket.question = "bare";
  }

  #colon(): void {
    const key = this.#keys.take();
    const bracket = this.#brackets.at(-1);
    if (key !== undefined) {
      if (bracket === undefined) this.#pushIndent(key.column);
      this.#keyAllowed = false;
    } else if (bracket !== undefined) {
      if (bracket.question === undefined) this.#fail("there is no key on this line before the colon");
      bracket.question = undefined;
      this.#keyAllowed = false;
    } else {
      if (!this.#keyAllowed) this.#fail("a colon and a space make a key, and none may stand here; quote the text");
      if (this.#column > this.#indent) this.#fail("there is no key before this colon; quote the text if it is one");
      this.#keyAllowed = true;
    }
    this.#emitIndicator(":");
  }

  #name(mark: "&" | "*"): void {
    this.#mayBeKey();
    const { name, end } = scanName(this.#text, this.#pos);
    this.#emitToken(mark, { value: name, plain: false, start: this.#pos, end });
  }

  #tag(): void {
    this.#mayBeKey();
    const { tag, end } = scanTag(this.#text, this.#pos, this.#handles);
    this.#emitToken("!", { value: tag, plain: false, start: this.#pos, end });
  }

  #blockScalar(): void {
    this.#keys.drop();
    const { value, end, next } = scanBlockScalar(this.#text, this.#pos, this.#indent);
    this.#emitToken("", { value, plain: false, start: this.#pos, end });
    this.#advance(next);
    this.#afterBreak = true;
    this.#keyAllowed = true;
  }

  #scalar({ value, end }: ScannedScalar, plain: boolean): void {
    this.#mayBeKey();
    this.#emitToken("", { value, plain, start: this.#pos, end });
  }

  /** A token begins that may be, or begin, an implicit key. */
  #mayBeKey(): void {
    const place = { offset: this.#pos, line: this.#line, column: this.#column };
    if (this.#keyAllowed) this.#keys.keep(place, !this.#inFlow && this.#indent === this.#column);
    this.#keyAllowed = false;
  }

  #pushIndent(column: number): void {
    if (column > this.#indent) this.#indents.push(column);
  }

  /** Emits an indicator, which stands for itself. */
  #emitIndicator(lexeme: string): void {
    this.#emit(lexeme, this.#pos);
    this.#advanceTo(this.#pos + lexeme.length);
  }

  #emitToken(mark: "" | "&" | "*" | "!", token: Token): void {
    const number = this.#tokens.push(token) - 1;
    if (mark === "") this.#emitScalar(`${number}`);
    else this.#emit(`${mark}${number}`, token.start);
    if (mark === "&" || mark === "!") this.#emit(" ", token.end);
    this.#advanceTo(token.end);
  }

  #emitScalar(lexeme: string): void {
    this.#emit(SCALAR, this.#pos);
    this.#emit(lexeme, this.#pos);
  }

  #advanceTo(end: number): void {
    const bracket = this.#brackets.at(-1);
    if (bracket?.question !== undefined) bracket.question = "filled";
    this.#advance(end);
    this.#lastEnd = end;
  }
}
