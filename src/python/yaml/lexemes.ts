/** A scalar, tag, anchor or alias of the text. */
export interface Token {
  /** A scalar's text, a tag in full, the name of an anchor or alias. */
  readonly value: string;
  readonly plain: boolean;
  readonly start: number;
  readonly end: number;
}

/** What a token's lexeme begins with; a scalar has no mark. */
export type Mark = "" | "&" | "*" | "!";

/** The lexemes by which `yaml`'s Parser knows the start of a document, and that a plain scalar follows. */
const DOCUMENT = "\x02";
const SCALAR = "\x1f";

/** Indicators of a block collection: the spaces after them indent what follows on their line. */
const INDENTING: ReadonlySet<string> = new Set(["-", "?", ":"]);

/**
 * Writes the lexemes that `yaml`'s Parser reads. In the place of scalars, tags and names they hold the number of a token:
 * only the structure is left for it to find.
 */
export class LexemeWriter {
  readonly tokens: Token[] = [];
  readonly #emit: (lexeme: string, offset: number) => void;
  /** The last indicator or mark, and where its token ended. */
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

  /** Writes the spaces before a token that is on the line of the last one, where they are indentation. */
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

  /** The parser loses track of anchors, tags and question marks that nothing follows: an empty scalar holds them. */
  fillEmpty(afterQuestion: boolean): void {
    const isHeld = this.#last === "&" || this.#last === "!" || (this.#last === "?" && afterQuestion);
    if (isHeld) this.#scalar("", this.#end);
  }

  #scalar(lexeme: string, offset: number): void {
    this.#emit(SCALAR, offset);
    this.#emit(lexeme, offset);
  }
}
