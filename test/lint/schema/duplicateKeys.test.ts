import { expect, test } from "vitest";
import { lintFile } from "../../../src/lint/lintFile.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { duplicateKeys } from "../../../src/lint/schema/duplicateKeys.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";

const told = (yaml: string) =>
  duplicateKeys(parseYaml(yaml, "f").node!).map(({ message, origin }) => `${origin.line}:${origin.column} ${message}`);

test("the last of two counts, wherever the mapping stands", () => {
  expect(told("a: 1\nb: {}\na: 2\n")).toEqual(["3:1 a is set twice: line 3 overrides line 1."]);
  expect(told("users:\n  - name: x\n    name: y\n")).toEqual(["3:5 name is set twice: line 3 overrides line 2."]);
  expect(told("a: 1\na: 2\na: 3\n")).toHaveLength(2);
});

test("what says the same twice, or overrides what << brings in, loses nothing", () => {
  expect(told("a: [1]\na: [1]\n")).toEqual([]);
  expect(told("x: &x {a: 1}\ny:\n  <<: *x\n  a: 2\n")).toEqual([]);
});

test("in user-data on its own, in a part of it as well", () => {
  const lint = (text: string) =>
    lintFile({ path: "user-data", bytes: Buffer.from(text) }, { rules: catalogue, version: "26.2" }).findings.map(
      ({ rule, cause }) => `${rule} ${cause?.line}:${cause?.column}`,
    );
  expect(lint("#cloud-config\nruncmd: [[a]]\nruncmd: [[b]]\n")).toEqual(["config-key-duplicate 3:1"]);
  expect(
    lint("#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    runcmd: [[a]]\n    runcmd: [[b]]\n"),
  ).toEqual(["config-key-duplicate 5:5"]);
});
