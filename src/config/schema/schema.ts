import type { ConfigNode, Pair } from "../../python/tree.ts";

/** A JSON Schema, draft 4, with cloud-init's own keywords (deprecated, changed). Untrusted: it may come from an image. */
export type Schema = Readonly<Record<string, unknown>>;

/** A step into a value: a key or an index. */
export type Step = string | number;

/** A problem with a value, or a remark about it. */
export interface SchemaProblem {
  readonly kind: ProblemKind;
  /** The path from the top to the value, or to an unknown key. */
  readonly path: readonly Step[];
  readonly node: ConfigNode;
  /** The pair that holds `node` as its value; undefined for the top, items, and missing keys. */
  readonly pair: Pair | undefined;
  /** The schemas that the value violates; for "type", matching any of them is enough. */
  readonly schemas: readonly Schema[];
  /** For an unknown key, the known ones; for a missing key, the sets of keys of which one is required. */
  readonly keys: readonly string[];
  /** For an unknown key, the known ones that should not be suggested. */
  readonly outdated?: readonly string[];
}

/**
 * "type": neither an allowed type nor an allowed value; "bounds": too small, large, short, long, few or many; "form": the
 * string does not match the pattern or format; "forbidden": violates `not`; "ambiguous": matches several branches of
 * oneOf. "deprecated" and "changed" annotate valid values.
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

/** A member of an untrusted schema as a schema; undefined if it is not one. */
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

/** A member of an untrusted schema as strings: a single one, or those of a list. */
export function asTexts(value: unknown): string[] {
  return (typeof value === "string" ? [value] : asList(value)).filter((item) => typeof item === "string");
}

/** The subschema that a `$ref` ("#/$defs/name") names; undefined if the schema does not contain it. */
export function resolveReference(root: Schema, reference: unknown): Schema | undefined {
  if (typeof reference !== "string" || !reference.startsWith("#")) return undefined;
  let found: Schema | undefined = root;
  for (const part of reference.slice(1).split("/").slice(1, 20)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    found = found !== undefined && Object.hasOwn(found, name) ? asSchema(found[name]) : undefined;
  }
  return found;
}
