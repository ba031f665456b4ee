import type { ConfigNode, Mapping, Pair, Scalar, Sequence } from "../../python/tree.ts";
import { chooseProblems } from "./choose.ts";
import { asList, asSchema, asSchemas, asTexts, isAnnotation, type Schema, type SchemaProblem } from "./schema.ts";
import { includesValue, isOfType, isRepeated } from "./values.ts";

/** The functions of the validation that a keyword may use. */
export interface Comparison {
  /** The problems of a node, with paths relative to it. */
  check(node: ConfigNode, schema: Schema): readonly SchemaProblem[];
  /** The subschema that a `$ref` names. */
  reference(wanted: unknown): Schema | undefined;
  /** Whether a key is filled in later. */
  isUnknownKey(key: Scalar): boolean;
  /** Whether a mapping may get more keys later. */
  isOpen(node: Mapping): boolean;
  /** Whether a string matches a pattern; an unsupported pattern counts as matching. */
  matches(pattern: string, text: string): boolean;
}

type Check = (run: Comparison, wanted: unknown, node: ConfigNode, schema: Schema) => readonly SchemaProblem[];

/** The problems of a part of a value, with paths relative to the value. */
function below(problems: readonly SchemaProblem[], step: string | number, pair?: Pair): SchemaProblem[] {
  return problems.map((problem) => ({
    ...problem,
    path: [step, ...problem.path],
    pair: problem.path.length === 0 ? (problem.pair ?? pair) : problem.pair,
  }));
}

function one(
  kind: SchemaProblem["kind"],
  node: ConfigNode,
  schema: Schema,
  more: Partial<SchemaProblem> = {},
): SchemaProblem[] {
  return [{ kind, path: [], node, pair: undefined, schemas: [schema], keys: [], ...more }];
}

/** A keyword that applies only to mappings, lists or strings; other values pass. */
function ofMapping(check: (run: Comparison, wanted: unknown, node: Mapping, schema: Schema) => SchemaProblem[]): Check {
  return (run, wanted, node, schema) => (node.type === "mapping" ? check(run, wanted, node, schema) : []);
}
function ofList(check: (run: Comparison, wanted: unknown, node: Sequence, schema: Schema) => SchemaProblem[]): Check {
  return (run, wanted, node, schema) => (node.type === "sequence" ? check(run, wanted, node, schema) : []);
}
function ofText(holds: (run: Comparison, wanted: unknown, text: string) => boolean, kind: "bounds" | "form"): Check {
  return (run, wanted, node, schema) =>
    node.type !== "scalar" || node.kind !== "str" || holds(run, wanted, String(node.value))
      ? []
      : one(kind, node, schema);
}
function ofNumber(holds: (wanted: number, value: number, schema: Schema) => boolean): Check {
  return (_run, wanted, node, schema) =>
    node.type !== "scalar" ||
    (node.kind !== "int" && node.kind !== "float") ||
    typeof wanted !== "number" ||
    holds(wanted, Number(node.value), schema)
      ? []
      : one("bounds", node, schema);
}
function ofSize(
  size: (node: ConfigNode) => number | undefined,
  holds: (wanted: number, size: number) => boolean,
): Check {
  return (_run, wanted, node, schema) => {
    const length = size(node);
    return length === undefined || typeof wanted !== "number" || holds(wanted, length)
      ? []
      : one("bounds", node, schema);
  };
}
const itemsOf = (node: ConfigNode) => (node.type === "sequence" ? node.children.length : undefined);
const keysOf = (node: ConfigNode) => (node.type === "mapping" ? node.children.length : undefined);
const atLeast = (wanted: number, size: number) => size >= wanted;
const atMost = (wanted: number, size: number) => size <= wanted;

/** The checks of the draft 4 keywords that the schemas use, and of the annotations; other keywords are ignored. */
export const KEYWORDS: Readonly<Record<string, Check>> = {
  type: (_run, wanted, node, schema) => {
    const types = asTexts(wanted);
    return types.length === 0 || types.some((type) => isOfType(node, type)) ? [] : one("type", node, schema);
  },
  enum: (_run, wanted, node, schema) => (includesValue(asList(wanted), node) ? [] : one("type", node, schema)),

  $ref: (run, wanted, node) => {
    const schema = run.reference(wanted);
    return schema === undefined ? [] : run.check(node, schema);
  },
  allOf: (run, wanted, node) => asSchemas(wanted).flatMap((schema) => run.check(node, schema)),
  anyOf: (run, wanted, node) => firstFitting(run, asSchemas(wanted), node).problems,
  oneOf: (run, wanted, node, schema) => {
    const schemas = asSchemas(wanted);
    const { index, problems } = firstFitting(run, schemas, node);
    const another = index === -1 ? undefined : schemas.slice(index + 1).find((other) => fits(run, node, other));
    return another === undefined ? problems : one("ambiguous", node, schema, { schemas: [schemas[index]!, another] });
  },
  not: (run, wanted, node, schema) => {
    const refused = asSchema(wanted);
    return refused !== undefined && fits(run, node, refused) ? one("forbidden", node, schema) : [];
  },

  properties: ofMapping((run, wanted, node) => {
    const properties = asSchema(wanted) ?? {};
    return node.children.flatMap((pair) => {
      const key = keyText(pair);
      const schema = key !== undefined && Object.hasOwn(properties, key) ? asSchema(properties[key]) : undefined;
      return schema === undefined ? [] : below(run.check(pair.value, schema), key!, pair);
    });
  }),
  patternProperties: ofMapping((run, wanted, node) =>
    Object.entries(asSchema(wanted) ?? {}).flatMap(([pattern, given]) => {
      const schema = asSchema(given);
      if (schema === undefined) return [];
      return node.children.flatMap((pair) => {
        const key = keyText(pair);
        return key !== undefined && run.matches(pattern, key) ? below(run.check(pair.value, schema), key, pair) : [];
      });
    }),
  ),
  additionalProperties: ofMapping((run, wanted, node, schema) => {
    const known = Object.keys(asSchema(schema.properties) ?? {});
    const names = new Set(known);
    const patterns = Object.keys(asSchema(schema.patternProperties) ?? {});
    const additional = wanted === false ? undefined : asSchema(wanted);
    if (wanted !== false && additional === undefined) return [];
    return node.children.flatMap((pair) => {
      const key = keyText(pair);
      if (key !== undefined && (names.has(key) || patterns.some((pattern) => run.matches(pattern, key)))) return [];
      const step = key ?? String(pair.key.value);
      if (additional !== undefined) return below(run.check(pair.value, additional), step, pair);
      return run.isUnknownKey(pair.key)
        ? []
        : one("unknown-key", pair.value, schema, { path: [step], pair, keys: known });
    });
  }),
  required: ofMapping((run, wanted, node, schema) => {
    if (run.isOpen(node)) return [];
    const present = new Set(node.children.map(keyText));
    return asTexts(wanted)
      .filter((key) => !present.has(key))
      .flatMap((key) => one("missing-key", node, schema, { keys: [key] }));
  }),
  dependencies: ofMapping((run, wanted, node, schema) => {
    const present = new Set(node.children.map(keyText));
    return Object.entries(asSchema(wanted) ?? {}).flatMap(([key, needed]) => {
      if (!present.has(key)) return [];
      const whole = asSchema(needed);
      if (whole !== undefined) return [...run.check(node, whole)];
      if (run.isOpen(node)) return [];
      const missing = asTexts(needed).filter((other) => !present.has(other));
      return missing.flatMap((other) => one("missing-key", node, schema, { keys: [other] }));
    });
  }),
  minProperties: (run, wanted, node, schema) =>
    node.type === "mapping" && run.isOpen(node) ? [] : ofSize(keysOf, atLeast)(run, wanted, node, schema),
  maxProperties: ofSize(keysOf, atMost),

  items: ofList((run, wanted, node) => {
    const each = asSchema(wanted);
    const places = asList(wanted);
    return node.children.flatMap((item, index) => {
      const schema = each ?? asSchema(places[index]);
      return schema === undefined ? [] : below(run.check(item, schema), index);
    });
  }),
  additionalItems: ofList((run, wanted, node, schema) => {
    if (!Array.isArray(schema.items)) return [];
    const rest = node.children.slice(schema.items.length);
    if (wanted === false) return rest.length === 0 ? [] : one("bounds", node, schema);
    const each = asSchema(wanted);
    const first = schema.items.length;
    return each === undefined ? [] : rest.flatMap((item, index) => below(run.check(item, each), first + index));
  }),
  minItems: ofSize(itemsOf, atLeast),
  maxItems: ofSize(itemsOf, atMost),
  uniqueItems: ofList((_run, wanted, node, schema) =>
    wanted === true && isRepeated(node) ? one("repeated", node, schema) : [],
  ),

  pattern: ofText((run, wanted, text) => typeof wanted !== "string" || run.matches(wanted, text), "form"),
  format: ofText((_run, wanted, text) => wanted !== "date" || isDate(text), "form"),
  minLength: ofText((_run, wanted, text) => typeof wanted !== "number" || [...text].length >= wanted, "bounds"),
  maxLength: ofText((_run, wanted, text) => typeof wanted !== "number" || [...text].length <= wanted, "bounds"),
  minimum: ofNumber((wanted, value, schema) => (schema.exclusiveMinimum === true ? value > wanted : value >= wanted)),
  maximum: ofNumber((wanted, value, schema) => (schema.exclusiveMaximum === true ? value < wanted : value <= wanted)),
  multipleOf: ofNumber((wanted, value) => wanted <= 0 || Number.isInteger(value / wanted)),

  deprecated: (_run, wanted, node, schema) => (wanted === true ? one("deprecated", node, schema) : []),
  changed: (_run, wanted, node, schema) => (wanted === true ? one("changed", node, schema) : []),
};

/** The annotations of the first schema that matches, or else the problems of the one that is probably meant. */
function firstFitting(run: Comparison, schemas: readonly Schema[], node: ConfigNode) {
  const branches: { schema: Schema; problems: readonly SchemaProblem[] }[] = [];
  for (const [index, schema] of schemas.entries()) {
    const problems = run.check(node, schema);
    if (problems.every(isAnnotation)) return { index, problems };
    branches.push({ schema, problems: problems.filter((problem) => !isAnnotation(problem)) });
  }
  return { index: -1, problems: branches.length === 0 ? [] : chooseProblems(branches, node) };
}

/** A key as a string, since schemas name only strings; undefined for other keys. */
function keyText({ key }: Pair): string | undefined {
  return key.kind === "str" ? String(key.value) : undefined;
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith("0000") && realDate(text);
}

/** Whether a date exists; JavaScript turns 30 February into a day of March. */
function realDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function fits(run: Comparison, node: ConfigNode, schema: Schema): boolean {
  return run.check(node, schema).every(isAnnotation);
}
