/** A scalar, tag, anchor or alias of the text. */
export interface Token {
  /** A scalar's text, a full tag, or the name of an anchor or alias. */
  readonly value: string;
  readonly plain: boolean;
  readonly start: number;
  readonly end: number;
}

/** The first character of a token's lexeme; a scalar has none. */
export type Mark = "" | "&" | "*" | "!";

/** The lexemes that tell `yaml`'s Parser that a document starts, and that a plain scalar follows. */
const DOCUMENT = "\x02";
const SCALAR = "\x1f";

/** Indicators of a block collection; the spaces after them indent the rest of the line. */
const INDENTING: ReadonlySet<string> = new Set(["-", "?", ":"]);

/**
 * Writes the lexemes that `yaml`'s Parser reads. Scalars, tags and names are replaced by the number of their token, so
 * that the Parser only finds the structure.
 */
export class LexemeWriter {
  readonly tokens: Token[] = [];
  readonly #emit: (lexeme: string, offset: number) => void;
  /** The last indicator or mark, and the end of its token. */
  #last = "";
  #end = 0;

  constructor(emit: (lexeme: string, offset: number) => void) {
    this.#emit = emit;
  }

  document(offset: number): void {
    this.#emit(DOCUMENT, offset);
  }

  newLine(offset: number, column: number): void {
    const lineStart = offset - column;
    this.#emit("\n", Math.max(0, lineStart - 1));
    if (column > 0) this.#emit(" ".repeat(column), lineStart);
  }

  /** Writes the spaces before a token on the line of the last one if they are indentation. */
  gap(offset: number): void {
    if (INDENTING.has(this.#last)) this.#emit(" ".repeat(offset - this.#end), this.#end);
  }

  indicator(lexeme: string, offset: number): void {
    this.#emit(lexeme, offset);
    this.#last = lexeme;
    this.#end = offset + lexeme.length;
  }

  token(mark: Mark, token: Token): void {
    const number = this.tokens.push(token) - 1;
    if (mark === "") this.#scalar(`${number}`, token.start);
    else this.#emit(`${mark}${number}`, token.start);
    if (mark === "&" || mark === "!") this.#emit(" ", token.end);
    this.#last = mark;
    this.#end = token.end;
  }

  /** Adds an empty scalar, since the parser loses anchors, tags and question marks that nothing follows. */
  fillEmpty(afterQuestion: boolean): void {
    const isHeld = this.#last === "&" || this.#last === "!" || (this.#last === "?" && afterQuestion);
    if (isHeld) this.#scalar("", this.#end);
  }

  #scalar(lexeme: string, offset: number): void {
    this.#emit(SCALAR, offset);
    this.#emit(lexeme, offset);
  }
}
