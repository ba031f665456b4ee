import type { Schema } from "../../../config/schema/schema.ts";
import type { SecretKind } from "../../../config/secret.ts";

/** Keys and what each may hold. */
export type Keys = Readonly<Record<string, Schema>>;

export const any: Schema = {};
export const text: Schema = { type: "string" };
export const flag: Schema = { type: "boolean" };
export const whole: Schema = { type: "integer" };
export const count: Schema = { type: "number", minimum: 0 };
export const nothing: Schema = { type: "null" };
export const date: Schema = { type: "string", format: "date" };

/** One of some values. */
export function values(...allowed: readonly (string | boolean | number)[]): Schema {
  return { enum: allowed };
}

/** A value of one of some forms. */
export function either(...forms: readonly Schema[]): Schema {
  return { anyOf: forms };
}

/** A list; `least` is how many items it must have, `unique` whether none may stand twice. */
export function list(items: Schema, least = 0, unique = false): Schema {
  return {
    type: "array",
    items,
    ...(least > 0 ? { minItems: least } : {}),
    ...(unique ? { uniqueItems: true } : {}),
  };
}

/** A list of between `least` and `most` items. */
export function tuple(items: Schema, least: number, most: number): Schema {
  return { type: "array", items, minItems: least, maxItems: most };
}

/** A mapping that has no other keys. */
export function keys(known: Keys, required: readonly string[] = []): Schema {
  return { ...openKeys(known, required), additionalProperties: false };
}

/** A mapping that may have other keys. */
export function openKeys(known: Keys, required: readonly string[] = []): Schema {
  return { type: "object", properties: known, ...(required.length > 0 ? { required } : {}) };
}

/** A mapping from any name to values of one form. */
export function named(each: Schema): Schema {
  return { type: "object", additionalProperties: each };
}

/** With at least one key. */
export function filled(mapping: Schema): Schema {
  return { ...mapping, minProperties: 1 };
}

/** With at least one of some sets of keys. */
export function needs(mapping: Schema, ...sets: readonly (readonly string[])[]): Schema {
  return { ...mapping, anyOf: sets.map((required) => ({ required })) };
}

/** A text of some form. */
export function matching(pattern: string): Schema {
  return { type: "string", pattern };
}

/** What still works but is deprecated since a version, and what to write instead. */
export function deprecated(form: Schema, version: string, instead: string): Schema {
  return { ...form, deprecated: true, deprecated_version: version, deprecated_description: instead };
}

/** What only a version and those after it know. */
export function since(version: string, form: Schema): Schema {
  return { ...form, since: version };
}

/**
 * What reports hide. Of a mapping: all that no property of it names, at any depth, so that a key of a tool's own that
 * nobody listed is hidden.
 */
export function secret(kind: SecretKind, form: Schema): Schema {
  return { ...form, secret: kind };
}

/** A mapping that may have other keys, which reports hide. */
export function hidingOthers(kind: SecretKind, known: Keys, required: readonly string[] = []): Schema {
  return secret(kind, openKeys(known, required));
}

/** An address of which reports show the host only: what calls it back often carries a token in its path or query. */
export const callback: Schema = { ...text, secret: "callback" };

/** A mapping of which some keys are known and whose form nobody checks; `each` is what its other keys hold. */
export function unchecked(known: Keys, each?: Schema): Schema {
  return { properties: known, ...(each === undefined ? {} : { additionalProperties: each }) };
}

export const texts = list(text);
/** A command as one text for a shell or as its words. */
export const command = either(text, texts);
