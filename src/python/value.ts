import { isDeepStrictEqual } from "node:util";
import type { ConfigNode, ConfigObject, ConfigValue, Pair, Scalar } from "./tree.ts";

/**
 * The plain JavaScript value of a node. Objects have no prototype, so a key such as `__proto__` is only a key; keys are
 * written as Python's str() writes them. A node that several places share (an alias) becomes one shared value.
 */
export function toValue(node: ConfigNode): ConfigValue {
  return convert(node, new Map());
}

const shared = new WeakMap<ConfigNode, ConfigValue>();

/** Whether two nodes have equal values. One may be compared with thousands of others. */
export function sameValue(a: ConfigNode, b: ConfigNode): boolean {
  const value = (node: ConfigNode): ConfigValue => {
    if (node.type === "scalar") return node.value;
    const known = shared.get(node) ?? toValue(node);
    shared.set(node, known);
    return known;
  };
  return isDeepStrictEqual(value(a), value(b));
}

function convert(node: ConfigNode, done: Map<ConfigNode, ConfigValue>): ConfigValue {
  if (node.type === "scalar") return node.value;
  const known = done.get(node);
  if (known !== undefined) return known;
  if (node.type === "sequence") {
    const items: ConfigValue[] = [];
    done.set(node, items);
    for (const child of node.children) items.push(convert(child, done));
    return items;
  }
  const object: ConfigObject = Object.create(null);
  done.set(node, object);
  for (const pair of node.children) object[pyStr(pair.key)] = convert(pair.value, done);
  return object;
}

/** A node, or the plain value of one (which no longer tells the float 1.0 from the int 1). */
export type NodeOrValue = ConfigNode | ConfigValue;

/** Python's truth: None, False, zero and whatever is empty are false. */
export function truthy(node: NodeOrValue): boolean {
  if (!isNode(node)) {
    if (Array.isArray(node)) return node.length > 0;
    return isObject(node) ? Object.keys(node).length > 0 : truthyScalar(node);
  }
  return node.type === "scalar" ? truthyScalar(node.value) : node.children.length > 0;
}

/** NaN is true in Python and false in JavaScript. */
function truthyScalar(value: Scalar["value"]): boolean {
  return Boolean(value) || Number.isNaN(value);
}

/**
 * What Python's str() gives: `True`, `None`, `1.0`, `1e+16`, `['a', 1]`. A collection longer than about a
 * million characters is cut by `...`; a date inside a collection is written as str() writes it, not as repr() does.
 */
export function pyStr(node: NodeOrValue): string {
  if (isNode(node) && node.type === "scalar") return scalarStr(node.value, node.kind);
  if (isNode(node) || isObject(node) || Array.isArray(node)) return repr(node, { left: 1_000_000 });
  return scalarStr(node, undefined);
}

/** @param kind what Python type it is; undefined: what the JavaScript value looks like. */
function scalarStr(value: Scalar["value"], kind: Scalar["kind"] | undefined): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (kind === "binary") return bytesRepr(String(value));
  if (typeof value === "number" && (kind === "float" || !Number.isInteger(value))) return floatRepr(value);
  return String(value);
}

/** Python writes the same shortest digits as JavaScript, but changes to an exponent at other magnitudes. */
function floatRepr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** repr(); `budget.left` is how many characters may still be written. */
function repr(node: NodeOrValue, budget: { left: number }): string {
  if (isNode(node) && node.type === "sequence") return list(node.children, budget);
  if (isNode(node) && node.type === "mapping") return dict(node.children.map(keyAndValue), budget);
  if (Array.isArray(node)) return list(node, budget);
  if (!isNode(node) && isObject(node)) return dict(Object.entries(node), budget);
  const [value, kind] = isNode(node) ? [node.value, node.kind] : [node, undefined];
  const text = typeof value === "string" && (kind ?? "str") === "str" ? quoted(value) : scalarStr(value, kind);
  budget.left -= text.length;
  return text;
}

function keyAndValue(pair: Pair): readonly [Scalar, ConfigNode] {
  return [pair.key, pair.value];
}

function list(items: readonly NodeOrValue[], budget: { left: number }): string {
  return `[${joined(items, budget, (item) => repr(item, budget))}]`;
}

function dict(pairs: readonly (readonly [NodeOrValue, NodeOrValue])[], budget: { left: number }): string {
  return `{${joined(pairs, budget, ([key, value]) => `${repr(key, budget)}: ${repr(value, budget)}`)}}`;
}

function joined<T>(items: readonly T[], budget: { left: number }, write: (item: T) => string): string {
  const parts: string[] = [];
  for (const item of items) {
    if (budget.left <= 0) {
      parts.push("...");
      break;
    }
    budget.left -= 2;
    parts.push(write(item));
  }
  return parts.join(", ");
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** repr() of a str: single quotes unless only those occur; what is not printable is escaped. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\'"]|(?! )[\p{C}\p{Z}]/gu, (char) => {
    if (char === "\\" || char === quote) return `\\${char}`;
    if (char === "'" || char === '"') return char;
    const code = char.codePointAt(0) ?? 0;
    const short = SHORT_ESCAPES[char];
    if (short !== undefined) return short;
    if (code < 0x100) return `\\x${hex(code, 2)}`;
    return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  return quote + body + quote;
}

/** repr() of bytes, given as latin-1: as of a str, but whatever is not ASCII is escaped. */
function bytesRepr(latin1: string): string {
  return `b${quoted(latin1).replace(/[^\x20-\x7e]/g, (char) => `\\x${hex(char.charCodeAt(0), 2)}`)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, "0");
}

function isObject(value: NodeOrValue): value is ConfigObject | ConfigNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a plain value have no prototype, and nodes have one. */
function isNode(value: NodeOrValue): value is ConfigNode {
  return isObject(value) && Object.getPrototypeOf(value) !== null;
}
