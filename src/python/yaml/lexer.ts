import { KeyCandidates, type Place } from "./keys.ts";
import { LexemeWriter, type Mark, type Token } from "./lexemes.ts";
import { DEFAULT_HANDLES, type Directives, scanDirective, scanName, scanTag } from "./properties.ts";
import { type ScannedScalar, scanBlockScalar, scanPlain, scanQuoted } from "./scalars.ts";
import { breakAt, isBreak, isDocumentMarker, isSpaceOrEnd, lineEnd, type Source, YamlError } from "./source.ts";

/**
 * Cuts the one document of a text into lexemes for `yaml`'s Parser, by the rules of PyYAML's scanner (5.3 to 6.0).
 * These are looser than YAML's (indentation does not matter inside brackets and quotes) and stricter (tabs, question
 * marks, colons, names). The content of brackets is joined to one line.
 * @param comment receives the offset of each comment
 * @returns the tokens that the lexemes refer to, or undefined if the text contains only comments.
 * @throws YamlError where PyYAML's scanner would stop.
 */
export function lexDocument(
  source: Source,
  emit: (lexeme: string, offset: number) => void,
  comment: (offset: number) => void = () => {},
): Token[] | undefined {
  return new Lexer(source, emit, comment).lex();
}

interface Bracket {
  readonly offset: number;
  readonly line: number;
  /** Whether a question mark waits for its colon. */
  question: boolean;
}

class Lexer {
  readonly #text: string;
  readonly #lineStarts: readonly number[];
  readonly #writer: LexemeWriter;
  readonly #comment: (offset: number) => void;
  #handles: ReadonlyMap<string, string> = DEFAULT_HANDLES;
  #offset: number;
  #line = 0;
  /** Whether there was a line break since the last token. */
  #afterBreak = false;
  /** Columns of the enclosing block collections, and whether some ended just before the token. */
  readonly #indents: number[] = [];
  #unindented = false;
  readonly #brackets: Bracket[] = [];
  readonly #keys = new KeyCandidates();
  /** Whether a key can begin here and, outside brackets, any block collection. */
  #keyAllowed = true;

  constructor(source: Source, emit: (lexeme: string, offset: number) => void, comment: (offset: number) => void) {
    this.#text = source.text;
    this.#comment = comment;
    this.#lineStarts = source.lineStarts;
    this.#writer = new LexemeWriter(emit);
    this.#offset = source.lineStarts[0] ?? 0;
  }

  lex(): Token[] | undefined {
    if (!this.#startDocument()) return undefined;
    while (this.#goToToken()) this.#lexToken();
    const open = this.#brackets.at(-1);
    if (open !== undefined) throw new YamlError(`the ${this.#text.charAt(open.offset)} is never closed`, open.offset);
    this.#keys.drop();
    this.#endDocument();
    return this.#writer.tokens;
  }

  /** Reads the directives and the first `---`. Returns whether a document follows. */
  #startDocument(): boolean {
    const directives: Directives = { version: false, handles: new Map() };
    let directive: number | undefined;
    for (;;) {
      this.#skipToToken();
      if (this.#text.charAt(this.#offset) !== "%" || this.#column !== 0) break;
      directive = this.#offset;
      this.#advance(scanDirective(this.#text, this.#offset, directives));
    }
    const marked = this.#atMarker("---");
    if (directive !== undefined && !marked)
      throw new YamlError("a directive must be followed by a line ---", directive);
    if (this.#atMarker("...")) this.#fail("no document precedes this ...");
    if (this.#offset >= this.#text.length) return false;
    this.#handles = new Map([...DEFAULT_HANDLES, ...directives.handles]);
    this.#writer.document(this.#offset);
    this.#afterBreak = !marked;
    this.#keyAllowed = !marked;
    if (marked) this.#indicator("---");
    return true;
  }

  /** Reads the rest: only `...` and comments are allowed, since safe_load does not accept a second document. */
  #endDocument(): void {
    while (this.#atMarker("...")) {
      this.#advance(this.#offset + 3);
      this.#skipToToken();
    }
    if (this.#offset < this.#text.length)
      this.#fail("a second document begins here; cloud-init reads only one per file");
  }

  get #column(): number {
    return this.#offset - (this.#lineStarts[this.#line] ?? 0);
  }

  get #inFlow(): boolean {
    return this.#brackets.length > 0;
  }

  /** The column of the innermost block collection. */
  get #indent(): number {
    return this.#indents.at(-1) ?? -1;
  }

  #atMarker(marker: "---" | "..."): boolean {
    return (
      this.#column === 0 && this.#text.startsWith(marker, this.#offset) && isDocumentMarker(this.#text, this.#offset)
    );
  }

  #advance(offset: number): void {
    this.#offset = offset;
    while ((this.#lineStarts[this.#line + 1] ?? Infinity) <= offset) this.#line++;
  }

  #fail(reason: string): never {
    throw new YamlError(reason, this.#offset);
  }

  /** Skips spaces, comments and line breaks. */
  #skipToToken(): void {
    for (;;) {
      let pos = this.#offset;
      while (this.#text.charAt(pos) === " ") pos++;
      if (this.#text.charAt(pos) === "#") {
        this.#comment(pos);
        pos = lineEnd(this.#text, pos);
      }
      const atBreak = isBreak(this.#text.charCodeAt(pos));
      this.#advance(atBreak ? pos + breakAt(this.#text, pos).length : pos);
      if (!atBreak) return;
      this.#afterBreak = true;
      if (!this.#inFlow) this.#keyAllowed = true;
    }
  }

  /** Advances to the next token; false at the end of the document. */
  #goToToken(): boolean {
    this.#skipToToken();
    this.#keys.dropStale(this.#text, this.#place());
    if (this.#offset >= this.#text.length) return false;
    if (this.#atMarker("---") || this.#atMarker("...")) {
      if (this.#inFlow) this.#fail("--- and ... are not allowed inside brackets");
      return false;
    }
    const depth = this.#indents.length;
    if (!this.#inFlow) while (this.#indent > this.#column) this.#indents.pop();
    this.#unindented = this.#indents.length < depth;
    if (!this.#inFlow) this.#writeGap();
    this.#afterBreak = false;
    return true;
  }

  /**
   * The header of a block scalar may be at the column of its own collection; for the parser it is moved to the previous
   * line.
   */
  #writeGap(): void {
    if (!this.#afterBreak) this.#writer.gap(this.#offset);
    else if (this.#unindented || !this.#atBlockScalar()) this.#writer.newLine(this.#offset, this.#column);
  }

  #place(): Place {
    return { offset: this.#offset, line: this.#line, column: this.#column };
  }

  #atBlockScalar(): boolean {
    const char = this.#text.charAt(this.#offset);
    return !this.#inFlow && (char === "|" || char === ">");
  }

  #lexToken(): void {
    const char = this.#text.charAt(this.#offset);
    const beforeSpace = isSpaceOrEnd(this.#text.charCodeAt(this.#offset + 1));
    if (char === "[" || char === "{") this.#openBracket(char);
    else if (char === "]" || char === "}") this.#closeBracket(char);
    else if (char === ",") this.#comma();
    else if (char === "-" && beforeSpace) this.#entry();
    else if (char === "?" && (beforeSpace || this.#inFlow)) this.#question();
    else if (char === ":" && (beforeSpace || this.#inFlow)) this.#colon();
    else if (char === "&" || char === "*") this.#name(char);
    else if (char === "!") this.#tag();
    else if (this.#atBlockScalar()) this.#blockScalar();
    else if (char === '"' || char === "'") this.#scalar(scanQuoted(this.#text, this.#offset), false);
    else if (char === "\t") this.#fail("tab used for indentation; YAML allows only spaces");
    else if ("|>%@`".includes(char)) this.#fail(`a string that begins with ${char} must be quoted`);
    else this.#scalar(scanPlain(this.#text, this.#offset, this.#inFlow ? undefined : this.#indent + 1), true);
  }

  #openBracket(char: string): void {
    this.#mayBeKey();
    this.#keys.openBracket();
    this.#brackets.push({ offset: this.#offset, line: this.#line, question: false });
    this.#keyAllowed = true;
    this.#indicator(char);
  }

  #closeBracket(char: string): void {
    const open = this.#brackets.at(-1);
    if (open === undefined || this.#text.charAt(open.offset) !== (char === "]" ? "[" : "{")) {
      this.#fail(`unmatched ${char}; quote the string if it is text`);
    }
    this.#writer.fillEmpty(true);
    this.#brackets.pop();
    this.#keys.closeBracket();
    this.#keyAllowed = false;
    this.#indicator(char);
  }

  /** Names an open bracket. */
  #opened({ offset, line }: Bracket): string {
    return `${this.#text.charAt(offset)} of line ${line + 1}`;
  }

  #comma(): void {
    const bracket = this.#brackets.at(-1);
    if (bracket === undefined) this.#fail("a string that begins with a comma must be quoted");
    this.#writer.fillEmpty(true);
    bracket.question = false;
    this.#keys.drop();
    this.#keyAllowed = true;
    this.#indicator(",");
  }

  #entry(): void {
    if (this.#inFlow) this.#fail("inside brackets, commas separate entries, not -");
    if (!this.#keyAllowed) this.#fail("a list cannot begin here; put its - on a new line");
    this.#pushIndent(this.#column);
    this.#keys.drop();
    this.#keyAllowed = true;
    this.#indicator("-");
  }

  #question(): void {
    const bracket = this.#brackets.at(-1);
    if (bracket !== undefined) bracket.question = true;
    else {
      if (!this.#keyAllowed) this.#fail("a key cannot begin here; put it on a new line");
      this.#pushIndent(this.#column);
    }
    this.#keys.drop();
    this.#keyAllowed = bracket === undefined;
    this.#indicator("?");
  }

  #colon(): void {
    const key = this.#keys.take();
    const bracket = this.#brackets.at(-1);
    if (bracket !== undefined) {
      if (key === undefined && !bracket.question)
        this.#fail(`this colon has no key; check that the ${this.#opened(bracket)} is closed`);
      bracket.question = false;
    } else if (key !== undefined) this.#pushIndent(key.column);
    else {
      if (!this.#keyAllowed)
        this.#fail("a colon and a space make a key, which is not allowed here; quote the whole string");
      if (this.#column > this.#indent)
        this.#fail("no key before this colon; quote the string if the colon is part of it");
    }
    if (key !== undefined || bracket !== undefined) this.#writer.fillEmpty(bracket !== undefined);
    this.#keyAllowed = key === undefined && bracket === undefined;
    this.#indicator(":");
  }

  #name(mark: "&" | "*"): void {
    this.#mayBeKey();
    const { name, end } = scanName(this.#text, this.#offset);
    this.#token(mark, name, false, end);
  }

  #tag(): void {
    this.#mayBeKey();
    const { tag, end } = scanTag(this.#text, this.#offset, this.#handles);
    this.#token("!", tag, false, end);
  }

  #blockScalar(): void {
    this.#keys.drop();
    const header = this.#text.slice(this.#offset, lineEnd(this.#text, this.#offset));
    if (header.includes("#")) this.#comment(this.#offset + header.indexOf("#"));
    const { value, end, next } = scanBlockScalar(this.#text, this.#offset, this.#indent);
    this.#token("", value, false, end);
    this.#advance(next);
    this.#afterBreak = true;
    this.#keyAllowed = true;
  }

  #scalar({ value, end }: ScannedScalar, plain: boolean): void {
    this.#mayBeKey();
    this.#token("", value, plain, end);
  }

  /** Marks a token that may be, or begin, an implicit key. */
  #mayBeKey(): void {
    if (this.#keyAllowed) this.#keys.keep(this.#place(), !this.#inFlow && this.#indent === this.#column);
    this.#keyAllowed = false;
  }

  #pushIndent(column: number): void {
    if (column > this.#indent) this.#indents.push(column);
  }

  #indicator(lexeme: string): void {
    this.#writer.indicator(lexeme, this.#offset);
    this.#advance(this.#offset + lexeme.length);
  }

  #token(mark: Mark, value: string, plain: boolean, end: number): void {
    this.#writer.token(mark, { value, plain, start: this.#offset, end });
    this.#advance(end);
  }
}
