import { CannotTell, Raises } from "../errors.ts";
import { parseExpression, parseFilterChain, parseTuple } from "./expressions.ts";
import { type Segment, tokenize } from "./lexer.ts";
import type { Block, Branch, Expression, Parameter, Statement, Target } from "./syntax.ts";
import { Words } from "./words.ts";

/** Which extensions of the language are on. */
export interface Dialect {
  /** jinja2.ext.do. */
  readonly do: boolean;
}

/** Statements that Jinja knows and this interpreter does not. */
const UNSUPPORTED = ["autoescape", "block", "call", "extends", "from", "import", "include", "print"];
const CONSTANTS = ["true", "True", "false", "False", "none", "None"];
const DEEPEST = 50;

/** Reads a template. @throws Raises if Jinja finds an error, CannotTell for what is not supported */
export function parseTemplate(template: string, dialect: Dialect): Block {
  const parser = new Parser(tokenize(template), dialect);
  return parser.parseBlock([], 0).body;
}

/** A block's statements, and the statement that ended it. */
interface ParsedBlock {
  readonly body: Block;
  readonly end: string;
  readonly words: Words;
}

class Parser {
  readonly #segments: readonly Segment[];
  readonly #dialect: Dialect;
  #position = 0;

  constructor(segments: readonly Segment[], dialect: Dialect) {
    this.#segments = segments;
    this.#dialect = dialect;
  }

  /** The statements up to one of `ends`; without ends, all that is left. */
  parseBlock(ends: readonly string[], depth: number): ParsedBlock {
    if (depth > DEEPEST) throw new CannotTell("it is nested too deeply");
    const body: Statement[] = [];
    while (this.#position < this.#segments.length) {
      const segment = this.#segments[this.#position++]!;
      if (segment.kind === "text") body.push({ type: "text", text: segment.text });
      else {
        const words = new Words(segment.tokens);
        if (segment.kind === "print") body.push({ type: "print", value: this.#wholeTuple(words) });
        else {
          const keyword = words.expectName();
          if (ends.includes(keyword)) return { body, end: keyword, words };
          body.push(this.#parseStatement(keyword, words, depth + 1));
        }
      }
    }
    if (ends.length > 0) throw new Raises(`expected ${ends.join(" or ")}`);
    return { body, end: "", words: new Words([]) };
  }

  #parseStatement(keyword: string, words: Words, depth: number): Statement {
    if (keyword === "if") return this.#parseIf(words, depth);
    if (keyword === "for") return this.#parseFor(words, depth);
    if (keyword === "set") return this.#parseSet(words, depth);
    if (keyword === "with") return this.#parseWith(words, depth);
    if (keyword === "macro") return this.#parseMacro(words, depth);
    if (keyword === "do" && this.#dialect.do) return { type: "do", value: this.#wholeTuple(words) };
    if (keyword === "filter") {
      const filters = parseFilterChain(words, true);
      return { type: "filter", filters, body: this.#bodyUntil("endfilter", words, depth) };
    }
    if (UNSUPPORTED.includes(keyword)) throw new CannotTell(`it uses "${keyword}"`);
    throw new Raises(`unknown tag ${keyword}`);
  }

  #parseIf(first: Words, depth: number): Statement {
    const branches: Branch[] = [];
    let words = first;
    for (;;) {
      const test = this.#wholeTuple(words, false);
      const { body, end, words: next } = this.parseBlock(["elif", "else", "endif"], depth);
      branches.push({ test, body });
      if (end === "elif") words = next;
      else if (end === "else") return { type: "if", branches, otherwise: this.#bodyUntil("endif", next, depth) };
      else {
        next.expectEnd();
        return { type: "if", branches, otherwise: [] };
      }
    }
  }

  #parseFor(words: Words, depth: number): Statement {
    const target = parseTarget(words, false, (rest) => rest.isName("in"));
    words.expect("in");
    const list = parseTuple(words, (rest) => rest.ended || rest.isName("recursive") || rest.isName("if"), false);
    const filter = words.skip("if") ? parseExpression(words) : undefined;
    if (words.isName("recursive")) throw new CannotTell("it uses a recursive loop");
    words.expectEnd();
    const { body, end, words: next } = this.parseBlock(["endfor", "else"], depth);
    if (end !== "else") next.expectEnd();
    const otherwise = end === "else" ? this.#bodyUntil("endfor", next, depth) : [];
    return { type: "for", target, list, filter, body, otherwise };
  }

  #parseSet(words: Words, depth: number): Statement {
    const target = parseTarget(words, true, (rest) => rest.isOperator("="));
    if (words.skip("=")) return { type: "set", target, value: this.#wholeTuple(words) };
    const filters = parseFilterChain(words);
    return { type: "capture", target, filters, body: this.#bodyUntil("endset", words, depth) };
  }

  #parseWith(words: Words, depth: number): Statement {
    const variables: (readonly [Target, Expression])[] = [];
    while (!words.ended) {
      if (variables.length > 0) words.expect(",");
      const target = parseTarget(words, false, (rest) => rest.isOperator("="));
      words.expect("=");
      variables.push([target, parseExpression(words)]);
    }
    return { type: "with", variables, body: this.#bodyUntil("endwith", words, depth) };
  }

  #parseMacro(words: Words, depth: number): Statement {
    const name = words.expectName();
    const parameters: Parameter[] = [];
    words.expect("(");
    while (!words.skip(")")) {
      if (parameters.length > 0) words.expect(",");
      const parameter = words.expectName();
      parameters.push({ name: parameter, fallback: words.skip("=") ? parseExpression(words) : undefined });
    }
    return { type: "macro", name, parameters, body: this.#bodyUntil("endmacro", words, depth) };
  }

  /** The body that follows the tag of `words`, up to the one closing tag. */
  #bodyUntil(end: string, words: Words, depth: number): Block {
    words.expectEnd();
    const { body, words: closing } = this.parseBlock([end], depth);
    if (end === "endmacro" && !closing.ended) closing.expectName();
    closing.expectEnd();
    return body;
  }

  #wholeTuple(words: Words, choices = true): Expression {
    const value = parseTuple(words, (rest) => rest.ended, choices);
    words.expectEnd();
    return value;
  }
}

function parseTarget(words: Words, members: boolean, endsAt: (words: Words) => boolean): Target {
  const items: Target[] = [];
  let tuple = false;
  while (!words.ended && !endsAt(words)) {
    items.push(parseSingleTarget(words, members));
    if (!words.skip(",")) break;
    tuple = true;
  }
  if (items.length === 0) throw new Raises("expected a name to assign to");
  return tuple ? { type: "targets", items } : items[0]!;
}

function parseSingleTarget(words: Words, members: boolean): Target {
  if (words.skip("(")) {
    const inner = words.nested(() => parseTarget(words, members, (rest) => rest.isOperator(")")));
    words.expect(")");
    return inner;
  }
  const name = words.expectName();
  if (CONSTANTS.includes(name)) throw new Raises(`cannot assign to ${name}`);
  if (members && words.skip(".")) return { type: "member", namespace: name, name: words.expectName() };
  return { type: "name", name };
}
