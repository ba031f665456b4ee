import { describe, expect, test } from "vitest";
import { imageSchema } from "../../../src/config/schema/imageSchema.ts";
import type { Schema } from "../../../src/config/schema/schema.ts";
import { schemaValidator } from "../../../src/config/schema/validate.ts";
import { memoryImage } from "../../../src/image/memory.ts";
import type { ConfigNode } from "../../../src/python/tree.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";
import { whole } from "../../samples.ts";

function problems(schema: Schema, yaml: string) {
  const { node } = parseYaml(yaml, "file");
  const { problems: found } = schemaValidator(schema).validate(node!);
  return found.map(({ kind, path, pair, node: at, keys }) => {
    const { line, column } = (pair ?? at).position.start;
    return { kind, path: path.join("."), at: `${line}:${column}`, keys };
  });
}
const kinds = (schema: Schema, yaml: string) => problems(schema, yaml).map(({ kind }) => kind);
const a = (schema: Schema): Schema => ({ properties: { a: schema } });

describe("types as Python has them", () => {
  test.each([
    ["string", "text", true],
    ["string", "!!binary aGk=", true],
    ["string", "5", false],
    ["string", "2020-01-01", false],
    ["integer", "5", true],
    ["integer", "5.0", false],
    ["integer", "yes", false],
    ["integer", "123456789012345678901234567890", true],
    ["number", "5.5", true],
    ["number", "true", false],
    ["boolean", "off", true],
    ["boolean", "'off'", false],
    ["null", "~", true],
    ["array", "[1]", true],
    ["object", "{b: 1}", true],
    ["object", "[1]", false],
    ["unheard of", "[1]", false],
  ])("%s takes %s: %s", (type, value, fits) => {
    expect(kinds(a({ type }), `a: ${value}`)).toEqual(fits ? [] : ["type"]);
  });

  test.each([
    [[1], "1", true],
    [[1], "true", false],
    [[1], "1.0", true],
    [[false], "0", false],
    [["1"], "1", false],
    [[null], "~", true],
    [["2020-01-01"], "2020-01-01", false],
  ])("an enumeration of %j takes %s: %s", (values, value, fits) => {
    expect(kinds(a({ enum: values }), `a: ${value}`)).toEqual(fits ? [] : ["type"]);
  });
});

describe("keywords", () => {
  test.each<[Schema, string, string[]]>([
    [{ required: ["a", "b"] }, "a: 1", ["missing-key"]],
    [{ properties: { a: {} }, additionalProperties: false }, "a: 1\nb: 2", ["unknown-key"]],
    [
      { patternProperties: { "^x": {} }, additionalProperties: false },
      "x1: 1\ny: 2\n1: 3",
      ["unknown-key", "unknown-key"],
    ],
    [{ additionalProperties: { type: "string" } }, "a: 1\nb: x", ["type"]],
    [{ minProperties: 2 }, "a: 1", ["bounds"]],
    [{ dependencies: { a: ["b"] } }, "a: 1", ["missing-key"]],
    [a({ minItems: 1 }), "a: []", ["bounds"]],
    [a({ items: [{ type: "string" }], additionalItems: false }), "a: [x, y]", ["bounds"]],
    [a({ uniqueItems: true }), "a: [{b: 1, c: 2}, {c: 2, b: 1}]", ["repeated"]],
    [a({ uniqueItems: true }), "a: [1, true, '1']", []],
    [a({ pattern: "^b" }), "a: ab", ["form"]],
    [a({ format: "date" }), "a: '2030-02-30'", ["form"]],
    [a({ format: "date" }), "a: '2028-02-29'", []],
    [a({ format: "uri" }), "a: no address", []],
    [a({ minimum: 1, exclusiveMinimum: true }), "a: 1", ["bounds"]],
    [a({ maxLength: 2 }), "a: 'äöü'", ["bounds"]],
    [a({ not: { type: "string" } }), "a: x", ["forbidden"]],
    [a({ oneOf: [{ type: "string" }, { pattern: "x" }] }), "a: x", ["ambiguous"]],
    [a({ deprecated: true }), "a: x", ["deprecated"]],
  ])("%j on %j", (schema, yaml, expected) => expect(kinds(schema, yaml)).toEqual(expected));

  test("a reference stands for what it names; a wrong one for nothing", () => {
    const schema = {
      $defs: { "a/b": { type: "string" } },
      properties: { a: { $ref: "#/$defs/a~1b" }, b: { $ref: "#/nowhere" }, c: { $ref: "https://x" } },
    };
    expect(problems(schema, "a: 1\nb: 1\nc: 1")).toEqual([{ kind: "type", path: "a", at: "1:1", keys: [] }]);
  });
});

describe("of several forms the one that is meant", () => {
  const forms = {
    anyOf: [
      { type: "string" },
      { type: "object", properties: { type: { enum: ["bond"] }, name: { type: "string" } }, required: ["name"] },
      { type: "object", properties: { type: { enum: ["vlan"] }, id: { type: "integer" } }, required: ["id"] },
    ],
  };
  test("none of them at all", () => expect(problems(a(forms), "a: 5")).toMatchObject([{ kind: "type", path: "a" }]));
  test("named by its type", () =>
    expect(problems(a(forms), "a: {type: vlan, id: x}")).toMatchObject([{ kind: "type", path: "a.id" }]));
  test("any of some keys is missing", () => {
    const either = { type: "object", anyOf: [{ required: ["b"] }, { required: ["c", "d"] }] };
    expect(problems(a(either), "a: {}")).toMatchObject([{ kind: "missing-key", path: "a", keys: ["b", "c and d"] }]);
  });
  test("the annotation of the form that fits", () => {
    const either = { oneOf: [{ type: "boolean" }, { type: "string", deprecated: true }] };
    expect(kinds(a(either), "a: x")).toEqual(["deprecated"]);
    expect(kinds(a(either), "a: true")).toEqual([]);
  });
});

test("a mapping that gets more keys later lacks none", () => {
  const schema = { required: ["b"], minProperties: 2, dependencies: { a: ["c"] } };
  const { node } = parseYaml("a: 1\n", "file");
  const kinds = (isOpen: boolean) =>
    schemaValidator(schema)
      .validate(node!, (part) => isOpen && part.type === "mapping")
      .problems.map(({ kind }) => kind);
  expect(kinds(false)).toEqual(["missing-key", "bounds", "missing-key"]);
  expect(kinds(true)).toEqual([]);
});

test("values that are filled in later fit anything, and their keys are not missed", () => {
  const schema = { properties: { a: { type: "integer" } }, required: ["b"], additionalProperties: false };
  const { node } = parseYaml("a: '?'\n'? ': 1\n", "file");
  const isFilledIn = (part: ConfigNode) => part.type === "scalar" && String(part.value).startsWith("?");
  expect(schemaValidator(schema).validate(node!, isFilledIn).problems).toEqual([]);
});

describe("hostile schemas and documents", () => {
  test("a schema that refers to itself, one that doubles at every step, a very deep one", () => {
    expect(kinds({ $ref: "#" }, "a: 1")).toEqual([]);
    expect(kinds({ properties: { a: { $ref: "#" } }, type: "object" }, "a: {a: {a: 1}}")).toEqual(["type"]);
    const doubling: Record<string, Schema> = { s40: { type: "string" } };
    for (let n = 0; n < 40; n++) {
      const next = { $ref: `#/$defs/s${n + 1}` };
      doubling[`s${n}`] = { anyOf: [{ allOf: [next, next] }, { allOf: [next, next] }] };
    }
    expect(kinds({ $defs: doubling, $ref: "#/$defs/s0" }, "a: 1")).toEqual(["type"]);
    let deep: Schema = { type: "string" };
    for (let n = 0; n < 50_000; n++) deep = { not: deep };
    expect(() => kinds(deep, "a: 1")).not.toThrow();
  });

  test("members of any type in the schema", () => {
    for (const keyword of [
      "type",
      "enum",
      "$ref",
      "allOf",
      "anyOf",
      "oneOf",
      "not",
      "properties",
      "patternProperties",
      "additionalProperties",
      "required",
      "dependencies",
      "items",
      "additionalItems",
      "minItems",
      "uniqueItems",
      "pattern",
      "format",
      "minimum",
      "multipleOf",
      "minLength",
    ])
      for (const value of [null, 5, "x", true, [], [null], {}, { a: null }, [[]]])
        expect(() =>
          kinds({ [keyword]: value, properties: { a: { [keyword]: value } } }, "a: [x, 1]\nb: {c: x}"),
        ).not.toThrow();
  });

  test("aliases that make hundreds of thousands of values: each is told once", () => {
    const bomb = Array.from({ length: 5 }, (_, n) => `b${n + 1}: &b${n + 1} [${Array(9).fill(`*b${n}`)}]\n`);
    const yaml = `b0: &b0 [1]\n${bomb.join("")}a: *b5\n`;
    const schema = {
      $defs: { l: { type: "array", items: { anyOf: [{ $ref: "#/$defs/l" }, { type: "string" }] } } },
      properties: { a: { $ref: "#/$defs/l" } },
    };
    expect(problems(schema, yaml)).toMatchObject([{ kind: "type", at: "1:10" }]);
  });

  test.runIf(whole)("a pattern of many steps on many long texts is given up in time", () => {
    const pattern = `^(${"(a|b|c|d|e|f|g|h)*".repeat(20)})*x$`;
    const { node } = parseYaml(`a: [${`"${"a".repeat(9_000)}", `.repeat(400)}]`, "file");
    expect(schemaValidator(a({ items: { pattern } })).validate(node!).cut).toBe(true);
  });

  test.runIf(whole)("a great many problems: the first ones", () => {
    const yaml = `a: [${"1, ".repeat(20_000)}]`;
    const found = problems(a({ items: { type: "string" } }), yaml);
    expect(found.length).toBeGreaterThan(50);
    expect(found.length).toBeLessThan(1000);
  });
});

describe("the schema that an image carries", () => {
  const path = "/lib/config/schemas/schema-cloud-config-v1.json";
  test.each([
    ["not JSON", "{"],
    ["no object", "[]"],
    ["so deep that it is none", "[".repeat(200_000)],
    ["too large", `{"a": "${"x".repeat(4_000_000)}"}`],
  ])("%s: none", (_what, content) => {
    expect(imageSchema(memoryImage({ [path]: content }), "/lib", "cloud-config")).toBeUndefined();
  });
  test("no library, no file: none", () => {
    expect(imageSchema(memoryImage({}), undefined, "cloud-config")).toBeUndefined();
    expect(imageSchema(memoryImage({}), "/lib", "network-config-v1")).toBeUndefined();
  });
  test("its own words", () => {
    const validator = imageSchema(memoryImage({ [path]: '{"required": ["z"]}' }), "/lib", "cloud-config");
    expect(validator?.validate(parseYaml("a: 1", "").node!).problems).toHaveLength(1);
  });
});
