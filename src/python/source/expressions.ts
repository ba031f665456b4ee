import { Dict, isDict, type PyKey, type PyValue, Tuple } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { readFloat, readInteger, readString } from "../jinja/literals.ts";
import { Bytes } from "../scalars.ts";
import type { Token } from "./lexer.ts";
import type { Range } from "./scopes.ts";
import { COMPUTED, itemsOf, Name, PySet } from "./values.ts";

/** The arguments of a call. */
export interface Call {
  readonly positional: readonly PyValue[];
  readonly named: ReadonlyMap<string, PyValue>;
  /** Whether there may be more: `*rest`, `**rest`. */
  readonly isOpen: boolean;
}

/** Larger and deeper values are unknown. */
const LARGEST = 20_000;
const DEEPEST = 50;
/** Every "+" copies the items. */
const MOST_JOINED = 1_000;

/** What an expression is, with the size and the depth of its value. */
export interface Measured {
  readonly value: PyValue;
  readonly size: number;
  readonly depth: number;
}

export const UNKNOWN: Measured = { value: COMPUTED, size: 1, depth: 1 };

/** How many brackets and names are being read, each within another. */
export interface Nesting {
  level: number;
}

/** What names stand for. */
export interface Names {
  /** The value of a name, with attributes. */
  resolve(name: string): Measured;
  /** Whether a name is not the module's own. */
  isBuiltIn(name: string): boolean;
}

/** Reads expressions in a module's tokens. */
export class ExpressionReader {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  readonly #nesting: Nesting;
  readonly #names: Names;
  #at: number;
  /** Whether the last element was `*rest` or a comprehension, which give any number of items. */
  #isOpen = false;

  constructor(tokens: readonly Token[], { from, to }: Range, nesting: Nesting, names: Names) {
    this.#tokens = tokens;
    this.#nesting = nesting;
    this.#at = from;
    this.#end = to;
    this.#names = names;
  }

  /** The value of the whole range, which may be a tuple without parentheses. */
  whole(): Measured {
    const first = this.#expression();
    if (this.#at >= this.#end) return this.#isOpen ? UNKNOWN : first;
    if (!this.#is(",")) return UNKNOWN;
    const items = [first];
    while (this.#skip(",")) if (this.#at < this.#end) items.push(this.#expression());
    return this.#isOpen || this.#at < this.#end ? UNKNOWN : collected(items, (values) => new Tuple(values));
  }

  /** The arguments of a call whose opening bracket is the first token. */
  call(): Call {
    const args = this.#arguments();
    return {
      positional: args.positional.map(({ value }) => value),
      named: new Map([...args.named].map(([name, { value }]) => [name, value])),
      isOpen: args.isOpen,
    };
  }

  #expression(): Measured {
    const start = this.#at;
    let value = this.#operand();
    while (this.#at > start && this.#skip("+")) value = joined(value, this.#operand());
    if (this.#at > start && this.#ends()) return value;
    this.#skipRest(this.#tokens[start]?.depth ?? 0);
    return UNKNOWN;
  }

  /** Whether no operator follows. */
  #ends(): boolean {
    const token = this.#tokens[this.#at];
    return this.#at >= this.#end || token === undefined || ENDS.has(token.text);
  }

  /** Goes to the end of an expression that is not understood. */
  #skipRest(depth: number): void {
    let lambdas = 0;
    for (; this.#at < this.#end; this.#at++) {
      const token = this.#tokens[this.#at]!;
      if (token.depth > depth) continue;
      if (token.depth < depth || ENDS_INSIDE.has(token.text)) return;
      if (token.kind === "name" && token.text === "lambda") lambdas++;
      else if (token.kind === "name" && token.text === "for") this.#isOpen = true;
      else if (token.text === ":" && lambdas-- <= 0) return;
    }
  }

  #operand(): Measured {
    const token = this.#tokens[this.#at];
    if (this.#at >= this.#end || token === undefined) return UNKNOWN;
    if (token.kind === "string") return this.#strings();
    if (token.kind === "number") {
      this.#at++;
      return numberOf(token.text);
    }
    if (token.kind === "name") return this.#name();
    if (token.text === "[") return this.#list();
    if (token.text === "(") return this.#tuple();
    if (token.text === "{") return this.#braces();
    if (token.text === "-" && this.#tokens[this.#at + 1]?.kind === "number") {
      this.#at += 2;
      return numberOf(`-${this.#tokens[this.#at - 1]!.text}`);
    }
    if (token.text === "*" || token.text === "**") this.#isOpen = true;
    return UNKNOWN;
  }

  #strings(): Measured {
    const parts: PyValue[] = [];
    for (let token = this.#tokens[this.#at]; this.#at < this.#end && token?.kind === "string"; ) {
      parts.push(stringOf(token.text));
      token = this.#tokens[++this.#at];
    }
    if (parts.length === 1) return measured(parts[0]!);
    return measured(parts.every((part) => typeof part === "string") ? parts.join("") : COMPUTED);
  }

  #name(): Measured {
    const first = this.#tokens[this.#at]!.text;
    const constant = CONSTANTS.get(first);
    if (constant === undefined && KEYWORDS.has(first)) return UNKNOWN;
    this.#at++;
    if (constant !== undefined) return constant;
    let dotted = first;
    while (this.#is(".") && this.#tokens[this.#at + 1]?.kind === "name") {
      dotted += `.${this.#tokens[this.#at + 1]!.text}`;
      this.#at += 2;
    }
    if (!this.#is("(")) return this.#names.resolve(dotted);
    const mapping = dotted.endsWith(".keys") ? this.#names.resolve(dotted.slice(0, -".keys".length)) : undefined;
    const isCopy = COPIES.has(dotted) && isNamed(this.#names.resolve(dotted).value, dotted);
    const make = isCopy ? copyOf : this.#names.isBuiltIn(first) ? CONSTRUCTORS.get(dotted) : undefined;
    const args = this.#arguments();
    if (mapping !== undefined && isDict(mapping.value))
      return collected(partsOf(mapping) ?? [], (values) => new Tuple(values));
    return make === undefined || args.isOpen ? UNKNOWN : (make(args) ?? UNKNOWN);
  }

  #list(): Measured {
    const { items } = this.#items("]");
    return items === undefined ? UNKNOWN : collected(items, (values) => [...values]);
  }

  /** A tuple, or an expression in parentheses. */
  #tuple(): Measured {
    const { items, commas } = this.#items(")");
    if (items === undefined) return UNKNOWN;
    if (items.length === 1 && commas === 0) return items[0]!;
    return collected(items, (values) => new Tuple(values));
  }

  /** The elements in brackets; undefined if how many there are is computed. */
  #items(close: string): { readonly items: readonly Measured[] | undefined; readonly commas: number } {
    const items: Measured[] = [];
    let commas = 0;
    const isOpen = this.#inBrackets(close, () => {
      items.push(this.#expression());
      if (this.#is(",")) commas++;
    });
    return { items: isOpen ? undefined : items, commas };
  }

  #braces(): Measured {
    const pairs: [Measured, Measured][] = [];
    const items: Measured[] = [];
    const isOpen = this.#inBrackets("}", () => {
      const key = this.#expression();
      if (this.#skip(":")) pairs.push([key, this.#expression()]);
      else items.push(key);
    });
    if (isOpen || (pairs.length > 0 && items.length > 0)) return UNKNOWN;
    return items.length > 0 ? setOf(items) : dictOfPairs(pairs);
  }

  #arguments(): { positional: Measured[]; named: Map<string, Measured>; isOpen: boolean } {
    const positional: Measured[] = [];
    const named = new Map<string, Measured>();
    const isOpen = this.#inBrackets(")", () => {
      const name = this.#tokens[this.#at]!;
      if (name.kind === "name" && this.#tokens[this.#at + 1]?.text === "=") {
        this.#at += 2;
        named.set(name.text, this.#expression());
      } else positional.push(this.#expression());
    });
    return { positional, named, isOpen };
  }

  /** Reads what is in brackets, element by element. Returns whether there may be more elements, or they are invalid. */
  #inBrackets(close: string, element: () => void): boolean {
    const { depth } = this.#tokens[this.#at++]!;
    const outside = this.#isOpen;
    this.#isOpen = false;
    let isValid = ++this.#nesting.level < DEEPEST;
    if (!isValid) this.#skipInside(depth);
    while (this.#at < this.#end && !this.#is(close)) {
      const start = this.#at;
      element();
      if (!this.#skip(",") && !this.#is(close)) isValid = false;
      if (!isValid || this.#at === start) this.#skipInside(depth);
    }
    this.#nesting.level--;
    const isOpen = this.#isOpen || !isValid;
    this.#isOpen = outside;
    this.#skip(close);
    return isOpen;
  }

  /** Goes to the bracket that closes one at this depth. */
  #skipInside(depth: number): void {
    while (this.#at < this.#end && this.#tokens[this.#at]!.depth > depth) this.#at++;
  }

  #is(text: string): boolean {
    const token = this.#tokens[this.#at];
    return this.#at < this.#end && token?.kind === "operator" && token.text === text;
  }

  #skip(text: string): boolean {
    const found = this.#is(text);
    if (found) this.#at++;
    return found;
  }
}

const ENDS_INSIDE = new Set([",", "=", ";"]);
const ENDS = new Set([...ENDS_INSIDE, ":", ")", "]", "}"]);
const CONSTANTS = new Map<string, Measured>(
  (
    [
      ["True", true],
      ["False", false],
      ["None", null],
    ] as const
  ).map(([name, value]) => [name, { value, size: 1, depth: 1 }]),
);
const KEYWORDS = new Set(["lambda", "not", "await", "yield", "if", "else", "for", "in", "is", "and", "or"]);

type Arguments = { readonly positional: readonly Measured[]; readonly named: ReadonlyMap<string, Measured> };

/** Calls of built-in types, which are as good as literals. */
const CONSTRUCTORS = new Map<string, (args: Arguments) => Measured | undefined>([
  ["dict", ({ positional, named }) => dictOfArguments(positional, named)],
  ["list", collection((items) => collected(items, (values) => [...values]))],
  ["tuple", collection((items) => collected(items, (values) => new Tuple(values)))],
  ["set", collection(setOf)],
  ["frozenset", collection(setOf)],
]);

/** Functions of modules that are imported. */
const COPIES = new Set(["copy.copy", "copy.deepcopy", "deepcopy"]);

function copyOf({ positional: [original, ...others], named }: Arguments): Measured | undefined {
  return others.length > 0 || named.size > 0 ? undefined : original;
}

function isNamed(value: PyValue, dotted: string): boolean {
  return value instanceof Name && value.dotted === dotted;
}

function collection(make: (items: readonly Measured[]) => Measured): (args: Arguments) => Measured | undefined {
  return ({ positional: [from, ...others], named }) => {
    if (others.length > 0 || named.size > 0) return undefined;
    const items = from === undefined ? [] : partsOf(from);
    return items && make(items);
  };
}

/** The items of a collection, or the keys of a dictionary. Their sizes are not known singly, so that one has them all. */
function partsOf({ value, size, depth }: Measured): readonly Measured[] | undefined {
  const items = isDict(value) ? [...value.keys()] : itemsOf(value);
  return items?.map((item, index) => ({ value: item, size: index === 0 ? size : 0, depth }));
}

function dictOfArguments(positional: readonly Measured[], named: ReadonlyMap<string, Measured>): Measured | undefined {
  const [from, ...others] = positional;
  if (others.length > 0) return undefined;
  const pairs: [Measured, Measured][] = [];
  if (from !== undefined) {
    const { value, size, depth } = from;
    const items = isDict(value) ? [...value] : itemsOf(value)?.map(itemsOf);
    for (const pair of items ?? [undefined]) {
      const [key, item] = pair ?? [];
      if (key === undefined || item === undefined || pair?.length !== 2) return undefined;
      pairs.push([
        { value: key, size: pairs.length === 0 ? size : 0, depth },
        { value: item, size: 0, depth },
      ]);
    }
  }
  for (const [name, value] of named) pairs.push([{ value: name, size: 1, depth: 1 }, value]);
  return dictOfPairs(pairs);
}

function dictOfPairs(pairs: readonly (readonly [Measured, Measured])[]): Measured {
  if (!pairs.every(([key]) => canBeKey(key.value))) return UNKNOWN;
  return collected(pairs.flat(), (values) => {
    const dict = new Dict();
    for (let index = 0; index < values.length; index += 2) dict.set(values[index] as PyKey, values[index + 1]!);
    return dict;
  });
}

function setOf(items: readonly Measured[]): Measured {
  if (!items.every(({ value }) => canBeKey(value))) return UNKNOWN;
  return collected(items, (values) => {
    const keys = new Dict();
    for (const value of values) keys.set(value as PyKey, null);
    return new PySet([...keys.keys()]);
  });
}

function canBeKey(value: PyValue): boolean {
  if (value === COMPUTED || Array.isArray(value) || isDict(value)) return false;
  return !(value instanceof Tuple) || value.items.every(canBeKey);
}

function collected(items: readonly Measured[], make: (values: readonly PyValue[]) => PyValue): Measured {
  let size = 1;
  let depth = 0;
  for (const item of items) {
    size += item.size;
    depth = Math.max(depth, item.depth);
  }
  if (size > LARGEST || depth >= DEEPEST) return UNKNOWN;
  return { value: make(items.map(({ value }) => value)), size, depth: depth + 1 };
}

/** Two strings, lists or tuples with "+" between them. */
function joined(left: Measured, right: Measured): Measured {
  const [a, b] = [left.value, right.value];
  if (typeof a === "string" && typeof b === "string" && left.size + right.size <= LARGEST) return measured(a + b);
  const kind = Array.isArray(a) ? Array : a instanceof Tuple ? Tuple : undefined;
  if (kind === undefined || !(b instanceof kind)) return UNKNOWN;
  const items = [...(partsOf(left) ?? []), ...(partsOf(right) ?? [])];
  if (items.length > MOST_JOINED) return UNKNOWN;
  return collected(items, (values) => (kind === Array ? [...values] : new Tuple(values)));
}

/** A value without items. */
function measured(value: PyValue): Measured {
  return { value, size: typeof value === "string" ? 1 + Math.floor(value.length / 100) : 1, depth: 1 };
}

function stringOf(text: string): PyValue {
  const [, prefix = "", quote = ""] = /^([a-zA-Z]*)("""|'''|"|')/.exec(text) ?? [];
  const kinds = prefix.toLowerCase();
  if (kinds.includes("f") || kinds.includes("t")) return COMPUTED;
  const body = text.slice(prefix.length + quote.length, text.length - quote.length);
  try {
    const value = kinds.includes("r") ? body : readString(`"${body}"`);
    return kinds.includes("b") ? new Bytes(value) : value;
  } catch (error) {
    if (error instanceof Raises) return COMPUTED;
    throw error;
  }
}

function numberOf(text: string): Measured {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^-/, "").replaceAll("_", "");
  let value: PyValue = COMPUTED;
  // An octal number of Python 2 begins with a zero: 0644.
  if (/^0\d+$/.test(digits)) value = /^0[0-7]{1,15}$/.test(digits) ? sign * Number.parseInt(digits, 8) : COMPUTED;
  else if (/^(?:\d+|0[xXoObB][\da-fA-F]+)$/.test(digits)) value = integer(digits, sign);
  else if (/^[\d.]+(?:[eE][-+]?\d+)?$/.test(digits)) value = readFloat(`${sign < 0 ? "-" : ""}${digits}`);
  return { value, size: 1, depth: 1 };
}

function integer(digits: string, sign: number): PyValue {
  try {
    const value = readInteger(digits);
    return typeof value === "bigint" ? value * BigInt(sign) : value * sign;
  } catch (error) {
    if (error instanceof CannotTell || error instanceof SyntaxError) return COMPUTED;
    throw error;
  }
}
