import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConfigNode } from "../../src/config/tree.ts";
import { isFalse, isTrue, pyStr, toValue, truthy } from "../../src/config/value.ts";
import { parseYaml } from "../../src/config/yaml.ts";
import { hasPyYaml } from "./pyyaml.ts";

function parse(text: string): ConfigNode {
  const { node, error } = parseYaml(`- ${text}`, "x");
  if (node?.type !== "sequence" || node.children[0] === undefined) throw new Error(error?.reason);
  return node.children[0];
}

/** What Python's str() gives for what safe_load makes of the text; from Python 3.11 with PyYAML 6.0.3. */
const STRINGS: readonly (readonly [yaml: string, str: string])[] = [
  ["yes", "True"],
  ["off", "False"],
  ["~", "None"],
  ["0644", "420"],
  ["18446744073709551616", "18446744073709551616"],
  ["1.0", "1.0"],
  ["-0.0", "-0.0"],
  ["1_000.5", "1000.5"],
  ["1.0e+16", "1e+16"],
  ["1234567890123456.0", "1234567890123456.0"],
  ["12345678901234567.0", "1.2345678901234568e+16"],
  ["1.0e+22", "1e+22"],
  ["0.0001", "0.0001"],
  ["0.00001", "1e-05"],
  ["1.0e-7", "1e-07"],
  ["1.5e-300", "1.5e-300"],
  [".inf", "inf"],
  ["-.inf", "-inf"],
  [".nan", "nan"],
  ["a 'b'", "a 'b'"],
  ["2001-12-14T21:59:43.1-05:00", "2001-12-14 21:59:43.100000-05:00"],
  ["!!binary aGk='", "b'hi'"],
  ["[a, 1, 1.0, yes, ~]", "['a', 1, 1.0, True, None]"],
  ["{a: {b: []}, 1: 'x'}", "{'a': {'b': []}, 1: 'x'}"],
  ['["it\'s", \'q"q\', "\'\\""]', "[\"it's\", 'q\"q', '\\'\"']"],
  ['["\\n\\t\\\\ \\x07\\u2028é😀"]', "['\\n\\t\\\\ \\x07\\u2028é😀']"],
  ["[!!binary /wBhJw==]", '[b"\\xff\\x00a\'"]'],
];

describe("pyStr", () => {
  test.each(STRINGS)("%s", (yaml, str) => {
    expect(pyStr(parse(yaml))).toBe(str);
  });

  test("the strings above are Python's", ({ skip }) => {
    skip(!hasPyYaml, "python3 with PyYAML 6 is not on this machine");
    const program = "import json, sys, yaml; print(json.dumps([str(yaml.safe_load(t)) for t in json.load(sys.stdin)]))";
    const input = JSON.stringify(STRINGS.map(([yaml]) => yaml));
    const { stdout } = spawnSync("python3", ["-c", program], { input, encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual(STRINGS.map(([, str]) => str));
  });

  test("any float is written as Python writes it", ({ skip }) => {
    skip(!hasPyYaml, "python3 with PyYAML 6 is not on this machine");
    const floats = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 2000);
    const program = "import json, sys; print(json.dumps([str(float(x)) for x in json.load(sys.stdin)]))";
    const input = JSON.stringify(floats.map((float) => (Object.is(float, -0) ? "-0" : String(float))));
    const { stdout } = spawnSync("python3", ["-c", program], { input, encoding: "utf8" });
    const { position, path } = parse("x");
    const written = floats.map((value) => pyStr({ type: "scalar", kind: "float", value, position, path }));
    expect(written).toEqual(JSON.parse(stdout));
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
