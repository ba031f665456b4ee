import { hasUnknown } from "../../../../image/unknown.ts";
import { isDict, type PyValue } from "../../../../python/dataModel.ts";
import { Raises } from "../../../../python/errors.ts";
import { plainScalar } from "../../../../python/yaml/dump.ts";
import { parseIpv4, parseIpv6 } from "../../state/ipAddress.ts";
import { type Out, plain, quoted } from "./yamlOut.ts";

/** A scalar's text as it stands in the YAML that libnetplan reads. @throws Raises for a list or mapping */
export function scalarText(value: PyValue): string {
  if (Array.isArray(value) || isDict(value)) throw new Raises("expected scalar");
  return typeof value === "string" ? value : plainScalar(value);
}

export function sequenceOf(value: PyValue): PyValue[] {
  if (!Array.isArray(value)) throw new Raises("expected sequence");
  return value;
}

export function mappingOf(value: PyValue): [key: string, value: PyValue][] {
  if (!isDict(value)) throw new Raises("expected mapping");
  return [...value].map(([key, item]) => [scalarText(key), item]);
}

export function readBool(value: PyValue): boolean {
  const text = scalarText(value).toLowerCase();
  if (["true", "on", "yes", "y"].includes(text)) return true;
  if (["false", "off", "no", "n"].includes(text)) return false;
  throw new Raises(`invalid boolean value '${text}'`);
}

/** An integer as g_ascii_strtoull reads it: spaces and a sign before it, nothing after it. */
export function readUint(value: PyValue): number {
  const text = scalarText(value);
  const match = /^[\t-\r ]*([-+]?)([0-9]*)$/.exec(text);
  const number = Number(match?.[2] ?? Number.NaN);
  const isNumber = match !== null && (match[2] !== "" || text === "");
  if (!isNumber || number > 0xffffffff || (match[1] === "-" && number !== 0))
    throw new Raises(`invalid unsigned int value '${text}'`);
  return number;
}

/** libnetplan escapes control characters in what it reads (since 1.0.1). */
export function readText(value: PyValue): string {
  const short: Readonly<Record<string, string>> = { "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v" };
  return scalarText(value).replace(
    /[\x01-\x1f\x7f]/g,
    (char) => `\\${short[char] ?? char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

/** The name of a device. */
export function readId(value: PyValue): string {
  const text = scalarText(value);
  if (!/^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(text) && !hasUnknown(text)) throw new Raises(`Invalid name '${text}'`);
  return readText(value);
}

export function readMac(value: PyValue): string {
  const text = scalarText(value);
  if (!/^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}(?:(?::[0-9a-fA-F]{2}){14})?$/.test(text) && !hasUnknown(text))
    throw new Raises(`Invalid MAC address '${text}'`);
  return text;
}

/** inet_pton(AF_INET): four decimal numbers. */
export function isIp4(text: string): boolean {
  return parseIpv4(text) !== undefined;
}

/** inet_pton(AF_INET6), which rejects a scope. */
export function isIp6(text: string): boolean {
  return !text.includes("%") && parseIpv6(text) !== undefined;
}

/** A number, or null if the written number means "not set". */
export function uintOut(number: number, unset: number): Out {
  return plain(number === unset ? "null" : number);
}

/** One of a set of words. @param fold whether to ignore case */
export function readWord(value: PyValue, words: readonly string[], fold = false): string {
  const text = scalarText(value);
  if (!words.includes(fold ? text.toLowerCase() : text)) throw new Raises(`invalid value '${text}'`);
  return text;
}

export const textOut = (value: PyValue): Out => quoted(readText(value));
export const boolOut = (value: PyValue): Out => plain(readBool(value));
/** Written only if it is true. */
export const trueOut = (value: PyValue): Out | undefined => (readBool(value) ? plain(true) : undefined);
