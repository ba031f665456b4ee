import { describe, expect, test } from "vitest";
import { isFalse, isTrue } from "../../src/config/options.ts";
import type { ConfigNode } from "../../src/python/tree.ts";
import { pyStr, toValue, truthy } from "../../src/python/value.ts";
import { parseYaml } from "../../src/python/yaml/load.ts";
import { STRINGS } from "./pythonStrings.ts";

function parse(text: string): ConfigNode {
  const { node, error } = parseYaml(`- ${text}`, "x");
  if (node?.type !== "sequence" || node.children[0] === undefined) throw new Error(error?.reason);
  return node.children[0];
}

describe("pyStr", () => {
  test.each(STRINGS)("%s", (yaml, str) => {
    expect(pyStr(parse(yaml))).toBe(str);
  });

  test("of plain values", () => {
    expect([true, null, 1, 1.5, 10n, "x", ["a", 1], toValue(parse("{a: no}"))].map((value) => pyStr(value))).toEqual([
      "True",
      "None",
      "1",
      "1.5",
      "10",
      "x",
      "['a', 1]",
      "{'a': False}",
    ]);
  });

  test("ends at about a million characters, however much aliases repeat", () => {
    const links = Array.from({ length: 16 }, (_, index) => `- &a${index + 1} [*a${index}, *a${index}]\n`).join("");
    const { node } = parseYaml(`- &a0 [a long text, x]\n${links}`, "x");
    const text = node === undefined ? "" : pyStr(node);
    expect(text).toContain("...");
    expect(text.length).toBeLessThan(2_000_000);
  });
});

describe("toValue", () => {
  test("keys are written as str() writes them", () => {
    const keys = Object.keys(toValue(parse("{7: a, yes: b, ~: c, 1.5: d, 2.0: e, 2001-01-01: f, x: g}")) ?? {});
    expect(keys).toEqual(["7", "True", "None", "1.5", "2.0", "2001-01-01", "x"]);
  });

  test("a key named __proto__ is only a key", () => {
    const value = toValue(parse("{__proto__: {polluted: 1}}"));
    expect(Object.keys(value ?? {})).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBeNull();
  });
});

describe("truth", () => {
  test.each(["no", "~", "''", "0", "0.0", "-0.0", "[]", "{}", "!!binary ''"])("%s is false", (yaml) => {
    expect(truthy(parse(yaml))).toBe(false);
    expect(truthy(toValue(parse(yaml)))).toBe(false);
  });

  test.each(["yes", "'no'", "' '", "1", ".nan", "[~]", "{a: ~}", "2001-01-01"])("%s is true", (yaml) => {
    expect(truthy(parse(yaml))).toBe(true);
    expect(truthy(toValue(parse(yaml)))).toBe(true);
  });

  /** From cloud-init 20.4 and 26.2: util.is_true and util.is_false of what safe_load makes of the text. */
  test.each<[yaml: string, isTrue: boolean, isFalse: boolean]>([
    ["yes", true, false],
    ["'Yes'", true, false],
    ["' TRUE\t'", true, false],
    ["1", true, false],
    ["'1'", true, false],
    ["'on'", true, false],
    ["1.0", false, false],
    ["2", false, false],
    ["y", false, false],
    ["no", false, true],
    ["'No '", false, true],
    ["0", false, true],
    ["00", false, true],
    ["'off'", false, true],
    ["0.0", false, false],
    ["~", false, false],
    ["''", false, false],
    ["[yes]", false, false],
    ["[]", false, false],
    ["{}", false, false],
  ])("is_true and is_false of %s", (yaml, expectedTrue, expectedFalse) => {
    const node = parse(yaml);
    expect([isTrue(node), isFalse(node)]).toEqual([expectedTrue, expectedFalse]);
  });
});
