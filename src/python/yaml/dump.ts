import { isDict, type PyDict, type PyKey, type PyValue, rebuilt } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { sortedKeys } from "../order.ts";
import { Bytes, Float, Time } from "../scalars.ts";
import { pyStr } from "../value.ts";
import { isSimpleKey, writeString } from "./dumpScalar.ts";

/** The indent of safeyaml.dumps, in columns. */
const INDENT = 4;
/** Where a dump with all aliases written out would grow beyond all bounds. */
const MAX_LENGTH = 1_000_000;

/**
 * A dictionary as safeyaml.dumps(explicit_start=False, explicit_end=False) writes it (cloud-init 18.5 to 26.2): block
 * style, sorted keys, lists at the column of their key.
 * @param aliases what becomes of a list or dictionary that stands in several places: `&id001` and `*id001`, or copies
 */
export function dumpYaml(root: PyDict, aliases: "anchored" | "copied" = "anchored"): string {
  return new YamlDump(aliases === "anchored" ? findShared(root) : new Map()).dump(root);
}

/** The lists and dictionaries that occur twice, numbered in the order in which the second occurrence is met. */
function findShared(root: PyValue): Map<PyValue, string> {
  const seen = new Set<PyValue>();
  const shared = new Map<PyValue, string>();
  const visit = (value: PyValue): void => {
    if (!isCollection(value) && !(value instanceof Time)) return;
    if (seen.has(value)) {
      if (!shared.has(value)) shared.set(value, `id${String(shared.size + 1).padStart(3, "0")}`);
      return;
    }
    seen.add(value);
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (isDict(value))
      for (const key of keysOf(value)) {
        visit(key);
        visit(value.get(key) ?? null);
      }
  };
  visit(root);
  return shared;
}

function isCollection(value: PyValue): value is PyValue[] | PyDict {
  return Array.isArray(value) || isDict(value);
}

/** In the order in which they are written: sorted where Python can sort them. */
function keysOf(dict: PyDict): readonly PyKey[] {
  const keys = [...dict.keys()];
  try {
    return sortedKeys(keys);
  } catch (error) {
    if (error instanceof Raises) return keys;
    throw error;
  }
}

/** A value as whoever reads the dump gets it: its keys in their written order. */
export function inDumpOrder<Value extends PyValue>(value: Value): Value {
  return rebuilt(value, keysOf) as Value;
}

class YamlDump {
  readonly #anchors: ReadonlyMap<PyValue, string>;
  readonly #written = new Set<PyValue>();
  #length = 0;

  constructor(anchors: ReadonlyMap<PyValue, string>) {
    this.#anchors = anchors;
  }

  dump(root: PyDict): string {
    return `${this.#collection(root, 0)}\n`;
  }

  /** The lines of a collection that is not empty, each with its indent. */
  #collection(value: PyValue[] | PyDict, indent: number): string {
    const pad = " ".repeat(indent);
    const lines = Array.isArray(value)
      ? value.map((item) => `${pad}-${this.#item(item, indent)}`)
      : keysOf(value).map((key) => `${pad}${this.#pair(key, value.get(key) ?? null, indent)}`);
    const text = lines.join("\n");
    this.#length += text.length;
    if (this.#length > MAX_LENGTH) throw new CannotTell("the network configuration, for its size");
    return text;
  }

  #pair(key: PyKey, value: PyValue, indent: number): string {
    if (typeof key === "string" && !isSimpleKey(key)) {
      const text = writeString(key, { column: indent + 1, indent: indent + INDENT, isKey: false });
      return `? ${text}\n${" ".repeat(indent)}:${this.#item(value, indent)}`;
    }
    const text = typeof key === "string" ? writeString(key, { column: indent, indent, isKey: true }) : plainScalar(key);
    const head = `${this.#anchor(key)}${text}:`;
    const short = this.#inline(value, indent + head.length, indent);
    if (short !== undefined) return `${head} ${short}`;
    const anchor = this.#anchor(value).trimEnd();
    const nested = this.#collection(value as PyValue[] | PyDict, Array.isArray(value) ? indent : indent + INDENT);
    return `${head}${anchor === "" ? "" : ` ${anchor}`}\n${nested}`;
  }

  /** What follows a `-` or a `:` of its own line: a collection begins in that line, at the next indent. */
  #item(value: PyValue, indent: number): string {
    const short = this.#inline(value, indent + 1, indent);
    if (short !== undefined) return ` ${short}`;
    const anchor = this.#anchor(value).trimEnd();
    const nested = this.#collection(value as PyValue[] | PyDict, indent + INDENT);
    return anchor === "" ? " ".repeat(INDENT - 1) + nested.slice(indent + INDENT) : ` ${anchor}\n${nested}`;
  }

  /** What fits into the line of its key or dash: scalars, aliases, empty collections. */
  #inline(value: PyValue, column: number, indent: number): string | undefined {
    const alias = this.#anchors.get(value);
    if (alias !== undefined && this.#written.has(value)) return `*${alias}`;
    if (typeof value === "string") return writeString(value, { column, indent: indent + INDENT, isKey: false });
    if (Array.isArray(value)) return value.length === 0 ? `${this.#anchor(value)}[]` : undefined;
    if (isDict(value)) return value.size === 0 ? `${this.#anchor(value)}{}` : undefined;
    return `${this.#anchor(value)}${plainScalar(value)}`;
  }

  #anchor(value: PyValue): string {
    const anchor = this.#anchors.get(value);
    if (anchor === undefined) return "";
    this.#written.add(value);
    return `&${anchor} `;
  }
}

/** A scalar that is no string. */
export function plainScalar(value: Exclude<PyKey, string>): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (value instanceof Time) return value.text;
  if (value instanceof Bytes) throw new CannotTell("the network configuration, which holds binary data");
  const text = pyStr(value);
  if (!(value instanceof Float)) return text;
  if (text === "nan") return ".nan";
  if (text.endsWith("inf")) return text.replace("inf", ".inf");
  return text.includes(".") ? text : text.replace("e", ".0e");
}
