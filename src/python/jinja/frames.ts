import type { Arguments, Block, Expression, Statement, Target } from "./syntax.ts";

/**
 * What a frame (a template, a loop's body, a macro, a block) does with names. Jinja decides for a whole frame at once
 * which of its names are its own (compiler.FrameSymbolVisitor and idtracking.Symbols, 2.11 to 3.1).
 */
export interface Frame {
  /** The names that it reads or assigns. */
  readonly names: ReadonlySet<string>;
  /**
   * Those that it assigns before it reads them: unless an outer frame has them too, they are undefined until then, also
   * for inner frames, and even where the template is given a variable of this name.
   */
  readonly own: ReadonlySet<string>;
}

const known = new WeakMap<Block, Frame>();

/** The frame of a body. */
export function frameOf(body: Block): Frame {
  const found = known.get(body) ?? new Names().visit(body);
  known.set(body, found);
  return found;
}

class Names implements Frame {
  readonly names: Set<string>;
  readonly own: Set<string>;
  readonly #stored: Set<string>;

  constructor(names: Iterable<string> = [], own: Iterable<string> = [], stored: Iterable<string> = []) {
    this.names = new Set(names);
    this.own = new Set(own);
    this.#stored = new Set(stored);
  }

  visit(body: Block): this {
    for (const statement of body) this.#statement(statement);
    return this;
  }

  #load(name: string): void {
    this.names.add(name);
  }

  #store(name: string): void {
    if (!this.names.has(name)) this.own.add(name);
    this.names.add(name);
    this.#stored.add(name);
  }

  #statement(statement: Statement): void {
    switch (statement.type) {
      case "print":
      case "do":
        this.#expression(statement.value);
        break;
      case "if":
        this.#branches(statement);
        break;
      case "for":
        this.#expression(statement.list);
        break;
      case "set":
        this.#expression(statement.value);
        this.#target(statement.target);
        break;
      case "capture":
        this.#target(statement.target);
        break;
      case "filter":
        for (const { args } of statement.filters) this.#arguments(args);
        break;
      case "with":
        for (const [, value] of statement.variables) this.#expression(value);
        break;
      case "macro":
        this.#store(statement.name);
        break;
      case "text":
        break;
    }
  }

  /** A name that only some branches assign is first looked up outside. */
  #branches({ branches, otherwise }: Extract<Statement, { type: "if" }>): void {
    const [first, ...others] = branches;
    if (first === undefined) return;
    this.#expression(first.test);
    const copy = () => new Names(this.names, this.own, this.#stored);
    const rest = others.length > 0 ? copy() : undefined;
    if (rest !== undefined) rest.#branches({ type: "if", branches: others, otherwise: [] });
    const all = [copy().visit(first.body), rest ?? copy(), copy().visit(otherwise)];
    const some = new Set(all.flatMap((branch) => [...branch.#stored]));
    for (const branch of all) for (const name of branch.names) this.names.add(name);
    for (const name of some) {
      if (this.#stored.has(name)) continue;
      if (all.every((branch) => branch.own.has(name))) this.own.add(name);
      this.#stored.add(name);
    }
  }

  #target(target: Target): void {
    if (target.type === "name") this.#store(target.name);
    else if (target.type === "member") this.#load(target.namespace);
    else for (const item of target.items) this.#target(item);
  }

  #arguments({ positional, named }: Arguments): void {
    for (const value of positional) this.#expression(value);
    for (const [, value] of named) this.#expression(value);
  }

  #expression(node: Expression | undefined): void {
    switch (node?.type) {
      case "name":
        this.#load(node.name);
        break;
      case "list":
      case "tuple":
      case "concat":
        for (const item of node.items) this.#expression(item);
        break;
      case "dict":
        for (const [key, value] of node.pairs) {
          this.#expression(key);
          this.#expression(value);
        }
        break;
      case "attribute":
        this.#expression(node.object);
        break;
      case "item":
        this.#expression(node.object);
        this.#expression(node.key);
        break;
      case "slice":
        for (const part of node.parts) this.#expression(part);
        break;
      case "call":
        this.#expression(node.callee);
        this.#arguments(node.args);
        break;
      case "filter":
      case "test":
        this.#expression(node.value);
        this.#arguments(node.args);
        break;
      case "unary":
        this.#expression(node.value);
        break;
      case "binary":
      case "logic":
        this.#expression(node.left);
        this.#expression(node.right);
        break;
      case "compare":
        this.#expression(node.first);
        for (const { value } of node.rest) this.#expression(value);
        break;
      case "choice":
        this.#expression(node.test);
        this.#expression(node.yes);
        this.#expression(node.no);
        break;
    }
  }
}
