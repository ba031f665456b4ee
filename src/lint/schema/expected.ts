import { asList, asSchema, asSchemas, asTexts, resolveReference, type Schema } from "../../config/schema/schema.ts";

/** How deep a description follows references, and how many alternatives it names. */
const DEEPEST = 12;
const MOST = 10;
/** Longer strings of a schema are cut, since it may come from an image. */
export const LONGEST = 80;

/** The values that any of some schemas allows, in words: `true, false or "unchanged"`. */
export function expected(schemas: readonly Schema[], root: Schema): string {
  const phrases = phrasesOf(schemas, root);
  return phrases.length === 0 ? "in another form" : oneOf(phrases);
}

/** Whether any of some schemas allows true and false. */
export function allowsBooleans(schemas: readonly Schema[], root: Schema): boolean {
  return phrasesOf(schemas, root).includes("true");
}

/** The strings that some schemas allow by name. */
export function allowedTexts(schemas: readonly Schema[], root: Schema): string[] {
  return phrasesOf(schemas, root).flatMap((phrase) => (phrase.startsWith('"') ? [phrase.slice(1, -1)] : []));
}

/** The forms of value that some schemas allow, in words. */
export function allowedForms(schemas: readonly Schema[], root: Schema): readonly string[] {
  return phrasesOf(schemas, root);
}

function phrasesOf(schemas: readonly Schema[], root: Schema): string[] {
  return [...new Set(current(schemas).flatMap((schema) => alternatives(schema, root, 0)))];
}

/** The schemas that are not deprecated; all of them if every one is. */
function current(schemas: readonly Schema[]): readonly Schema[] {
  const found = schemas.filter((schema) => schema.deprecated !== true);
  return found.length > 0 ? found : schemas;
}

/** "a", "a or b", "a, b or c"; of more than ten, the first ones and a count. */
export function oneOf(phrases: readonly string[]): string {
  if (phrases.length > 2 * MOST) return `one of ${phrases.length} known values`;
  if (phrases.length > MOST) return `${phrases.slice(0, MOST).join(", ")} or one of ${phrases.length - MOST} more`;
  const last = phrases.at(-1) ?? "";
  return phrases.length < 2 ? last : `${phrases.slice(0, -1).join(", ")} or ${last}`;
}

/** A value of the schema as YAML. */
function literal(value: unknown): string {
  if (typeof value === "string") return `"${cut(value)}"`;
  return value === null || typeof value === "number" || typeof value === "boolean" ? String(value) : "a certain value";
}

/** A text on one line, cut to a length in characters. */
export function cut(text: string, length = LONGEST): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length)}...` : line;
}

function alternatives(schema: Schema, root: Schema, depth: number): string[] {
  if (depth > DEEPEST) return [];
  const next = (inner: Schema) => alternatives(inner, root, depth + 1);
  const listed = asList(schema.enum);
  if (listed.length > 0)
    return booleansFirst(listed)
      .slice(0, MOST * 10)
      .map(literal);
  const branches = current([...asSchemas(schema.anyOf), ...asSchemas(schema.oneOf)]).flatMap(next);
  if (branches.length > 0) return branches;
  const types = asTexts(schema.type);
  if (types.length > 0) return types.flatMap((type) => named(type, schema, root, depth));
  const referred = resolveReference(root, schema.$ref);
  if (referred !== undefined) return next(referred);
  const whole = asSchemas(schema.allOf).flatMap(next);
  if (whole.length > 0) return [whole[0]!];
  return schema.properties !== undefined || schema.required !== undefined ? ["a mapping"] : [];
}

function booleansFirst(values: readonly unknown[]): readonly unknown[] {
  const rank = (value: unknown) => (value === true ? 0 : value === false ? 1 : 2);
  return [...values].sort((a, b) => rank(a) - rank(b));
}

function named(type: string, schema: Schema, root: Schema, depth: number): string[] {
  if (type === "boolean") return ["true", "false"];
  if (type === "string") return [schema.format === "date" ? 'a date such as "2030-12-31"' : "a string"];
  if (type === "integer") return ["an integer"];
  if (type === "number") return ["a number"];
  if (type === "object") return ["a mapping"];
  if (type === "null") return ["null"];
  if (type !== "array") return [];
  const items = asSchema(schema.items);
  const each = items === undefined ? [] : alternatives(items, root, depth + 1);
  return [each.length === 1 && each[0] === "a string" ? "a list of strings" : "a list"];
}
