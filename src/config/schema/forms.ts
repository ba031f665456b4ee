import type { SecretKind } from "../secret.ts";
import type { Schema } from "./schema.ts";

/** What a key may hold: a JSON Schema as cloud-init's own is, with words of ours that no validator looks at. */
export interface Form extends Schema {
  /** First version that reads the key. */
  readonly since?: string;
  /** First version that warns of it. */
  readonly deprecated_version?: string;
  /** Only the package of this distribution, as system_info.distro names it, reads the key. */
  readonly vendor?: string;
  /** What reports hide of it. */
  readonly secret?: SecretKind | "callback";
  /** What stands in it though nobody checks that: only what in it is secret counts. */
  readonly unchecked?: Form;
}

/** Keys and what each may hold: at the top of a configuration, or in a mapping. */
export type Keys = Readonly<Record<string, Form>>;

export const any: Form = {};
export const text: Form = { type: "string" };
export const flag: Form = { type: "boolean" };
export const whole: Form = { type: "integer" };
export const count: Form = { type: "number", minimum: 0 };
export const nothing: Form = { type: "null" };
export const date: Form = { type: "string", format: "date" };

/** One of some values. */
export function values(...allowed: readonly (string | boolean | number)[]): Form {
  return { enum: allowed };
}

/** A value of one of some forms. */
export function either(...forms: readonly Form[]): Form {
  return { anyOf: forms };
}

/** A list; `least` is how many items it must have, `unique` whether none may stand twice. */
export function list(items: Form, least = 0, unique = false): Form {
  return {
    type: "array",
    items,
    ...(least > 0 ? { minItems: least } : {}),
    ...(unique ? { uniqueItems: true } : {}),
  };
}

/** A list of between `least` and `most` items. */
export function tuple(items: Form, least: number, most: number): Form {
  return { type: "array", items, minItems: least, maxItems: most };
}

/** A mapping that has no other keys. */
export function keys(known: Keys, required: readonly string[] = []): Form {
  return { ...openKeys(known, required), additionalProperties: false };
}

/** A mapping that may have other keys. */
export function openKeys(known: Keys, required: readonly string[] = []): Form {
  return { type: "object", properties: known, ...(required.length > 0 ? { required } : {}) };
}

/** A mapping from any name to values of one form. */
export function named(each: Form): Form {
  return { type: "object", additionalProperties: each };
}

/** With at least one key. */
export function filled(mapping: Form): Form {
  return { ...mapping, minProperties: 1 };
}

/** With at least one of some sets of keys. */
export function needs(mapping: Form, ...sets: readonly (readonly string[])[]): Form {
  return { ...mapping, anyOf: sets.map((required) => ({ required })) };
}

/** A text of some form. */
export function matching(pattern: string): Form {
  return { type: "string", pattern };
}

/** What still works but is deprecated since a version, and what to write instead. */
export function deprecated(form: Form, version: string, instead = ""): Form {
  return { ...form, deprecated: true, deprecated_version: version, deprecated_description: instead };
}

/** What only the package of a distribution knows, as system_info.distro names it. */
export function vendor(distro: string, form: Form): Form {
  return { ...form, vendor: distro };
}

/** What only a version and those after it know. */
export function since(version: string, form: Form): Form {
  return { ...form, since: version };
}

/**
 * What reports hide. Of a mapping: all that no property of it names, at any depth, so that a key of a tool's own that
 * nobody listed is hidden.
 */
export function secret(kind: SecretKind, form: Form): Form {
  return { ...form, secret: kind };
}

/** A mapping that may have other keys, which reports hide. */
export function hidingOthers(kind: SecretKind, known: Keys, required: readonly string[] = []): Form {
  return secret(kind, openKeys(known, required));
}

/** An address of which reports show the host only: what calls it back often carries a token in its path or query. */
export const callback: Form = { ...text, secret: "callback" };

/** A mapping whose form nobody checks, and some of its keys; `each` is what its other keys hold. */
export function unchecked(known: Keys, each?: Form): Form {
  return { unchecked: { properties: known, ...(each === undefined ? {} : { additionalProperties: each }) } };
}

/** Keys, by their names in one string, that may hold anything and hold no secret. */
export function shown(names: string): Keys {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, any]));
}

export const texts = list(text);
/** A command as one text for a shell or as its words. */
export const command = either(text, texts);
