import { Raises } from "./errors.ts";
import type { ConfigNode, Pair, Scalar } from "./tree.ts";
import { pyStr as strOf, truthy as truthOf } from "./value.ts";

/**
 * A value as cloud-init's Python code holds it while it works on a network configuration. Integers are plain numbers or
 * bigints; what Python computes nothing with (floats, dates, bytes) stays the scalar that was read. Lists and
 * dictionaries that two places of a configuration share (a YAML alias) are one object here too.
 */
export type PyValue = PyKey | PyValue[] | PyDict;
export type PyKey = null | boolean | string | number | bigint | Scalar;
export type PyDict = Map<PyKey, PyValue>;

/** The Python value of a configuration's node. */
export function fromNode(node: ConfigNode): PyValue {
  const known = new Map<ConfigNode, PyValue>();
  const convert = (from: ConfigNode): PyValue => {
    if (from.type === "scalar") return fromScalar(from);
    const done = known.get(from);
    if (done !== undefined) return done;
    if (from.type === "sequence") {
      const list: PyValue[] = [];
      known.set(from, list);
      for (const child of from.children) list.push(convert(child));
      return list;
    }
    const dict: PyDict = new Map();
    known.set(from, dict);
    for (const pair of from.children) dict.set(fromScalar(pair.key), convert(pair.value));
    return dict;
  };
  return convert(node);
}

function fromScalar(scalar: Scalar): PyKey {
  return ["float", "date", "datetime", "binary"].includes(scalar.kind) ? scalar : scalar.value;
}

/** A dictionary from plain key and value pairs. */
export function dictOf(entries: Readonly<Record<string, PyValue>>): PyDict {
  return new Map(Object.entries(entries));
}

export function isDict(value: PyValue | undefined): value is PyDict {
  return value instanceof Map;
}

export function isScalarNode(value: PyValue): value is Scalar {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isDict(value);
}

/** Python's truth of a value; undefined (no such key) counts as None. */
export function truthy(value: PyValue | undefined): value is PyValue {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return isDict(value) ? value.size > 0 : truthOf(value);
}

/** Python's str(). */
export function str(value: PyValue | undefined): string {
  return strOf(toNode(value ?? null, new Map()));
}

const nowhere = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

/** A node of no place, for pyStr. */
function toNode(value: PyValue, known: Map<PyValue, ConfigNode>): ConfigNode {
  const done = known.get(value);
  if (done !== undefined) return done;
  const located = { path: "", position: nowhere };
  if (Array.isArray(value)) {
    const children: ConfigNode[] = [];
    const list: ConfigNode = { ...located, type: "sequence", children };
    known.set(value, list);
    for (const item of value) children.push(toNode(item, known));
    return list;
  }
  if (!isDict(value)) return scalarNode(value);
  const children: Pair[] = [];
  const dict: ConfigNode = { ...located, type: "mapping", children };
  known.set(value, dict);
  for (const [key, item] of value)
    children.push({ ...located, type: "pair", key: scalarNode(key), value: toNode(item, known), shadowed: [] });
  return dict;
}

function scalarNode(value: PyKey): Scalar {
  const located = { path: "", position: nowhere, type: "scalar" as const };
  if (value === null) return { ...located, kind: "null", value };
  if (typeof value === "object") return value;
  if (typeof value === "string") return { ...located, kind: "str", value };
  return { ...located, kind: typeof value === "boolean" ? "bool" : "int", value };
}

/** A dictionary, where the code calls a method of one. @throws Raises otherwise */
export function asDict(value: PyValue | undefined, what: string): PyDict {
  if (!isDict(value)) throw new Raises(`${what} must be a mapping`);
  return value;
}

/** What a `for` loop goes over: a list's items, a dictionary's keys, a string's letters. @throws Raises otherwise */
export function asIterable(value: PyValue | undefined, what: string): PyValue[] {
  if (Array.isArray(value)) return value;
  if (isDict(value)) return [...value.keys()];
  if (typeof value === "string") return [...value];
  throw new Raises(`${what} must be a list`);
}

/** A string, where the code calls a method of one. @throws Raises otherwise */
export function asText(value: PyValue | undefined, what: string): string {
  if (typeof value !== "string") throw new Raises(`${what} must be a string`);
  return value;
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
    const dict: PyDict = new Map();
    known.set(from, dict);
    for (const [key, item] of from) dict.set(key, copy(item));
    return dict;
  };
  return copy(value) as Value;
}

/** Orders keys as Python's sorted() does. @throws Raises where it raises, since their types do not compare */
export function sortedKeys(keys: readonly PyKey[]): PyKey[] {
  return [...keys].sort(compareKeys);
}

/** Orders two keys as Python's `<` does. @throws Raises where their types do not compare */
export function compareKeys(a: PyKey, b: PyKey): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  const left = numeric(a);
  const right = numeric(b);
  if (left === undefined || right === undefined) throw new Raises("the names of interfaces are not all text");
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Orders text by code points, as Python does. */
export function compareText(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function numeric(key: PyKey): number | bigint | undefined {
  if (typeof key === "number" || typeof key === "bigint") return key;
  if (typeof key === "boolean") return Number(key);
  return key !== null && typeof key === "object" && key.kind === "float" ? Number(key.value) : undefined;
}
