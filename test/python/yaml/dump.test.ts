import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { asDict } from "../../../src/python/checked.ts";
import type { PyDict } from "../../../src/python/dataModel.ts";
import { fromNode } from "../../../src/python/value.ts";
import { dumpYaml } from "../../../src/python/yaml/dump.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";

/** YAML, and what PyYAML 5.3, 6.0, 6.0.2 and 6.0.3 alike dump after reading it, with and without anchors. */
interface Dump {
  readonly yaml: string;
  readonly anchored: string;
  readonly copied?: string;
}

const dumps = JSON.parse(readFileSync(new URL("dumps.json", import.meta.url), "utf8")) as Dump[];

function dictOrList(yaml: string): PyDict {
  const { node } = parseYaml(yaml, "case");
  if (node === undefined) throw new Error("the case is no YAML");
  return fromNode(node) as PyDict;
}

describe("a dump is PyYAML's", () => {
  test.each(dumps.map((dump) => [dump.yaml, dump] as const))("%s", (yaml, { anchored, copied = anchored }) => {
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
