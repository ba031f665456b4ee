import type { ConfigNode, Pair } from "../../python/tree.ts";

/** A JSON Schema of draft 4 with cloud-init's own words (deprecated, changed). Untrusted: it may come from an image. */
export type Schema = Readonly<Record<string, unknown>>;

/** A step from a value into it: a key, or an index. */
export type Step = string | number;

/** What is wrong with a value, or worth a word. */
export interface SchemaProblem {
  readonly kind: ProblemKind;
  /** From the top to the value (of an unknown key: to the key). */
  readonly path: readonly Step[];
  readonly node: ConfigNode;
  /** The pair whose value `node` is; undefined for the top, items, and what a mapping lacks. */
  readonly pair: Pair | undefined;
  /** The schemas that the value breaks; of a "type" any of them would do. */
  readonly schemas: readonly Schema[];
  /** The keys that an unknown one could be, or sets of keys of which one is missing. */
  readonly keys: readonly string[];
  /** Of an unknown key: those that it could be as well, and that are not to be recommended. */
  readonly outdated?: readonly string[];
}

/**
 * "type": neither of the type nor one of the values that are allowed; "bounds": too small, large, short, long, few or
 * many; "form": the text has not the pattern or format; "forbidden": `not`; "ambiguous": it fits several forms of which
 * only one may fit. "deprecated" and "changed" are annotations of what is valid.
 */
export type ProblemKind =
  | "type"
  | "unknown-key"
  | "missing-key"
  | "bounds"
  | "form"
  | "repeated"
  | "forbidden"
  | "ambiguous"
  | "deprecated"
  | "changed";

/** Whether a problem is only an annotation: the value stays valid. */
export function isAnnotation({ kind }: SchemaProblem): boolean {
  return kind === "deprecated" || kind === "changed";
}

/** A member of an untrusted schema as a schema; undefined where it is none. */
export function asSchema(value: unknown): Schema | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : undefined;
}

/** A member of an untrusted schema as a list of schemas. */
export function asSchemas(value: unknown): Schema[] {
  return asList(value)
    .map(asSchema)
    .filter((item) => item !== undefined);
}

/** A member of an untrusted schema as a list. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A member of an untrusted schema as strings: one alone, or a list's. */
export function asTexts(value: unknown): string[] {
  return (typeof value === "string" ? [value] : asList(value)).filter((item) => typeof item === "string");
}

/** A subschema by its `$ref` ("#/$defs/name"); undefined where the schema itself has none such. */
export function resolveReference(root: Schema, reference: unknown): Schema | undefined {
  if (typeof reference !== "string" || !reference.startsWith("#")) return undefined;
  let found: Schema | undefined = root;
  for (const part of reference.slice(1).split("/").slice(1, 20)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    found = found !== undefined && Object.hasOwn(found, name) ? asSchema(found[name]) : undefined;
  }
  return found;
}
