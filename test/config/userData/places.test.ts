import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Config } from "../../../src/config/config.ts";
import type { TemplateProblem } from "../../../src/config/problems.ts";
import { noteSentence } from "../../../src/lint/sentences/notes.ts";
import { config, handled } from "./handled.ts";

/** Where a key's value comes from, as "line:column". */
function place(file: string | Buffer, ...path: (string | number)[]): string | undefined {
  const origin = new Config(handled(file).config).origin(...path);
  return origin === undefined ? undefined : `${origin.line}:${origin.column}`;
}

const multipart = (...parts: string[]) =>
  `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n${parts.map((part) => `--b\n${part}\n`).join("")}--b--\n`;

describe("values keep their place in the file", () => {
  test("of a plain cloud-config", () => {
    expect(place("\n#cloud-config\na: 1\nb:\n  - c: 2\n", "b", 0, "c")).toBe("5:5");
  });

  test("in a part of a MIME message, and in one that is nested", () => {
    const inner =
      "Content-Type: multipart/mixed; boundary=i\n\n--i\nContent-Type: text/cloud-config\n\nb: {c: 2}\n--i--";
    const file = multipart("Content-Type: text/cloud-config\n\n\na: 1", inner);
    expect(file.split("\n")[7]).toBe("a: 1");
    expect(place(file, "a")).toBe("8:1");
    expect(file.split("\n")[14]).toBe("b: {c: 2}");
    expect(place(file, "b", "c")).toBe("15:5");
  });

  test("in an archive's block scalars, and at the entry where the text stands in quotes", () => {
    const file = '#cloud-config-archive\n- |\n  #cloud-config\n\n  a:\n    b: 1\n- content: "c:\\n  d: 1"\n';
    expect(place(file, "a", "b")).toBe("6:5");
    expect(place(file, "c", "d")).toBe("7:12");
  });

  test("at the part's beginning where it is encoded, at the file's where that is packed", () => {
    const part = `Content-Type: text/cloud-config\nContent-Transfer-Encoding: base64\n\n${btoa("x: 1\na: 1\n")}`;
    expect(place(multipart(part), "a")).toBe("8:1");
    expect(place(gzipSync("#cloud-config\n\na: 1\n"), "a")).toBe("1:1");
  });

  test("in a template that has as many lines as what it renders to", () => {
    expect(place("## template: jinja\n#cloud-config\n\na: 1\n", "a")).toBe("4:1");
  });

  test("of the part that wins, with what it shadowed", () => {
    const file = multipart("Content-Type: text/cloud-config\n\na: 1", "Content-Type: text/cloud-config\n\na: 2");
    expect(config(file)).toEqual({ a: 2 });
    expect(place(file, "a")).toBe("11:1");
    expect(new Config(handled(file).config).pair("a")?.shadowed).toHaveLength(1);
  });

  test("of scripts", () => {
    const { scripts } = handled(multipart("Content-Type: text/cloud-boothook\n\n#cloud-boothook\n\n#!/bin/sh\nhook"));
    expect(scripts).toMatchObject([
      { kind: "boothook", name: "part-001", content: { line: 9, text: "#!/bin/sh\nhook" } },
    ]);
  });
});

describe("notes say what is not applied, and where", () => {
  test.each([
    ["#cloud-config\na: [\n", "user-data:2:4: part-001: not applied: "],
    ["#cloud-config\n- a\n", "user-data:1: part-001: not applied: the top level is not a mapping"],
    ["#cloud-config\nmerge_how: foo()\n", 'user-data:2: part-001: not applied: merge_how: unknown merger "foo"'],
    ["# cloud-config\na: 1\n", "user-data:1: part-001: cloud-init ignores it, since its type is text/x-not-multipart"],
    ["#include\n# ours\n\nhttps://example.com/a\n", "user-data:4: not simulated: the content of https://example.com/a"],
    ["#include-once https://example.com/b\n", "user-data:1: not simulated: the content of https://example.com/b"],
    ["#part-handler\nimport os\n", "user-data:1: part-001: not simulated: this part-handler"],
    ["#cloud-config-archive\na: 1\n", "user-data:1: not applied: the archive is not a list"],
    ["#cloud-config-jsonp\n{}\n", "user-data:1: part-001: the patch is not applied: it is not a list of operations"],
  ])("%j", (file, note) => {
    const { notes, config: tree } = handled(file);
    expect(notes.map((one) => noteSentence({ ...one, module: null }))).toEqual([expect.stringContaining(note)]);
    expect(tree.children).toEqual([]);
  });

  test("a template that is beyond this program does not fail", () => {
    const file = "## template: jinja\n#cloud-config\na: 1\n";
    const codesFor = (problem: TemplateProblem) =>
      handled(file, { render: () => ({ problem, cause: "unknown" }) }).notes.map(({ code }) => code);
    expect(codesFor({ code: "template-limit", message: "it uses the filter tojson" })).toEqual([
      "template-not-simulated",
    ]);
    expect(codesFor({ code: "template-raises", message: "x is undefined" })).toEqual(["template-fails"]);
  });
});

test("a launch index chooses parts", () => {
  const file = '#cloud-config-archive\n- {launch-index: 0, content: "a: 1"}\n- "launch-index: 1\\nb: 1"\n- "c: 1"\n';
  const keys = (launchIndex: number | undefined) =>
    handled(file, { launchIndex }).config.children.map(({ key }) => key.value);
  expect(keys(undefined)).toEqual(["a", "b", "c", "launch-index"]);
  expect(keys(0)).toEqual(["a", "c"]);
  expect(keys(1)).toEqual(["b", "c", "launch-index"]);
});
