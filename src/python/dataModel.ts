import { Bytes, Float, Time } from "./scalars.ts";
import type { ConfigValue } from "./tree.ts";

export class Tuple {
  readonly items: readonly PyValue[];

  constructor(items: readonly PyValue[]) {
    this.items = items;
  }
}

/** An object of another class, of which only the name matters: a function, a template's `loop`. */
export abstract class PyObject {
  /** Objects with the same identity are equal. */
  get identity(): unknown {
    return this;
  }

  /** bool() of it. */
  get truth(): boolean {
    return true;
  }

  /** str() or repr() of it; undefined if that is an address in memory. */
  text(_how: "str" | "repr"): string | undefined {
    return undefined;
  }
}

/**
 * A value as Python code holds it. Ints are numbers, beyond 2^53 bigints. Lists and dictionaries that two places of a
 * configuration share (a YAML alias) are one object here too.
 */
export type PyValue = PyKey | PyValue[] | PyDict;
/** A value that can be a key. */
export type PyKey = null | boolean | number | bigint | string | Float | Time | Bytes | Tuple | PyObject;
/** In order of insertion. If keys may have other types than strings, it is a `Dict`. */
export type PyDict = Map<PyKey, PyValue>;

/** A value of either form: modules read mappings as objects whose keys are what str() gives. */
export type AnyValue = PyValue | ConfigValue;

export function isDict(value: AnyValue | undefined): value is PyDict {
  return value instanceof Map;
}

export function isInt(value: AnyValue | undefined): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** An int in its only representation here. */
export function int(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A number as JavaScript computes with it, a bool as an int; undefined for other values. */
export function numeric(value: AnyValue | undefined): number | bigint | undefined {
  if (isInt(value)) return value;
  if (typeof value === "boolean") return Number(value);
  return value instanceof Float ? value.value : undefined;
}

/** Keys and values of a mapping of either form; undefined for other values. */
export function entriesOf(value: AnyValue): Iterable<readonly [AnyValue, AnyValue]> | undefined {
  if (isDict(value)) return value;
  return isPlainObject(value) ? Object.entries(value) : undefined;
}

const CLASSES = [Map, Float, Time, Bytes, Tuple, PyObject];

function isPlainObject(value: AnyValue): value is Exclude<ConfigValue, PyKey | ConfigValue[]> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !CLASSES.some((type) => value instanceof type);
}

/** Python's truth of a value; undefined (no such key) counts as None. */
export function truth(value: AnyValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value !== "object") return Boolean(value);
  if (isDict(value)) return value.size > 0;
  // NaN is true in Python and false in JavaScript.
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Bytes) return value.latin1 !== "";
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof PyObject) return value.truth;
  return value instanceof Time || Object.keys(value).length > 0;
}

/** The budget for a value from an untrusted image; both throw if it is exceeded. */
export interface Effort {
  step(count?: number): void;
  nested<T>(work: () => T): T;
}

const FREE: Effort = { step: () => {}, nested: (work) => work() };

/** `==`: 1, 1.0 and True are equal, and the order of keys does not matter. Shared values are compared once. */
export function equal(a: AnyValue, b: AnyValue, effort = FREE): boolean {
  return new Comparison(effort).equal(a, b);
}

type Entry = readonly [AnyValue, AnyValue];

class Comparison {
  readonly #effort: Effort;
  /** Lists and mappings that were found equal, or are being compared. */
  readonly #known = new Map<AnyValue, Set<AnyValue>>();

  constructor(effort: Effort) {
    this.#effort = effort;
  }

  equal(a: AnyValue, b: AnyValue): boolean {
    this.#effort.step();
    const [x, y] = [numeric(a), numeric(b)];
    if (x !== undefined && y !== undefined) return x <= y && x >= y;
    if (a === b) return true;
    if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return false;
    if (a instanceof Bytes) return b instanceof Bytes && a.latin1 === b.latin1;
    if (a instanceof Time) return b instanceof Time && hashOf(a) === hashOf(b);
    if (a instanceof PyObject) return b instanceof PyObject && a.identity === b.identity;
    const partners = this.#known.get(a) ?? new Set();
    if (partners.has(b)) return true;
    this.#known.set(a, partners.add(b));
    return this.#effort.nested(() => this.#collections(a, b));
  }

  #collections(a: AnyValue, b: AnyValue): boolean {
    if (Array.isArray(a)) return Array.isArray(b) && this.#lists(a, b);
    if (a instanceof Tuple) return b instanceof Tuple && this.#lists(a.items, b.items);
    const [left, right] = [entriesOf(a), entriesOf(b)];
    return left !== undefined && right !== undefined && this.#mappings([...left], [...right]);
  }

  #lists(a: readonly AnyValue[], b: readonly AnyValue[]): boolean {
    return a.length === b.length && a.every((item, index) => this.equal(item, b[index]!));
  }

  #mappings(a: readonly Entry[], b: readonly Entry[]): boolean {
    if (a.length !== b.length) return false;
    const others = new Map(b.map(([key, value]) => [hashOf(key as PyKey), value]));
    return a.every(([key, value]) => {
      const other = others.get(hashOf(key as PyKey));
      return other !== undefined && this.equal(value, other);
    });
  }
}

/**
 * The same for keys that are equal in Python: 1, 1.0 and True are one key, and so are equal times in two time zones.
 */
export function hashOf(key: PyKey): unknown {
  if (key === null) return key;
  if (key instanceof PyObject) return key.identity;
  if (typeof key === "string") return `s${key}`;
  if (typeof key === "boolean") return Number(key);
  if (key instanceof Float) return Number.isInteger(key.value) ? int(BigInt(key.value)) : key.value;
  if (typeof key !== "object") return key;
  if (key instanceof Bytes) return `b${key.latin1}`;
  if (key instanceof Time) return key.kind === "date" ? `d${key.text}` : `t${utc(key.text)}`;
  return `(${JSON.stringify(key.items.map((item) => `${typeof item} ${String(hashOf(item as PyKey))}`))}`;
}

/** A datetime without an offset is never equal to one with an offset. */
function utc(datetime: string): string {
  const [, time, micros = "", offset] = /^(.{19})(\.\d+)?([-+].*)?$/.exec(datetime) ?? [];
  return offset === undefined ? datetime : `${Date.parse(`${time?.replace(" ", "T")}${offset}`)}${micros} UTC`;
}

/** A dictionary with Python's equality of keys, of which the first stays. It is created empty. */
export class Dict extends Map<PyKey, PyValue> {
  /** The key itself by its hash, if they differ. */
  readonly #keys = new Map<unknown, PyKey>();

  override get(key: PyKey): PyValue | undefined {
    return super.get(this.#own(key));
  }

  override has(key: PyKey): boolean {
    return super.has(this.#own(key));
  }

  override set(key: PyKey, value: PyValue): this {
    const own = this.#own(key);
    if (typeof own === "boolean" || (typeof own === "object" && own !== null) || typeof own === "bigint")
      this.#keys.set(hashOf(own), own);
    else if (typeof own === "number") this.#keys.set(own, own);
    return super.set(own, value);
  }

  override delete(key: PyKey): boolean {
    const own = this.#own(key);
    this.#keys.delete(hashOf(own));
    return super.delete(own);
  }

  /** The equal key that the dictionary has, else the key. */
  #own(key: PyKey): PyKey {
    return typeof key === "string" || key === null ? key : (this.#keys.get(hashOf(key)) ?? key);
  }
}

/** A dictionary from plain key and value pairs. */
export function dictOf(entries: Readonly<Record<string, PyValue>>): PyDict {
  return new Map(Object.entries(entries));
}

/** How many values there are when every alias is written out; counting ends at `most`. */
export function sizeOf(value: PyValue, most: number): number {
  const known = new Map<PyValue, number>();
  const count = (from: PyValue): number => {
    if (!Array.isArray(from) && !isDict(from)) return 1;
    const done = known.get(from);
    if (done !== undefined) return done;
    let size = 1;
    for (const item of from.values()) size = Math.min(most, size + count(item));
    known.set(from, size);
    return size;
  };
  return count(value);
}

/** A copy that shares no list or dictionary with the original, but keeps those shared within it shared. */
export function deepCopy<Value extends PyValue>(value: Value): Value {
  return rebuilt(value, (dict) => dict.keys()) as Value;
}

/** A copy with the keys of each dictionary in another order; what is shared within it stays shared. */
export function rebuilt(value: PyValue, keysOf: (dict: PyDict) => Iterable<PyKey>): PyValue {
  const known = new Map<PyValue, PyValue>();
  const copy = (from: PyValue): PyValue => {
    if (!Array.isArray(from) && !isDict(from)) return from;
    const done = known.get(from);
    if (done !== undefined) return done;
    if (Array.isArray(from)) {
      const list: PyValue[] = [];
      known.set(from, list);
      for (const item of from) list.push(copy(item));
      return list;
    }
    const dict: PyDict = from instanceof Dict ? new Dict() : new Map();
    known.set(from, dict);
    for (const key of keysOf(from)) dict.set(key, copy(from.get(key) ?? null));
    return dict;
  };
  return copy(value);
}
