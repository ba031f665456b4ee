import { CannotTell, Raises } from "../errors.ts";
import type { Budget } from "./budget.ts";

/** A name or attribute that does not exist. Jinja lets a template test, print and iterate it, and fails on all else. */
export class Undefined {
  readonly name: string;
  /** How it prints: cloud-init's renderer marks what is missing (templater.py, 18.5 to 26.2). */
  readonly text: string;

  constructor(name = "None", text = `CI_MISSING_JINJA_VAR/${name}`) {
    this.name = name;
    this.text = text;
  }
}

export class Tuple {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** A mapping with Python's idea of equal keys (1, 1.0 and true are one key) and its order of insertion. */
export class Dict {
  readonly #entries = new Map<string, readonly [key: Value, value: Value]>();

  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key; undefined where there is none, and for what can be no key. */
  get(key: Value): Value | undefined {
    const possible = !Array.isArray(key) && !(key instanceof Dict) && !(key instanceof Undefined);
    return possible ? this.#entries.get(hashOf(key))?.[1] : undefined;
  }

  has(key: Value): boolean {
    return this.#entries.has(hashOf(key));
  }

  set(key: Value, value: Value): void {
    const hash = hashOf(key);
    this.#entries.set(hash, [this.#entries.get(hash)?.[0] ?? key, value]);
  }

  delete(key: Value): void {
    this.#entries.delete(hashOf(key));
  }

  entries(): (readonly [key: Value, value: Value])[] {
    return [...this.#entries.values()];
  }
}

/** An object with attributes and no items: what `namespace()` gives, and `loop`. */
export class Namespace {
  readonly attributes = new Map<string, Value>();
}

/** An iterator of Python's, such as the filter `map` gives: it can be read once. */
export class Stream {
  #items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.#items = items;
  }

  take(): readonly Value[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}

/** A function, method or macro. */
export class Callable {
  readonly call: (args: CallArguments) => Value;

  constructor(call: (args: CallArguments) => Value) {
    this.call = call;
  }
}

/** What a function is called with. */
export class CallArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;

  constructor(positional: readonly Value[], named: ReadonlyMap<string, Value> = new Map()) {
    this.positional = positional;
    this.named = named;
  }

  /** The argument at a position or of a name. */
  at(position: number, name: string): Value | undefined {
    return this.positional[position] ?? this.named.get(name);
  }

  /** The positional argument that the function cannot do without. */
  given(position: number): Value {
    const value = this.positional[position];
    if (value === undefined) throw new Raises("an argument is missing");
    return value;
  }

  /** Fails as Python does where there are more arguments than the function has parameters, or one that it lacks. */
  check(...parameters: readonly string[]): void {
    if (this.positional.length > parameters.length) throw new Raises("too many arguments");
    for (const name of this.named.keys())
      if (!parameters.includes(name)) throw new Raises(`unexpected argument ${name}`);
  }
}

/** A Python value: bigint is int, number is float, null is None, an array is a list. */
export type Value =
  | Undefined
  | null
  | boolean
  | bigint
  | number
  | string
  | Value[]
  | Tuple
  | Dict
  | Namespace
  | Stream
  | Callable;

/** What was looked for, where there is such a thing: None is one. */
export function orUndefined(value: Value | undefined, name?: string): Value {
  return value === undefined ? new Undefined(name) : value;
}

/** str(). */
export function str(value: Value, budget: Budget): string {
  if (typeof value === "string") return value;
  if (value instanceof Undefined) return value.text;
  return repr(value, budget);
}

/** repr(). */
export function repr(value: Value, budget: Budget): string {
  budget.step();
  const all = (items: readonly Value[]) => budget.nested(() => items.map((item) => repr(item, budget)).join(", "));
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return reprFloat(value);
  if (typeof value === "string") return budget.text(reprString(value));
  if (Array.isArray(value)) return budget.text(`[${all(value)}]`);
  if (value instanceof Tuple)
    return budget.text(value.items.length === 1 ? `(${all(value.items)},)` : `(${all(value.items)})`);
  if (value instanceof Dict) {
    const pair = ([key, item]: readonly [Value, Value]) => `${repr(key, budget)}: ${repr(item, budget)}`;
    const pairs = budget.nested(() => value.entries().map(pair));
    return budget.text(`{${pairs.join(", ")}}`);
  }
  if (value instanceof Undefined) return "Undefined";
  throw new CannotTell("it prints an object, whose address nobody knows");
}

function reprFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent < -4 || exponent >= 16) {
    const [digits, power = "0"] = value.toExponential().split("e");
    const sign = power.startsWith("-") ? "-" : "+";
    return `${digits}e${sign}${power.replace(/^[-+]/, "").padStart(2, "0")}`;
  }
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character]!).replaceAll(quote, `\\${quote}`);
  return (
    quote +
    body.replace(/[\x00-\x1f\x7f-\xa0\xad]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`) +
    quote
  );
}

/** bool(). */
export function truthy(value: Value): boolean {
  if (value instanceof Undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Dict) return value.size > 0;
  if (typeof value === "object") return true;
  return Boolean(value);
}

export function isNumber(value: Value): value is bigint | number | boolean {
  return typeof value === "bigint" || typeof value === "number" || typeof value === "boolean";
}

/** `==`. */
export function equal(a: Value, b: Value, budget: Budget): boolean {
  budget.step();
  if (isNumber(a) && isNumber(b)) return plain(a) <= plain(b) && plain(a) >= plain(b);
  if (a instanceof Undefined) return b instanceof Undefined;
  if (Array.isArray(a)) return Array.isArray(b) && allEqual(a, b, budget);
  if (a instanceof Tuple) return b instanceof Tuple && allEqual(a.items, b.items, budget);
  if (a instanceof Dict) {
    if (!(b instanceof Dict) || a.size !== b.size) return false;
    return budget.nested(() => a.entries().every(([key, value]) => b.has(key) && equal(value, b.get(key)!, budget)));
  }
  return a === b;
}

function allEqual(a: readonly Value[], b: readonly Value[], budget: Budget): boolean {
  return a.length === b.length && budget.nested(() => a.every((item, index) => equal(item, b[index]!, budget)));
}

/** Orders two values as `<` does: below zero where `a` comes first. */
export function compare(a: Value, b: Value, budget: Budget): number {
  budget.step();
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [plain(a), plain(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  const [x, y] = [sequence(a), sequence(b)];
  if (x !== undefined && y !== undefined && Array.isArray(a) === Array.isArray(b)) {
    for (let index = 0; index < Math.min(x.length, y.length); index++)
      if (!equal(x[index]!, y[index]!, budget)) return budget.nested(() => compare(x[index]!, y[index]!, budget));
    return x.length - y.length;
  }
  throw new Raises("values of these types have no order");
}

function sequence(value: Value): readonly Value[] | undefined {
  return Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
}

/** By code point, as Python compares; JavaScript's `<` compares UTF-16 units. */
function compareText(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  for (let index = 0; index < Math.min(x.length, y.length); index++) {
    const difference = x[index]!.codePointAt(0)! - y[index]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

/** A bool as the int that it is. */
export function plain(value: bigint | number | boolean): bigint | number {
  return typeof value === "boolean" ? BigInt(value) : value;
}

/** list(): the items of anything iterable. */
export function iterate(value: Value): readonly Value[] {
  if (value instanceof Undefined) return [];
  if (typeof value === "string") return [...value];
  if (value instanceof Dict) return value.entries().map(([key]) => key);
  if (value instanceof Stream) return value.take();
  const items = sequence(value);
  if (items === undefined) throw new Raises("the value is not iterable");
  return items;
}

function hashOf(key: Value): string {
  if (typeof key === "string") return `s${key}`;
  if (isNumber(key)) {
    const number = plain(key);
    return `n${typeof number === "number" && Number.isInteger(number) ? BigInt(number) : number}`;
  }
  if (key === null) return "none";
  if (key instanceof Tuple) {
    if (key.items.some((item) => item instanceof Tuple)) throw new CannotTell("it has tuples in tuples as keys");
    return `t${JSON.stringify(key.items.map(hashOf))}`;
  }
  throw new Raises("the value cannot be a key");
}
