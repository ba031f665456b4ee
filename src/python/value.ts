import { isDeepStrictEqual } from "node:util";
import { type AnyValue, Dict, type PyDict, type PyValue, truth } from "./dataModel.ts";
import { str } from "./repr.ts";
import { Bytes, Float, Time } from "./scalars.ts";
import type { ConfigNode, ConfigObject, ConfigValue, Scalar } from "./tree.ts";

/** Python's value of a scalar. */
export function fromScalar({ kind, value }: Scalar): Exclude<ConfigValue, ConfigValue[] | ConfigObject> {
  if (kind === "float") return new Float(Number(value));
  if (kind === "binary") return new Bytes(String(value));
  return kind === "date" || kind === "datetime" ? new Time(kind, String(value)) : value;
}

/** The Python value of a node. A node that several places share (an alias) becomes one shared value. */
export function fromNode(node: ConfigNode): PyValue {
  const known = new Map<ConfigNode, PyValue>();
  const convert = (from: ConfigNode): PyValue => {
    const done = known.get(from);
    if (done !== undefined) return done;
    if (from.type === "scalar") {
      const value = fromScalar(from);
      if (value instanceof Time) known.set(from, value);
      return value;
    }
    if (from.type === "sequence") {
      const list: PyValue[] = [];
      known.set(from, list);
      for (const child of from.children) list.push(convert(child));
      return list;
    }
    const dict: PyDict = new Dict();
    known.set(from, dict);
    for (const pair of from.children) dict.set(fromScalar(pair.key), convert(pair.value));
    return dict;
  };
  return convert(node);
}

/**
 * The value of a node with mappings as objects without prototype, so that a key such as `__proto__` is only a key; keys
 * are written as Python's str() writes them. A node that several places share (an alias) becomes one shared value.
 */
export function toValue(node: ConfigNode): ConfigValue {
  const known = new Map<ConfigNode, ConfigValue>();
  const convert = (from: ConfigNode): ConfigValue => {
    if (from.type === "scalar") return fromScalar(from);
    const done = known.get(from);
    if (done !== undefined) return done;
    if (from.type === "sequence") {
      const items: ConfigValue[] = [];
      known.set(from, items);
      for (const child of from.children) items.push(convert(child));
      return items;
    }
    const object: ConfigObject = Object.create(null);
    known.set(from, object);
    for (const pair of from.children) object[pyStr(pair.key)] = convert(pair.value);
    return object;
  };
  return convert(node);
}

const shared = new WeakMap<ConfigNode, ConfigValue>();

/** Whether two nodes have the same values of the same types. One may be compared with thousands of others. */
export function sameValue(a: ConfigNode, b: ConfigNode): boolean {
  const value = (node: ConfigNode): ConfigValue => {
    if (node.type === "scalar") return fromScalar(node);
    const known = shared.get(node) ?? toValue(node);
    shared.set(node, known);
    return known;
  };
  return isDeepStrictEqual(value(a), value(b));
}

/** A node, or the value of one. */
export type NodeOrValue = ConfigNode | AnyValue;

/** Python's truth: None, False, zero and whatever is empty are false; undefined (no such key) counts as None. */
export function truthy(node: PyValue | undefined): node is PyValue;
export function truthy(node: NodeOrValue | undefined): boolean;
export function truthy(node: NodeOrValue | undefined): boolean {
  if (!isNode(node)) return truth(node);
  return node.type === "scalar" ? truth(fromScalar(node)) : node.children.length > 0;
}

/** What Python's str() gives, a collection longer than about a million characters cut by `...`. */
export function pyStr(node: NodeOrValue | undefined): string {
  if (!isNode(node)) return str(node ?? null);
  return str(node.type === "scalar" ? fromScalar(node) : fromNode(node));
}

/** Nodes have the prototype of a plain object, the mappings that are values have none. */
function isNode(value: NodeOrValue | undefined): value is ConfigNode {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
