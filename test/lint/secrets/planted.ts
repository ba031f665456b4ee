import { asSchema, asSchemas, asTexts, type Schema } from "../../../src/config/schema/schema.ts";

/** Documents with a marker in every position of a schema that takes a string, and which marker stands where. */
export class Planted {
  /** Paths by marker; `*` stands for an item or for a key that nobody names. */
  readonly paths = new Map<string, string>();
  readonly #mark: (number: string) => string;

  constructor(mark: (number: string) => string = (number) => `MADEUP-${number}z`) {
    this.#mark = mark;
  }

  marker(path: string): string {
    const number = String(this.paths.size + 1000);
    const text = this.#mark(number);
    this.paths.set(number, path);
    return text;
  }

  /** The paths of all markers that stand in a text. */
  in(text: string): string[] {
    const found = new Set<string>();
    for (const [, number = ""] of text.matchAll(/MADEUP-(\d{4})/g)) found.add(this.paths.get(number) ?? "unknown");
    return [...found].sort();
  }

  /** Documents that together hold a marker at every position of the schema, every alternative taken once. */
  documents(schema: Schema): Record<string, unknown>[] {
    const values = this.#values(schema, "", 0).filter((value) => typeof value === "object" && !Array.isArray(value));
    return values as Record<string, unknown>[];
  }

  #values(schema: Schema, path: string, depth: number): unknown[] {
    // Network configuration in a file of the image is that of a document of its own.
    if (path === "network" && depth === 1) return [];
    const branches = [...asSchemas(schema.anyOf), ...asSchemas(schema.oneOf)].filter((branch) =>
      Object.keys(branch).some((key) => key !== "required"),
    );
    if (branches.length > 0) return branches.flatMap((branch) => this.#values(branch, path, depth));
    const unchecked = asSchema(schema.unchecked);
    if (unchecked !== undefined) return this.#values(unchecked, path, depth);
    const types = asTexts(schema.type);
    if (schema.enum !== undefined) return (schema.enum as unknown[]).slice(0, 2);
    if (types.includes("object") || schema.properties !== undefined || schema.additionalProperties !== undefined)
      return this.#mappings(schema, path, depth);
    if (types.includes("array") || schema.items !== undefined)
      return [this.#values(asSchema(schema.items) ?? {}, `${path}[]`, depth + 1)];
    if (types.includes("string")) return [this.marker(path)];
    if (types.includes("boolean")) return [true];
    if (types.includes("integer") || types.includes("number")) return [7];
    if (types.includes("null")) return [null];
    // Anything may stand there.
    return [this.marker(path), { deeper: this.marker(path) }, [this.marker(path)]];
  }

  #mappings(schema: Schema, path: string, depth: number): unknown[] {
    const members = new Map<string, unknown[]>();
    const below = (name: string) => (path === "" ? name : `${path}.${name}`);
    for (const [name, form] of Object.entries(asSchema(schema.properties) ?? {}))
      members.set(name, this.#values(asSchema(form) ?? {}, below(name), depth + 1));
    for (const pattern of Object.keys(asSchema(schema.patternProperties) ?? {}))
      for (const name of namesOf(pattern)) members.set(name, [this.marker(below(name))]);
    const others = asSchema(schema.additionalProperties);
    if (others !== undefined) members.set("others", this.#values(others, below("*"), depth + 1));
    else if (path !== "") members.set("unheard_of", [this.marker(below("?"))]);
    const most = Math.max(1, ...[...members.values()].map((values) => values.length));
    return Array.from({ length: most }, (_, turn) =>
      Object.fromEntries(
        [...members]
          .filter(([, values]) => values.length > 0)
          .map(([name, values]) => [name, values[turn % values.length]]),
      ),
    );
  }
}

/** The keys of the only pattern there is, ^(a|b)_(c|d)$. */
function namesOf(pattern: string): string[] {
  const [first = "", second = ""] = [...pattern.matchAll(/\(([^)]*)\)/g)].map((match) => match[1]!);
  const ends = second === "" ? [/_(\w+)\$$/.exec(pattern)?.[1] ?? ""] : second.split("|");
  return first.split("|").flatMap((start) => ends.map((end) => `${start}_${end}`));
}
