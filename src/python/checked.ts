import { type AnyValue, entriesOf, isDict, type PyDict, type PyKey, type PyValue, Tuple } from "./dataModel.ts";
import { Raises } from "./errors.ts";
import type { ConfigObject, ConfigValue } from "./tree.ts";

/** Checks of values for code that expects one type: each raises where Python does. */

export function isMapping(value: ConfigValue | undefined): value is ConfigObject {
  return value !== undefined && entriesOf(value) !== undefined;
}

/** @throws Raises unless it is a mapping */
export function mapping(value: ConfigValue | undefined, name: string): ConfigObject {
  if (!isMapping(value)) throw new Raises(`${name} must be a mapping`);
  return value;
}

/** A dictionary, for code that calls one of its methods. @throws Raises otherwise */
export function asDict(value: PyValue | undefined, what: string): PyDict {
  if (!isDict(value)) throw new Raises(`${what} must be a mapping`);
  return value;
}

/** @throws Raises unless it is a string */
export function text(value: AnyValue | undefined, name: string): string {
  if (typeof value !== "string") throw new Raises(`${name} must be a string`);
  return value;
}

/** What a loop iterates over: a list's items, a string's letters, a mapping's keys. @throws Raises for others */
export function items(value: PyValue | undefined, name: string): PyValue[];
export function items(value: ConfigValue | undefined, name: string): readonly ConfigValue[];
export function items(value: AnyValue | undefined, name: string): readonly AnyValue[] {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return [...value];
  const entries = value === undefined ? undefined : entriesOf(value);
  if (entries === undefined) throw new Raises(`${name} must be a list`);
  return [...entries].map(([key]) => key);
}

/** Whether `word` is in a list, in a string or among the keys of a mapping. @throws Raises for others */
export function holds(value: ConfigValue | undefined, word: string, name: string): boolean {
  return typeof value === "string" ? value.includes(word) : items(value, name).includes(word);
}

/** A value as the key of a dictionary. @throws Raises for lists and dictionaries */
export function hashable(value: PyValue, name: string): PyKey {
  if (Array.isArray(value) || isDict(value)) throw new Raises(`${name} cannot be the key of a mapping`);
  if (value instanceof Tuple) for (const item of value.items) hashable(item, name);
  return value;
}
