import {
  type AnyValue,
  Dict,
  entriesOf,
  int,
  isDict,
  type PyDict,
  type PyKey,
  type PyValue,
  Tuple,
} from "./dataModel.ts";
import { Raises } from "./errors.ts";
import { sortedKeys } from "./order.ts";
import { Float } from "./scalars.ts";
import type { ConfigNode, Mapping, Pair } from "./tree.ts";

/**
 * A value as Python's json.dumps() writes it: ASCII, a space after each comma and colon.
 * @throws Raises for what JSON cannot represent
 */
export function dumpJson(value: AnyValue, sortKeys = false): string {
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
  if (items !== undefined) return `[${items.map((item) => dumpJson(item, sortKeys)).join(", ")}]`;
  const entries = entriesOf(value);
  if (entries === undefined) return scalar(value);
  const pairs =
    sortKeys && isDict(value)
      ? sortedKeys([...value.keys()]).map((key) => [key, value.get(key)!] as const)
      : [...entries];
  return `{${pairs.map(([key, item]) => `${keyText(key)}: ${dumpJson(item, sortKeys)}`).join(", ")}}`;
}

function scalar(value: AnyValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return quoted(value);
  if (!(value instanceof Float)) throw new Raises("the value cannot be represented in JSON");
  if (Number.isFinite(value.value)) return String(value);
  return Number.isNaN(value.value) ? "NaN" : value.value < 0 ? "-Infinity" : "Infinity";
}

function keyText(key: AnyValue): string {
  return typeof key === "string" ? quoted(key) : `"${scalar(key)}"`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Python's json.loads(). @throws Raises if it raises */
export function loadJson(text: string): PyValue {
  return new Reader(text).document();
}

/** A place in a JSON text; line and column count from 1. */
interface JsonPlace {
  readonly line: number;
  readonly column: number;
}

/** Why a text is not JSON, and where. */
export interface JsonProblem extends JsonPlace {
  readonly reason: string;
}

/** A JSON text read by json.loads(), with the place of every key. */
export interface LocatedJson {
  readonly value: PyValue;
  /** The place of a key of a mapping in `value`. */
  placeOf(holder: PyValue, key: string): JsonPlace | undefined;
}

/** json.loads() with the place of every key, or of the error. */
export function locateJson(text: string): LocatedJson | JsonProblem {
  const keys = new Map<PyDict, Map<PyKey, number>>();
  const reader = new Reader(text, keys);
  const place = placesIn(text);
  try {
    const value = reader.document();
    return {
      value,
      placeOf: (holder, key) => {
        const at = isDict(holder) ? keys.get(holder)?.get(key) : undefined;
        return at === undefined ? undefined : place(at);
      },
    };
  } catch (error) {
    if (error instanceof Raises) return { reason: error.message, ...place(Math.min(reader.at, text.length)) };
    throw error;
  }
}

/** The place of an offset in a text. */
function placesIn(text: string): (at: number) => JsonPlace {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (at) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - starts[low]! + 1 };
  };
}

const NUMBER = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const STRING = /[^"\\\x00-\x1f]*/y;
const WORDS: readonly (readonly [word: string, value: PyValue])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", new Float(Number.NaN)],
  ["Infinity", new Float(Infinity)],
  ["-Infinity", new Float(-Infinity)],
];
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Python's recursion limit, in levels of JSON. */
const DEEPEST = 900;

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** Where the keys of each mapping begin, if somebody asks. */
  readonly #keys: Map<PyDict, Map<PyKey, number>> | undefined;

  constructor(text: string, keys?: Map<PyDict, Map<PyKey, number>>) {
    this.#text = text;
    this.#keys = keys;
  }

  get at(): number {
    return this.#at;
  }

  document(): PyValue {
    this.#space();
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw new Raises("extra data after the JSON");
    return value;
  }

  #value(): PyValue {
    const next = this.#text[this.#at];
    if (next === '"') return this.#string();
    if (next === "[" || next === "{") {
      if (++this.#depth > DEEPEST) throw new Raises("the JSON is nested too deeply");
      const value = next === "[" ? this.#list() : this.#mapping();
      this.#depth--;
      return value;
    }
    const word = WORDS.find(([text]) => this.#text.startsWith(text, this.#at));
    if (word !== undefined) {
      this.#at += word[0].length;
      return word[1];
    }
    const [all, whole, fraction, exponent] = this.#match(NUMBER) ?? [];
    if (all === undefined) throw new Raises("a JSON value is missing");
    if (fraction !== undefined || exponent !== undefined) return new Float(Number(all));
    if (whole!.length > 4300) throw new Raises("an integer has too many digits");
    return int(BigInt(whole!));
  }

  #list(): PyValue[] {
    const items: PyValue[] = [];
    this.#items("]", () => items.push(this.#value()));
    return items;
  }

  #mapping(): PyValue {
    const dict = new Dict();
    const places = new Map<PyKey, number>();
    this.#keys?.set(dict, places);
    this.#items("}", () => {
      const start = this.#at;
      if (this.#text[this.#at] !== '"') throw new Raises("a JSON key must be a string in double quotes");
      const key: PyKey = this.#string();
      this.#space();
      if (this.#text[this.#at++] !== ":") throw new Raises("a colon is missing after a JSON key");
      this.#space();
      places.set(key, start);
      dict.set(key, this.#value());
    });
    return dict;
  }

  #items(close: string, read: () => void): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      read();
      this.#space();
      const next = this.#text[this.#at++];
      if (next === close) return;
      if (next !== ",") throw new Raises("a comma is missing between JSON values");
      this.#space();
    }
  }

  #string(): string {
    let value = "";
    this.#at++;
    for (;;) {
      value += this.#match(STRING)![0];
      const next = this.#text[this.#at++];
      if (next === '"') return value;
      if (next !== "\\") throw new Raises("a JSON string is not closed or contains a control character");
      const letter = this.#text[this.#at++] ?? "";
      if (letter === "u") {
        const digits = /[0-9a-fA-F]{4}/y.exec(this.#text.slice(this.#at, this.#at + 4))?.[0];
        if (digits === undefined) throw new Raises("invalid escape in a JSON string");
        this.#at += 4;
        value += String.fromCharCode(Number.parseInt(digits, 16));
      } else {
        if (!Object.hasOwn(ESCAPES, letter)) throw new Raises("invalid escape in a JSON string");
        value += ESCAPES[letter];
      }
    }
  }

  #space(): void {
    while (" \t\n\r".includes(this.#text[this.#at] ?? "x")) this.#at++;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    this.#at += match?.[0].length ?? 0;
    return match;
  }
}

const NUMBERS = new Set(["bool", "int", "float"]);

/**
 * The pair over which Python's json.dumps(sort_keys=True) raises an error: its key is of another type than the keys
 * before it in order, or of a type that cannot be a key in JSON; undefined if it raises none.
 */
export function unsortablePair(root: Mapping): Pair | undefined {
  const seen = new Set<ConfigNode>();
  const search = (node: ConfigNode): Pair | undefined => {
    if (node.type === "scalar" || seen.has(node)) return undefined;
    seen.add(node);
    if (node.type === "mapping") {
      const wrong = wrongKey(node);
      if (wrong !== undefined) return wrong;
    }
    for (const child of node.children) {
      const found = search(child.type === "pair" ? child.value : child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(root);
}

function wrongKey({ children }: Mapping): Pair | undefined {
  const sort = ({ key }: Pair) => (NUMBERS.has(key.kind) ? "number" : key.kind);
  return children.find((pair) => {
    const kind = sort(pair);
    if (kind !== "number" && kind !== "str" && kind !== "null") return true;
    return kind !== "str" && children.some((other) => sort(other) !== kind);
  });
}
