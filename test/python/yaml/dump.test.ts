import { describe, expect, test } from "vitest";
import { asDict } from "../../../src/python/checked.ts";
import type { PyDict } from "../../../src/python/dataModel.ts";
import { fromNode } from "../../../src/python/value.ts";
import { dumpYaml } from "../../../src/python/yaml/dump.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";
import { recordedCases } from "../../recordings.ts";

/** YAML, and what PyYAML dumps after reading it, with and without anchors. */
interface Dump {
  readonly yaml: string;
  readonly anchored: string;
  readonly copied: string;
}

const dumps = recordedCases<Dump[]>("python/yaml/dumps.json");

function dictOrList(yaml: string): PyDict {
  const { node } = parseYaml(yaml, "case");
  if (node === undefined) throw new Error("the case is no YAML");
  return fromNode(node) as PyDict;
}

describe("a dump is PyYAML's", () => {
  test.each(dumps.map((dump) => [dump.yaml, dump] as const))("%s", (yaml, { anchored, copied }) => {
    expect(dumpYaml(dictOrList(yaml))).toBe(anchored);
    expect(dumpYaml(dictOrList(yaml), { aliases: "copied" })).toBe(copied);
  });
});

test("aliases that would grow beyond all bounds are refused", () => {
  const levels = Array.from({ length: 8 }, (_, i) => `l${i + 1}: &l${i + 1} [*l${i}, *l${i}, *l${i}, *l${i}]`);
  const bomb = asDict(dictOrList(`l0: &l0 x\n${levels.join("\n")}\n`), "bomb");
  expect(() => dumpYaml(bomb, { aliases: "copied" })).toThrow("because it is too large");
  expect(dumpYaml(bomb)).toContain("- *id001\n");
});

describe("a dump is PyYAML's, where it was not once", () => {
  const far = "x y".repeat(28);
  test.each([
    // Dates are folded at their space.
    [`${far}: 2001-12-14 21:59:43\n`, `${far}: 2001-12-14\n    21:59:43\n`],
    // A list with an anchor, below a key that is written after a question mark.
    ["? ''\n: &a [1]\nb: *a\n", "? ''\n: &id001\n- 1\nb: *id001\n"],
    ["a: !!binary aGk=\n", "a: !!binary |\n    aGk=\n"],
    ["a: !!binary ''\n", 'a: !!binary ""\n'],
    ["!!binary aGk=: [b]\n", "? !!binary |\n    aGk=\n:   - b\n"],
  ])("%s", (yaml, dumped) => {
    expect(dumpYaml(dictOrList(yaml))).toBe(dumped);
  });

  test("with an indent of two, as yaml.dump writes it", () => {
    const yaml = "a: [[1, {b: c}], {d: {e: f}}]\n";
    expect(dumpYaml(dictOrList(yaml), { indent: 2 })).toBe("a:\n- - 1\n  - b: c\n- d:\n    e: f\n");
  });
});
