import { CannotTell, Raises } from "../errors.ts";
import type { Token } from "./lexer.ts";

/** How deep expressions may nest and how many words a tag may have: more would exhaust the stack. */
const DEEPEST = 100;
const LONGEST = 1000;

/** The words of one tag, read from left to right. */
export class Words {
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    if (tokens.length > LONGEST) throw new CannotTell("one of its tags is too long");
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#position >= this.#tokens.length;
  }

  /** The word `ahead` of the current one. */
  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#position + ahead];
  }

  next(): Token {
    const token = this.#tokens[this.#position++];
    if (token === undefined) throw new Raises("unexpected end of a tag");
    return token;
  }

  isOperator(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.type === "operator" && token.text === text;
  }

  isName(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.type === "name" && token.text === text;
  }

  /** Skips an operator or a keyword if it comes next. */
  skip(text: string): boolean {
    if (!this.isOperator(text) && !this.isName(text)) return false;
    this.#position++;
    return true;
  }

  expect(text: string): void {
    if (!this.skip(text)) throw new Raises(`expected ${text}`);
  }

  expectName(): string {
    const token = this.next();
    if (token.type !== "name") throw new Raises("expected a name");
    return token.text;
  }

  expectEnd(): void {
    if (!this.ended) throw new Raises(`unexpected ${this.peek()?.text}`);
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > DEEPEST) throw new CannotTell("it is nested too deeply");
    const result = parse();
    this.#depth--;
    return result;
  }
}
