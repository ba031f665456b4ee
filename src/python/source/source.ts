import { equal, isDict, type PyValue } from "../dataModel.ts";
import { type Call, ExpressionReader, type Measured, type Nesting, UNKNOWN } from "./expressions.ts";
import { type Token, tokenize } from "./lexer.ts";
import { relevantTo } from "./relevant.ts";
import type { Binding, Range, Scope } from "./scopes.ts";
import { readScopes } from "./structure.ts";
import { COMPUTED, Name, PySet } from "./values.ts";

/** Longer sources, in characters, are not read: cloud-init's longest file has 93,000. */
const LONGEST = 300_000;
/** Deeper nesting of brackets and names in a value makes it unknown. */
const DEEPEST = 50;
/** With more assignments in branches, a name's value is unknown. */
const MOST_BRANCHES = 50;
/** The size of all values that are compared with each other. */
const MOST_COMPARED = 1_000_000;

/**
 * Reads Python source as text; nothing of it is ever run. Undefined if it cannot be read: a syntax error that its words,
 * brackets or blocks show, a NUL byte, more than 300,000 characters, blocks or brackets deeper than Python allows.
 */
export function readSource(text: string): PythonSource | undefined {
  if (text.length > LONGEST || text.includes("\0")) return undefined;
  return readLines(text, withPlainLines(text));
}

/** The same for the values of some names of the module, in half the time; nothing else of it is known. */
export function readValues(names: readonly string[], text: string): PythonSource | undefined {
  if (text.length > LONGEST || text.includes("\0")) return undefined;
  const lines = withPlainLines(text);
  return readLines(text, relevantTo(names, lines)) ?? readLines(text, lines);
}

function withPlainLines(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

function readLines(text: string, lines: string): PythonSource | undefined {
  const lexed = tokenize(lines);
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
  readonly #known = new Map<Range, Measured>();
  readonly #reading = new Set<Range>();
  readonly #summaries = new Map<readonly Binding[], Summary>();
  #compared = 0;
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

  /** What a class is derived from: "Base", "module.Base". Expressions that are no names are left out. */
  bases(path: string): string[] {
    const words = (this.#scopes.get(path)?.bases ?? []).map(({ from, to }) =>
      this.#tokens
        .slice(from, to)
        .map(({ text }) => text)
        .join(""),
    );
    return words.filter((word) => /^\w+(?:\.\w+)*$/.test(word));
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

  #find(path: string, depth = 0): Measured | undefined {
    const words = path.split(".");
    let own: Measured | undefined;
    for (let length = words.length - 1; length >= 0; length--) {
      const scope = this.#scopes.get(words.slice(0, length).join("."));
      if (scope === undefined) continue;
      const bindings = scope.bindings.get(words.slice(length).join("."));
      if (own !== undefined && hasChanged(scope.bindings.get(words[length]!))) return UNKNOWN;
      if (bindings === undefined) continue;
      const value = this.#agreed(bindings, scope, Number.POSITIVE_INFINITY);
      // Class.NAME is assigned to outside of the class as well.
      if (own !== undefined && bindings.every(({ isConditional }) => isConditional))
        return equal(own.value, value.value) ? own : UNKNOWN;
      own = value;
    }
    return own ?? this.#inherited(words, depth);
  }

  /** An attribute of the first class in this module that a class is derived from and that has it. */
  #inherited(words: readonly string[], depth: number): Measured | undefined {
    const scope = this.#scopes.get(words.slice(0, -1).join("."));
    if (scope?.kind !== "class" || depth >= DEEPEST) return undefined;
    for (const { from, to } of scope.bases.slice(0, MOST_BRANCHES)) {
      const base = this.#tokens[from]?.text ?? "";
      if (to - from !== 1 || this.#scopes.get(base)?.kind !== "class") continue;
      const found = this.#find(`${base}.${words.at(-1)}`, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The value in which the last assignment before a token and all later ones that are conditional agree. */
  #agreed(bindings: readonly Binding[], scope: Scope, before: number): Measured {
    const { isChanged, lastMutated, starts } = this.#summary(bindings);
    if (scope.isDynamic || isChanged) return UNKNOWN;
    const end = countUntil(bindings, before);
    const start = starts[end - 1] ?? 0;
    if (end - start > MOST_BRANCHES) return UNKNOWN;
    const [first = UNKNOWN, ...others] = bindings
      .slice(start, end)
      .map(({ value }) => (typeof value === "object" ? this.#assigned(value, scope) : UNKNOWN));
    for (const other of others) {
      this.#compared += first.size + other.size;
      if (this.#compared > MOST_COMPARED || !equal(other.value, first.value)) return UNKNOWN;
    }
    // What another value holds may change after that.
    return lastMutated >= end && isMutable(first.value) ? UNKNOWN : first;
  }

  #summary(bindings: readonly Binding[]): Summary {
    const known = this.#summaries.get(bindings);
    if (known !== undefined) return known;
    const starts = new Int32Array(bindings.length);
    for (const [index, { isConditional }] of bindings.entries())
      starts[index] = isConditional ? (starts[index - 1] ?? 0) : index;
    const summary = {
      isChanged: bindings.some(({ value }) => value === "changed"),
      lastMutated: bindings.findLastIndex(({ value }) => value === "mutated"),
      starts,
    };
    this.#summaries.set(bindings, summary);
    return summary;
  }

  /** The value of an expression that is assigned. */
  #assigned(range: Range, scope: Scope): Measured {
    const known = this.#known.get(range);
    if (known !== undefined) return known;
    if (this.#reading.has(range) || this.#nesting.level >= DEEPEST) return UNKNOWN;
    this.#reading.add(range);
    this.#nesting.level++;
    const value = this.#read(range, scope);
    this.#nesting.level--;
    this.#reading.delete(range);
    this.#known.set(range, value);
    return value;
  }

  #read(range: Range, scope: Scope): Measured {
    return this.#reader(range, scope).whole();
  }

  #reader(range: Range, scope: Scope): ExpressionReader {
    return new ExpressionReader(this.#tokens, range, this.#nesting, {
      resolve: (name) => this.#resolve(name, scope, range.from),
      isBuiltIn: (name) => this.#bindings(name, scope) === undefined,
    });
  }

  /** The bindings of a name as it is used in a scope: names of a class are seen only in the class itself. */
  #bindings(name: string, scope: Scope): { bindings: readonly Binding[]; owner: Scope; isLater: boolean } | undefined {
    let isLater = false;
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      const bindings = at === scope || at.kind !== "class" ? at.bindings.get(name) : undefined;
      if (bindings !== undefined) return { bindings, owner: at, isLater };
      // Functions run after the module.
      isLater ||= at.kind === "function";
    }
    return undefined;
  }

  /** The value of a name as it is used at a token. */
  #resolve(name: string, scope: Scope, at: number): Measured {
    const [first = "", ...attributes] = name.split(".");
    const { bindings = [], owner = scope, isLater = false } = this.#bindings(first, scope) ?? {};
    if (bindings.every(({ value }) => value === "imported")) return { value: new Name(name), size: 1, depth: 1 };
    if (bindings.every(({ value }) => value === "defined")) return this.#member(name, owner, attributes.length);
    if (attributes.length > 0) return UNKNOWN;
    return this.#agreed(bindings, owner, isLater ? Number.POSITIVE_INFINITY : at);
  }

  /** A class or a function, or an attribute of a class. */
  #member(name: string, scope: Scope, attributes: number): Measured {
    const found = attributes > 0 ? this.#find(scope.path === "" ? name : `${scope.path}.${name}`) : undefined;
    if (attributes > 1) return found ?? UNKNOWN;
    if (found !== undefined && (found.value !== COMPUTED || !this.#isEnumeration(name, scope))) return found;
    return { value: new Name(name), size: 1, depth: 1 };
  }

  /** Whether a name is that of a member of an enumeration, which stands for itself. */
  #isEnumeration(name: string, scope: Scope): boolean {
    const path = name.slice(0, name.lastIndexOf("."));
    const bases = this.#scopes.get(scope.path === "" ? path : `${scope.path}.${path}`)?.bases ?? [];
    return bases.some(({ from, to }) => /(?:Enum|Flag)$/.test(this.#tokens[to - 1 > from ? to - 1 : from]?.text ?? ""));
  }
}

/** What the bindings of a name have in common. */
interface Summary {
  readonly isChanged: boolean;
  /** The index of the last binding that changes the object itself; -1 if none does. */
  readonly lastMutated: number;
  /** For each binding, the index of the last one up to it that is certainly run; 0 if none is. */
  readonly starts: Int32Array;
}

/** How many bindings stand before a token; they are sorted. */
function countUntil(bindings: readonly Binding[], token: number): number {
  let [low, high] = [0, bindings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bindings[middle]!.at <= token) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a name's object may change at any time. */
function hasChanged(bindings: readonly Binding[] | undefined): boolean {
  return bindings?.some(({ value }) => value === "changed" || value === "mutated") ?? false;
}

function isMutable(value: PyValue): boolean {
  return Array.isArray(value) || isDict(value) || value instanceof PySet;
}
