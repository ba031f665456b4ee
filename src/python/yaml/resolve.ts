import { decodeBase64 } from "../base64.ts";
import { readFloat, readInt } from "../numbers.ts";
import type { Scalar, ScalarKind } from "../tree.ts";
import { parseTimestamp } from "./timestamp.ts";

/** Where YAML's own tags live. */
export const YAML_TAGS = "tag:yaml.org,2002:";

/**
 * How PyYAML interprets a plain scalar. Unlike in YAML 1.1, `y` and `n` are text, and so are `1e3` (a float needs a dot
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

/** Makes the value of a scalar out of its text; undefined if Python raises an error. */
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
  ["binary", of("binary", (text) => decodeBase64(text)?.toString("latin1"))],
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
  if (text.startsWith("0b")) return readInt(text.slice(2), 2);
  if (text.startsWith("0x")) return readInt(text.slice(2), 16);
  if (text.startsWith("0") && text !== "0") return readInt(text, 8);
  if (!text.includes(":")) return readInt(text, 10);
  const parts = text.split(":");
  if (parts.length > MAX_PARTS) return undefined;
  let sum = 0n;
  for (const part of parts) {
    const digits = readInt(part, 10);
    if (digits === undefined) return undefined;
    sum = sum * 60n + digits;
  }
  return sum;
}

function toFloat(text: string): number | undefined {
  const digits = text.replaceAll("_", "").toLowerCase();
  const sign = digits.startsWith("-") ? -1 : 1;
  const unsigned = /^[-+]/.test(digits) ? digits.slice(1) : digits;
  if (unsigned === ".inf") return sign * Infinity;
  if (unsigned === ".nan") return Number.NaN;
  if (!unsigned.includes(":")) {
    const value = readFloat(unsigned);
    return value === undefined ? undefined : sign * value;
  }
  const parts = unsigned.split(":");
  if (parts.length > MAX_PARTS) return undefined;
  let sum = 0;
  let base = 1;
  for (const part of parts.reverse()) {
    const value = readFloat(part);
    if (value === undefined) return undefined;
    sum += value * base;
    base *= 60;
  }
  return sign * sum;
}
