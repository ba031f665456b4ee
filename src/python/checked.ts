import { Raises } from "./errors.ts";
import type { ConfigObject, ConfigValue } from "./tree.ts";
import { pyStr } from "./value.ts";

/** Values of the configuration, used as cc_apt_configure uses them: each fails where Python raises. */

export function isMapping(value: ConfigValue | undefined): value is ConfigObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws Raises unless it is a mapping */
export function mapping(value: ConfigValue | undefined, name: string): ConfigObject {
  if (!isMapping(value)) throw new Raises(`${name} is no mapping`);
  return value;
}

/** @throws Raises unless it is a string */
export function text(value: ConfigValue | undefined, name: string): string {
  if (typeof value !== "string") throw new Raises(`${name} is no string`);
  return value;
}

/** What a loop goes through: a list's items, a string's letters, a mapping's keys. @throws Raises for others */
export function items(value: ConfigValue | undefined, name: string): readonly ConfigValue[] {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return [...value];
  if (isMapping(value)) return Object.keys(value);
  throw new Raises(`${name} is no list`);
}

/** Whether `word` is in a list, in a string or among the keys of a mapping. @throws Raises for others */
export function holds(value: ConfigValue | undefined, word: string, name: string): boolean {
  return typeof value === "string" ? value.includes(word) : items(value, name).includes(word);
}

/** Python's `==`: True equals 1, the order of keys does not matter. */
export function equal(a: ConfigValue | undefined, b: ConfigValue | undefined): boolean {
  return canonical(a) === canonical(b);
}

/** A text that only equal values share. What several places of a value share is looked at once. */
function canonical(value: ConfigValue | undefined): string {
  const known = new Map<ConfigValue, ConfigValue>();
  const sorted = (part: ConfigValue): ConfigValue => {
    if (typeof part === "boolean") return Number(part);
    if (typeof part !== "object" || part === null) return part;
    const done = known.get(part);
    if (done !== undefined) return done;
    const copy: ConfigValue[] | ConfigObject = Array.isArray(part) ? [] : Object.create(null);
    known.set(part, copy);
    if (Array.isArray(copy)) for (const item of items(part, "")) copy.push(sorted(item));
    else if (isMapping(part)) for (const key of Object.keys(part).sort()) copy[key] = sorted(part[key]!);
    return copy;
  };
  return value === undefined ? "" : pyStr([sorted(value)]);
}
