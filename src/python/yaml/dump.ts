import { isDict, type PyDict, type PyKey, type PyValue, rebuilt } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { sortedKeys } from "../order.ts";
import { Bytes, Float, Time } from "../scalars.ts";
import { pyStr } from "../value.ts";
import { isSimpleKey, writePlain, writeString } from "./dumpScalar.ts";

/** The maximum length of a dump with all aliases written out. */
const MAX_LENGTH = 1_000_000;

/** How a dump is written. */
export interface DumpOptions {
  /** How a list or dictionary in several places is written: as `&id001` and `*id001`, or as copies. */
  readonly aliases?: "anchored" | "copied";
  /** In columns; safeyaml.dumps (cloud-init 18.5 to 26.2) uses four, yaml.dump two. */
  readonly indent?: number;
}

/**
 * A dictionary as yaml.dump(default_flow_style=False) of PyYAML 5.3 to 6.0 writes it: block style, sorted keys, lists
 * at the column of their key.
 */
export function dumpYaml(root: PyDict, { aliases = "anchored", indent = 4 }: DumpOptions = {}): string {
  return new YamlDump(aliases === "anchored" ? findShared(root) : new Map(), indent).dump(root);
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
  readonly #step: number;
  readonly #written = new Set<PyValue>();
  #length = 0;

  constructor(anchors: ReadonlyMap<PyValue, string>, step: number) {
    this.#anchors = anchors;
    this.#step = step;
  }

  dump(root: PyDict): string {
    return root.size === 0 ? "{}\n" : `${this.#collection(root, 0)}\n`;
  }

  /** The lines of a collection that is not empty, each with its indent. */
  #collection(value: PyValue[] | PyDict, indent: number): string {
    const pad = " ".repeat(indent);
    const lines = Array.isArray(value)
      ? value.map((item) => `${pad}-${this.#item(item, indent)}`)
      : keysOf(value).map((key) => `${pad}${this.#pair(key, value.get(key) ?? null, indent)}`);
    const text = lines.join("\n");
    this.#length += text.length;
    if (this.#length > MAX_LENGTH) throw new CannotTell("the network configuration, because it is too large");
    return text;
  }

  #pair(key: PyKey, value: PyValue, indent: number): string {
    if (typeof key === "string" && !isSimpleKey(key)) {
      const text = writeString(key, { column: indent + 1, indent: indent + this.#step, isKey: false });
      return `? ${text}\n${" ".repeat(indent)}:${this.#item(value, indent, true)}`;
    }
    if (key instanceof Bytes)
      return `? ${this.#binary(key, indent + this.#step)}\n${" ".repeat(indent)}:${this.#item(value, indent, true)}`;
    const text = typeof key === "string" ? writeString(key, { column: indent, indent, isKey: true }) : plainScalar(key);
    const head = `${this.#anchor(key)}${text}:`;
    const short = this.#inline(value, indent + head.length, indent);
    if (short !== undefined) return `${head} ${short}`;
    const anchor = this.#anchor(value).trimEnd();
    const nested = this.#collection(value as PyValue[] | PyDict, Array.isArray(value) ? indent : indent + this.#step);
    return `${head}${anchor === "" ? "" : ` ${anchor}`}\n${nested}`;
  }

  /**
   * What follows a `-` or a `:` of its own line: a collection begins in that line, at the next indent. With an anchor
   * before it, it begins in the next line, where a list in a mapping stands at the column of the key as elsewhere.
   */
  #item(value: PyValue, indent: number, ofMapping = false): string {
    const short = this.#inline(value, indent + 1, indent);
    if (short !== undefined) return ` ${short}`;
    const anchor = this.#anchor(value).trimEnd();
    const isBelow = anchor !== "" && ofMapping && Array.isArray(value);
    const nested = this.#collection(value as PyValue[] | PyDict, isBelow ? indent : indent + this.#step);
    return anchor === "" ? " ".repeat(this.#step - 1) + nested.slice(indent + this.#step) : ` ${anchor}\n${nested}`;
  }

  /** What fits into the line of its key or dash: scalars, aliases, empty collections. */
  #inline(value: PyValue, column: number, indent: number): string | undefined {
    const alias = this.#anchors.get(value);
    if (alias !== undefined && this.#written.has(value)) return `*${alias}`;
    if (typeof value === "string") return writeString(value, { column, indent: indent + this.#step, isKey: false });
    if (Array.isArray(value)) return value.length === 0 ? `${this.#anchor(value)}[]` : undefined;
    if (value instanceof Bytes) return this.#binary(value, indent + this.#step);
    if (isDict(value)) return value.size === 0 ? `${this.#anchor(value)}{}` : undefined;
    const anchor = this.#anchor(value);
    const place = { column: column + anchor.length, indent: indent + this.#step, isKey: false };
    return anchor + writePlain(plainScalar(value), place);
  }

  #binary({ latin1 }: Bytes, indent: number): string {
    const lines = Buffer.from(latin1, "latin1")
      .toString("base64")
      .match(/.{1,76}/g);
    return lines === null ? '!!binary ""' : `!!binary |\n${lines.map((line) => " ".repeat(indent) + line).join("\n")}`;
  }

  #anchor(value: PyValue): string {
    const anchor = this.#anchors.get(value);
    if (anchor === undefined) return "";
    this.#written.add(value);
    return `&${anchor} `;
  }
}

/** A scalar that is not a string. */
export function plainScalar(value: Exclude<PyKey, string>): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (value instanceof Time) return value.text;
  if (value instanceof Bytes) throw new CannotTell("the network configuration, because it contains binary data");
  const text = pyStr(value);
  if (!(value instanceof Float)) return text;
  if (text === "nan") return ".nan";
  if (text.endsWith("inf")) return text.replace("inf", ".inf");
  return text.includes(".") ? text : text.replace("e", ".0e");
}
