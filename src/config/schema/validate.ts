import type { ConfigNode, Mapping, Scalar } from "../../python/tree.ts";
import { type Comparison, KEYWORDS } from "./keywords.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import { resolveReference, type Schema, type SchemaProblem } from "./schema.ts";

/** The problems of a validated value. */
interface Validation {
  /** In the order of the document. */
  readonly problems: readonly SchemaProblem[];
  /** Whether the list is incomplete: too many problems, or a schema too complex to check completely. */
  readonly cut: boolean;
}

/** Validates against one schema. */
export interface Validator {
  readonly schema: Schema;
  /** @param isUnknown scalars that are filled in later, and mappings that get more keys then */
  validate(root: ConfigNode, isUnknown?: (node: ConfigNode) => boolean): Validation;
}

/** The maximum number of problems reported for one value. */
const MOST_PROBLEMS = 200;
/** The limit for comparisons, in steps of a pattern, since a hostile schema could require any number. */
const MOST_STEPS = 6_000_000;
/** The maximum depth of nested and referenced schemas; cloud-init's own stay below 20. */
const DEEPEST = 400;
/** Longer strings are not matched against patterns. */
const LONGEST_TEXT = 10_000;

/**
 * Interprets a schema as cloud-init's validator does: draft 4, except that a string may also be bytes, an annotated
 * branch of anyOf and oneOf still matches, and formats that need extra packages are not checked (schema.py, 22.2 to
 * 26.2; jsonschema 3.2 to 4.26).
 */
export function schemaValidator(root: Schema): Validator {
  const patterns = new Map<string, Pattern | undefined>();
  return {
    schema: root,
    validate(node, isUnknown = () => false) {
      const run = new Run(root, patterns, isUnknown);
      const problems = distinct(run.check(node, root)).sort(byPlace);
      return { problems, cut: run.cut };
    },
  };
}

class Run implements Comparison {
  /** The remaining steps, and whether any check was skipped. */
  left = MOST_STEPS;
  cut = false;
  readonly #root: Schema;
  readonly #patterns: Map<string, Pattern | undefined>;
  readonly #isUnknown: (node: ConfigNode) => boolean;
  /** Aliases share nodes and references share schemas: each pair of them is compared once. */
  readonly #done = new Map<ConfigNode, Map<Schema, readonly SchemaProblem[]>>();
  #depth = 0;

  constructor(root: Schema, patterns: Map<string, Pattern | undefined>, isUnknown: (node: ConfigNode) => boolean) {
    this.#root = root;
    this.#patterns = patterns;
    this.#isUnknown = isUnknown;
  }

  /** The problems of a node, with paths relative to it. */
  check(node: ConfigNode, schema: Schema): readonly SchemaProblem[] {
    if (node.type === "scalar" && this.#isUnknown(node)) return [];
    const done = this.#done.get(node) ?? new Map<Schema, readonly SchemaProblem[]>();
    this.#done.set(node, done);
    const known = done.get(schema);
    if (known !== undefined) return known;
    this.left -= 2;
    if (this.left <= 0 || this.#depth >= DEEPEST) {
      this.cut = true;
      return [];
    }
    // A schema that refers to itself adds no requirement for the same node.
    done.set(schema, []);
    this.#depth++;
    const problems: SchemaProblem[] = [];
    for (const [keyword, wanted] of Object.entries(schema)) {
      if (problems.length > MOST_PROBLEMS) break;
      const check = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
      for (const problem of check?.(this, wanted, node, schema) ?? []) problems.push(problem);
    }
    this.#depth--;
    if (problems.length > MOST_PROBLEMS) this.cut = true;
    const told = problems.slice(0, MOST_PROBLEMS);
    done.set(schema, told);
    return told;
  }

  reference(wanted: unknown): Schema | undefined {
    return resolveReference(this.#root, wanted);
  }

  isUnknownKey(key: Scalar): boolean {
    return this.#isUnknown(key);
  }

  isOpen(node: Mapping): boolean {
    return this.#isUnknown(node) || node.children.some((pair) => this.#isUnknown(pair.key));
  }

  /** Whether a string matches a pattern; an unsupported pattern counts as matching. */
  matches(pattern: string, text: string): boolean {
    if (!this.#patterns.has(pattern)) this.#patterns.set(pattern, compilePattern(pattern));
    const compiled = this.#patterns.get(pattern);
    if (compiled === undefined || text.length > LONGEST_TEXT) return true;
    this.left -= text.length * compiled.size;
    return compiled.search(text);
  }
}

/** Removes duplicates: several schemas may report the same problem, and aliases may repeat a value. */
function distinct(problems: readonly SchemaProblem[]): SchemaProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ kind, path, pair, node, keys }) => {
    const { start } = (pair ?? node).position;
    const key = typeof path.at(-1) === "string" ? path.at(-1) : "";
    const id = JSON.stringify([kind, start.line, start.column, pair === undefined, key, keys.slice(0, 5)]);
    return !seen.has(id) && seen.add(id);
  });
}

function byPlace(a: SchemaProblem, b: SchemaProblem): number {
  const [first, second] = [a.pair ?? a.node, b.pair ?? b.node].map((place) => place.position.start);
  return first!.line - second!.line || first!.column - second!.column;
}
