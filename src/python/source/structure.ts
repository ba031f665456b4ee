import type { Lexed, LogicalLine, Token } from "./lexer.ts";
import { Mutations } from "./mutations.ts";
import { AUGMENTED, type Binding, bind, type Range, type Scope, scopeOf } from "./scopes.ts";

/** Python itself allows 100 levels of blocks. */
const DEEPEST = 100;

const BRANCHES = new Set(["if", "elif", "else", "try", "except", "finally", "for", "while", "with"]);
const LOOPS = new Set(["for", "while"]);

/** Where a statement stands. */
interface Where {
  readonly scope: Scope;
  readonly isConditional: boolean;
  readonly isLoop: boolean;
}

interface Block extends Where {
  readonly indent: number;
  /** The first token of the definition whose scope ends with the block. */
  readonly starts: number | undefined;
}

/** The scopes of a module by their paths; undefined for source whose blocks are invalid or too deep. */
export function readScopes(lexed: Lexed): ReadonlyMap<string, Scope> | undefined {
  return new Structure(lexed).run();
}

class Structure {
  readonly #tokens: readonly Token[];
  readonly #lines: readonly LogicalLine[];
  readonly #module: Scope = scopeOf("", "module", undefined);
  readonly #scopes = new Map<string, Scope>([["", this.#module]]);
  readonly #mutations: Mutations;

  constructor({ tokens, lines }: Lexed) {
    this.#tokens = tokens;
    this.#lines = lines;
    this.#mutations = new Mutations(tokens);
  }

  run(): ReadonlyMap<string, Scope> | undefined {
    this.#module.ranges.push({ from: 0, to: this.#tokens.length });
    const blocks: Block[] = [
      { indent: 0, scope: this.#module, isConditional: false, isLoop: false, starts: undefined },
    ];
    /** The block that the line before has begun. */
    let opened: Omit<Block, "indent"> | undefined;
    const close = (at: number) => {
      const block = blocks.pop();
      if (block?.starts !== undefined) block.scope.ranges.push({ from: block.starts, to: at });
    };
    for (const { indent, from, to } of this.#lines) {
      if (opened !== undefined) {
        if (indent <= blocks.at(-1)!.indent || blocks.length > DEEPEST) return undefined;
        blocks.push({ indent, ...opened });
        opened = undefined;
      } else while (indent < blocks.at(-1)!.indent) close(from);
      const block = blocks.at(-1)!;
      if (indent !== block.indent) return undefined;
      const line = this.#line({ from, to }, block);
      if (line === "invalid") return undefined;
      opened = line;
    }
    if (opened !== undefined) return undefined;
    while (blocks.length > 0) close(this.#tokens.length);
    this.#mutations.apply(this.#module);
    return this.#scopes;
  }

  /** Reads a line. Returns the block that it opens. */
  #line({ from, to }: Range, where: Where): Omit<Block, "indent"> | "invalid" | undefined {
    const { scope, isConditional } = where;
    const first = this.#text(from) === "async" ? from + 1 : from;
    const word = this.#text(first);
    const isDefinition = word === "def" || word === "class";
    const isCase = this.#isCase({ from, to });
    if (!isDefinition && !isCase && !BRANCHES.has(word)) {
      this.#mutations.find({ from, to }, scope);
      return this.#statements({ from, to }, where);
    }
    const colon = this.#colon(first, to);
    if (colon === undefined) return "invalid";
    this.#mutations.find({ from, to: isDefinition ? colon : to }, scope);
    if (!isDefinition) {
      this.#targets(word, { from: first + 1, to: colon }, scope);
      const inside: Where = { scope, isConditional: true, isLoop: where.isLoop || LOOPS.has(word) };
      if (colon + 1 === to) return { ...inside, starts: undefined };
      return this.#statements({ from: colon + 1, to }, inside);
    }
    const inner = this.#define(word, { from: first + 1, to: colon }, scope, isConditional);
    if (inner === undefined) return "invalid";
    // A method that is defined twice (a property, its setter) holds what both hold.
    const again = inner.ranges.length > 0;
    const inside: Where = { scope: inner, isConditional: again, isLoop: false };
    if (colon + 1 === to) return { ...inside, starts: from };
    inner.ranges.push({ from, to });
    this.#mutations.find({ from: colon + 1, to }, inner);
    return this.#statements({ from: colon + 1, to }, inside);
  }

  /** The colon that ends the head of a block. */
  #colon(from: number, to: number): number | undefined {
    const { depth } = this.#tokens[from]!;
    let lambdas = 0;
    for (let at = from; at < to; at++) {
      const token = this.#tokens[at]!;
      if (token.depth !== depth) continue;
      if (token.kind === "name" && token.text === "lambda") lambdas++;
      else if (token.text === ":" && lambdas-- === 0) return at;
    }
    return undefined;
  }

  #define(word: string, head: Range, scope: Scope, isConditional: boolean): Scope | undefined {
    const name = this.#tokens[head.from];
    if (name?.kind !== "name" || head.from >= head.to) return undefined;
    bind(scope, name.text, { value: "defined", isConditional, at: head.to });
    const path = scope.path === "" ? name.text : `${scope.path}.${name.text}`;
    const inner = this.#scopes.get(path) ?? scopeOf(path, word === "class" ? "class" : "function", scope);
    this.#scopes.set(path, inner);
    if (word === "class" && this.#text(head.from + 1) === "(")
      inner.bases.push(...this.#split({ from: head.from + 2, to: this.#closing(head.from + 1) }, ","));
    if (word === "def" && this.#text(head.from + 1) === "(")
      for (const parameter of this.#split({ from: head.from + 2, to: this.#closing(head.from + 1) }, ","))
        this.#parameter(parameter, inner);
    return inner;
  }

  #parameter({ from, to }: Range, scope: Scope): void {
    const at = ["*", "**"].includes(this.#text(from)) ? from + 1 : from;
    if (at >= to) return;
    const name = this.#text(at);
    bind(scope, name, { value: "computed", isConditional: false, at: from });
    this.#mutations.parameter(name, scope);
    const [, value] = this.#split({ from: at, to }, "=");
    if (value !== undefined) scope.defaults.set(name, value);
  }

  #closing(open: number): number {
    const { depth } = this.#tokens[open]!;
    let at = open + 1;
    while (at < this.#tokens.length && this.#tokens[at]!.depth > depth) at++;
    return at;
  }

  /** Whether a line begins a block of `match`, whose words are names in other places. */
  #isCase({ from, to }: Range): boolean {
    const next = this.#tokens[from + 1];
    if (!["match", "case"].includes(this.#text(from)) || this.#colon(from, to) === undefined) return false;
    return next?.kind !== "operator" || ["(", "[", "{", "*", "-"].includes(next.text);
  }

  /** The names that a loop, `case`, `with` and `except` set. */
  #targets(word: string, { from, to }: Range, scope: Scope): void {
    let isTarget = word === "for" || word === "case";
    const targets: string[] = [];
    for (let at = from; at < to; at++) {
      const { kind, text } = this.#tokens[at]!;
      if (kind === "name" && text === "as") isTarget = true;
      else if (kind === "name" && text === "in") {
        if (isTarget && word === "for") this.#mutations.alias(targets, { from: at + 1, to }, scope);
        isTarget = false;
      } else if (kind === "name" && isTarget) {
        bind(scope, text, { value: "computed", isConditional: true, at: to });
        targets.push(text);
      } else if (word !== "for" && word !== "case" && text !== "(") isTarget = false;
    }
  }

  #statements(range: Range, where: Where): undefined {
    for (const statement of this.#split(range, ";"))
      if (statement.from < statement.to) this.#statement(statement, where);
  }

  #statement(range: Range, { scope, isConditional, isLoop }: Where): void {
    const { from, to } = range;
    const word = this.#text(from);
    const computed: Binding = { value: "computed", isConditional, at: to };
    if (word === "import" || word === "from") {
      this.#import(range, scope, isConditional);
      return;
    }
    if (word === "global" || word === "nonlocal") {
      const outer = word === "global" ? this.#module : (scope.parent ?? this.#module);
      for (let at = from + 1; at < to; at++) bind(outer, this.#text(at), { value: "changed", isConditional, at });
      return;
    }
    if (word === "del") {
      for (const target of this.#split({ from: from + 1, to }, ","))
        if (target.to - target.from === 1) bind(scope, this.#text(target.from), computed);
        else this.#mutations.mutate(target.from, scope);
      return;
    }
    const parts = this.#split(range, "=");
    const value = parts.pop()!;
    if (parts.length === 0) {
      if (this.#tokens[from]!.kind === "name" && AUGMENTED.test(this.#text(from + 1))) bind(scope, word, computed);
      return;
    }
    // The last of several rounds counts.
    const isKnown = !isLoop || scope.kind === "function";
    const names: string[] = [];
    for (const target of parts) {
      const name = this.#target(target);
      if (name !== undefined) {
        names.push(name);
        bind(scope, name, isKnown ? { value, isConditional, at: to } : computed);
      } else this.#unpack(target, scope, computed);
    }
    this.#mutations.alias(names, value, scope);
  }

  /** The names in a target such as X, (Y, *Z) or X[...], A.Y. */
  #unpack({ from, to }: Range, scope: Scope, computed: Binding): void {
    for (let at = from; at < to; at++) {
      const { kind, text } = this.#tokens[at]!;
      if (kind !== "name" || this.#text(at - 1) === ".") continue;
      if ([".", "["].includes(this.#text(at + 1))) at = this.#mutations.mutate(at, scope) - 1;
      else bind(scope, text, computed);
    }
  }

  /** The name that is assigned to, with what it is an attribute of; undefined for another target. */
  #target({ from, to }: Range): string | undefined {
    const [target = { from, to }, annotation] = this.#split({ from, to }, ":");
    const end = annotation === undefined ? to : target.to;
    const words: string[] = [];
    for (let at = from; at < end; at++) {
      const { kind, text } = this.#tokens[at]!;
      if ((at - from) % 2 === 0 ? kind !== "name" : text !== ".") return undefined;
      if (kind === "name") words.push(text);
    }
    return (end - from) % 2 === 1 ? words.join(".") : undefined;
  }

  #import({ from, to }: Range, scope: Scope, isConditional: boolean): void {
    const isFrom = this.#text(from) === "from";
    let start = from + 1;
    if (isFrom) while (start < to && this.#text(start) !== "import") start++;
    for (let at = start; at < to; at++) {
      const { kind, text } = this.#tokens[at]!;
      const next = at + 1 < to ? this.#text(at + 1) : "";
      if (kind !== "name" || text === "import" || text === "as" || next === "as") continue;
      if (this.#text(at - 1) !== ".") bind(scope, text, { value: "imported", isConditional, at: to });
    }
  }

  /** The parts of a range between separators outside of brackets. A part may be empty. */
  #split({ from, to }: Range, separator: string): Range[] {
    const depth = this.#tokens[from]?.depth;
    const parts: Range[] = [];
    let start = from;
    for (let at = from; at < to; at++) {
      const token = this.#tokens[at]!;
      if (token.kind !== "operator" || token.text !== separator || token.depth !== depth) continue;
      parts.push({ from: start, to: at });
      start = at + 1;
    }
    return [...parts, { from: start, to }];
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }
}
