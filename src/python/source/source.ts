import { equal, type PyValue } from "../dataModel.ts";
import { type Call, ExpressionReader, type Measured, type Nesting, UNKNOWN } from "./expressions.ts";
import { type Token, tokenize } from "./lexer.ts";
import { type Binding, type Range, readScopes, type Scope } from "./structure.ts";
import { COMPUTED, Name } from "./values.ts";

/** Longer sources, in characters, are not read: cloud-init's longest file has 120,000. */
const LONGEST = 1_000_000;
/** Deeper nesting of brackets and names in a value makes it unknown. */
const DEEPEST = 50;

/**
 * Reads Python source as text; nothing of it is ever run. Undefined if it cannot be read: a syntax error that its words,
 * brackets or blocks show, a NUL byte, more than a million characters, blocks or brackets deeper than Python allows.
 */
export function readSource(text: string): PythonSource | undefined {
  if (text.length > LONGEST || text.includes("\0")) return undefined;
  const lexed = tokenize(text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n"));
  const scopes = lexed && readScopes(lexed);
  return scopes && new PythonSource(text, lexed.tokens, scopes);
}

/**
 * A module of Python. Names are dotted paths of classes and functions: "NAME", "Class.NAME", "function.NAME",
 * "Class.method.self.NAME".
 */
export class PythonSource {
  readonly text: string;
  readonly #tokens: readonly Token[];
  readonly #scopes: ReadonlyMap<string, Scope>;
  readonly #known = new Map<readonly Binding[], Measured>();
  readonly #reading = new Set<readonly Binding[]>();
  readonly #nesting: Nesting = { level: 0 };

  constructor(text: string, tokens: readonly Token[], scopes: ReadonlyMap<string, Scope>) {
    this.text = text;
    this.#tokens = tokens;
    this.#scopes = scopes;
  }

  /**
   * What is assigned to a name; undefined if nothing is. COMPUTED if only running the source would show it: the result
   * of an operator or a call, a name that is changed later, branches that assign different values.
   */
  value(path: string): PyValue | undefined {
    return this.#find(path)?.value;
  }

  /** Whether the module has a class or a function of this name. */
  defines(path: string): boolean {
    return path !== "" && this.#scopes.has(path);
  }

  /** The default of a function's parameter; undefined if it has none. */
  parameter(path: string, name: string): PyValue | undefined {
    const scope = this.#scopes.get(path);
    const range = scope?.defaults.get(name);
    // Defaults are computed where the function is defined.
    return range && this.#read(range, scope?.parent ?? scope!).value;
  }

  /** The calls of a function or method (its name, without what it is an attribute of) in a class, a function or "", the module. */
  calls(path: string, name: string): Call[] {
    const scope = this.#scopes.get(path);
    const found: Call[] = [];
    for (const { from, to } of scope?.ranges ?? [])
      for (let at = from; at < to - 1; at++) {
        if (this.#tokens[at]!.text !== name || this.#tokens[at + 1]!.text !== "(") continue;
        if (this.#tokens[at - 1]?.text === "def" || this.#tokens[at]!.kind !== "name") continue;
        found.push(this.#reader({ from: at + 1, to }, scope!).call());
      }
    return found;
  }

  /** The string literals in a class, a function or "", the module, in order. */
  strings(path: string): string[] {
    const scope = this.#scopes.get(path);
    const found: string[] = [];
    for (const { from, to } of scope?.ranges ?? [])
      for (let at = from; at < to; at++) {
        if (this.#tokens[at]!.kind !== "string") continue;
        const { value } = this.#read({ from: at, to: at + 1 }, scope!);
        if (typeof value === "string") found.push(value);
      }
    return found;
  }

  #find(path: string): Measured | undefined {
    const words = path.split(".");
    for (let length = words.length - 1; length >= 0; length--) {
      const scope = this.#scopes.get(words.slice(0, length).join("."));
      const bindings = scope?.bindings.get(words.slice(length).join("."));
      if (bindings !== undefined) return this.#agreed(bindings, scope!);
    }
    return undefined;
  }

  /** The value in which the last assignment and all later ones that are conditional agree. */
  #agreed(bindings: readonly Binding[], scope: Scope): Measured {
    const known = this.#known.get(bindings);
    if (known !== undefined) return known;
    if (this.#reading.has(bindings) || this.#nesting.level >= DEEPEST) return UNKNOWN;
    if (bindings.some(({ value }) => value === "changed")) return UNKNOWN;
    this.#reading.add(bindings);
    this.#nesting.level++;
    const last = bindings.findLastIndex(({ isConditional }) => !isConditional);
    const [first, ...others] = bindings
      .slice(Math.max(last, 0))
      .map(({ value }) => (typeof value === "object" ? this.#read(value, scope) : UNKNOWN));
    const agreed = others.every(({ value }) => equal(value, first!.value)) ? first! : UNKNOWN;
    this.#nesting.level--;
    this.#reading.delete(bindings);
    this.#known.set(bindings, agreed);
    return agreed;
  }

  #read(range: Range, scope: Scope): Measured {
    return this.#reader(range, scope).whole();
  }

  #reader(range: Range, scope: Scope): ExpressionReader {
    return new ExpressionReader(this.#tokens, range, this.#nesting, (name) => this.#resolve(name, scope));
  }

  /** The value of a name as it is used in a scope: names of a class are seen only in the class itself. */
  #resolve(name: string, scope: Scope): Measured {
    const [first = "", ...attributes] = name.split(".");
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      const bindings = (at === scope || at.kind !== "class") && at.bindings.get(first);
      if (!bindings) continue;
      if (bindings.every(({ value }) => value === "imported")) break;
      if (bindings.every(({ value }) => value === "defined")) return this.#member(name, at, attributes.length > 0);
      return attributes.length > 0 ? UNKNOWN : this.#agreed(bindings, at);
    }
    return { value: new Name(name), size: 1, depth: 1 };
  }

  /** A class or a function, or an attribute of a class. */
  #member(name: string, scope: Scope, isAttribute: boolean): Measured {
    const found = isAttribute ? this.#find(scope.path === "" ? name : `${scope.path}.${name}`) : undefined;
    // A member of an enumeration stands for itself.
    return found === undefined || found.value === COMPUTED ? { value: new Name(name), size: 1, depth: 1 } : found;
  }
}
