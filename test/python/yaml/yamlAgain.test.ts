import { expect, test } from "vitest";
import { parseYaml } from "../../../src/python/yaml/load.ts";

test("a large document that is asked for again is not read again", () => {
  const text = `a: [${"b, ".repeat(5_000)}]\n`;
  const { node } = parseYaml(text, "user-data");
  expect(parseYaml(text, "user-data").node).toBe(node);
  expect(parseYaml(text, "vendor-data").node).not.toBe(node);
  expect(parseYaml(`${text}c: d\n`, "user-data").node).toMatchObject({ children: { length: 2 } });
});
