import type { Scalar, ScalarKind } from "../tree.ts";
import { parseTimestamp } from "./timestamp.ts";

/** Where YAML's own tags live. */
export const YAML_TAGS = "tag:yaml.org,2002:";

/**
 * What PyYAML takes a plain scalar for. Unlike in YAML 1.1, `y` and `n` are text, and so are `1e3` (a float needs a dot
 * and a sign in the exponent), `08` and `0:30`.
 */
const IMPLICIT: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["bool", /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/],
  ["float", /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/],
  ["float", /^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/],
  ["float", /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/],
  ["float", /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/],
  ["int", /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/],
  ["merge", /^<<$/],
  ["null", /^(?:~|null|Null|NULL|)$/],
  ["timestamp", /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/],
  [
    "timestamp",
    /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$/,
  ],
  ["value", /^=$/],
];

/** The tag, in full, of a plain scalar that has none. */
export function implicitTag(text: string): string {
  const name = /^[-+.0-9~<=yYnNtTfFoO]|^$/.test(text) ? IMPLICIT.find(([, pattern]) => pattern.test(text))?.[0] : "str";
  return YAML_TAGS + (name ?? "str");
}

type Value = Scalar["value"];

/** Makes the value of a scalar out of its text; undefined where Python raises an error. */
export type Conversion = (text: string) => { kind: ScalarKind; value: Value } | undefined;

function of(kind: ScalarKind, convert: (text: string) => Value | undefined): Conversion {
  return (text) => {
    const value = convert(text);
    return value === undefined ? undefined : { kind, value };
  };
}

/** By the name of the tag, what safe_load makes of a scalar that has it. */
export const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map([
  ["str", of("str", (text) => text)],
  ["null", of("null", () => null)],
  ["bool", of("bool", (text) => BOOLEANS.get(text.toLowerCase()))],
  ["int", of("int", toInt)],
  ["float", of("float", toFloat)],
  ["binary", of("binary", decodeBase64)],
  ["timestamp", parseTimestamp],
]);

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["yes", true],
  ["no", false],
  ["true", true],
  ["false", false],
  ["on", true],
  ["off", false],
]);

/** Python (3.11, and older ones with the fix) refuses longer decimal numbers; we refuse any that are longer. */
const MAX_DIGITS = 4300;

/** Numbers of so many parts (hours, minutes, seconds ...) exceed what a float can hold. */
const MAX_PARTS = 174;

function toInt(text: string): number | bigint | undefined {
  const digits = text.replaceAll("_", "");
  const negative = digits.startsWith("-");
  const unsigned = /^[-+]/.test(digits) ? digits.slice(1) : digits;
  const value = unsignedInt(unsigned);
  if (value === undefined) return undefined;
  const signed = negative ? -value : value;
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

function unsignedInt(text: string): bigint | undefined {
  if (text === "") return undefined;
  if (text.startsWith("0b")) return pythonInt(text.slice(2), 2);
  if (text.startsWith("0x")) return pythonInt(text.slice(2), 16);
  if (text.startsWith("0") && text !== "0") return pythonInt(text, 8);
  if (!text.includes(":")) return pythonInt(text, 10);
  const parts = text.split(":");
  if (parts.length > MAX_PARTS) return undefined;
  let sum = 0n;
  for (const part of parts) {
    const digits = pythonInt(part, 10);
    if (digits === undefined) return undefined;
    sum = sum * 60n + digits;
  }
  return sum;
}

/** The digits of a number, after the base's prefix if it has one. */
const DIGITS = {
  2: /^(?:0b)?([01]+)$/i,
  8: /^(?:0o)?([0-7]+)$/i,
  10: /^([0-9]+)$/,
  16: /^(?:0x)?([0-9a-f]+)$/i,
} as const;
const PREFIXES = { 2: "0b", 8: "0o", 10: "", 16: "0x" } as const;

/** Python's int(text, base): spaces around, a sign and the base's prefix are accepted. */
function pythonInt(text: string, base: 2 | 8 | 10 | 16): bigint | undefined {
  const trimmed = text.trim();
  const unsigned = /^[-+]/.test(trimmed) ? trimmed.slice(1) : trimmed;
  const digits = DIGITS[base].exec(unsigned)?.[1];
  if (digits === undefined || digits.length > MAX_DIGITS) return undefined;
  const value = BigInt(PREFIXES[base] + digits);
  return trimmed.startsWith("-") ? -value : value;
}

function toFloat(text: string): number | undefined {
  const digits = text.replaceAll("_", "").toLowerCase();
  const sign = digits.startsWith("-") ? -1 : 1;
  const unsigned = /^[-+]/.test(digits) ? digits.slice(1) : digits;
  if (unsigned === ".inf") return sign * Infinity;
  if (unsigned === ".nan") return Number.NaN;
  if (!unsigned.includes(":")) {
    const value = pythonFloat(unsigned);
    return value === undefined ? undefined : sign * value;
  }
  const parts = unsigned.split(":");
  if (parts.length > MAX_PARTS) return undefined;
  let sum = 0;
  let base = 1;
  for (const part of parts.reverse()) {
    const value = pythonFloat(part);
    if (value === undefined) return undefined;
    sum += value * base;
    base *= 60;
  }
  return sign * sum;
}

/** Python's float(text), of a text in lower case. */
function pythonFloat(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?$/.test(trimmed)) return Number(trimmed);
  const [, sign, word] = /^([-+]?)(inf|infinity|nan)$/.exec(trimmed) ?? [];
  if (word === undefined) return undefined;
  return word === "nan" ? Number.NaN : sign === "-" ? -Infinity : Infinity;
}

/**
 * Python's base64.decodebytes: skips whatever is not of the alphabet, stops at the padding that completes a group (Python
 * 3.13 and later go on), and fails on an incomplete group. The bytes come as latin-1.
 */
function decodeBase64(text: string): string | undefined {
  if (/[^\0-\x7f]/.test(text)) return undefined;
  const taken: string[] = [];
  let padding = 0;
  for (const char of text) {
    const inGroup = taken.length % 4;
    if (/[A-Za-z0-9+/]/.test(char)) {
      padding = 0;
      taken.push(char);
    } else if (char === "=" && inGroup >= 2 && inGroup + ++padding >= 4) {
      return Buffer.from(taken.join(""), "base64").toString("latin1");
    }
  }
  return taken.length % 4 === 0 ? Buffer.from(taken.join(""), "base64").toString("latin1") : undefined;
}
