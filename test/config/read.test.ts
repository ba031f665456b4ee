import { describe, expect, test } from "vitest";
import { Config, origins } from "../../src/config/config.ts";
import { readBaseConfig } from "../../src/config/read.ts";
import { memoryImage } from "../../src/image/memory.ts";

/** Files below /etc/cloud, read with the defaults taken out. The results are the real cloud-init's (26.2). */
function read(files: Record<string, string | Buffer>, version = "26.2") {
  const image = memoryImage(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`/etc/cloud/${name}`, text])),
  );
  const base = readBaseConfig(image, { version });
  const builtin = Object.keys(new Config(readBaseConfig(memoryImage({}), { version }).root).get() as object);
  const value = Object.fromEntries(
    Object.entries(new Config(base.root).get() as object).filter(([key]) => !builtin.includes(key)),
  );
  return { ...base, value };
}

describe("which files are read, and in which order", () => {
  test.each<[string, Record<string, string>, object]>([
    ["drop-ins beat cloud.cfg", { "cloud.cfg": "a: 1", "cloud.cfg.d/00.cfg": "a: 2" }, { a: 2 }],
    [
      "the last name wins, by code point",
      {
        "cloud.cfg.d/10.cfg": "a: 10",
        "cloud.cfg.d/9.cfg": "a: 9",
        "cloud.cfg.d/B.cfg": "b: B",
        "cloud.cfg.d/a.cfg": "b: a",
      },
      { a: 9, b: "a" },
    ],
    [
      "names that do not end in .cfg are passed over, hidden ones not",
      {
        "cloud.cfg.d/a.CFG": "a: 1",
        "cloud.cfg.d/b.cfg.bak": "b: 1",
        "cloud.cfg.d/.c.cfg": "c: 1",
        "cloud.cfg.d/x.cfg/y.cfg": "d: 1",
      },
      { c: 1 },
    ],
    [
      "conf_d names another directory",
      { "cloud.cfg": "conf_d: /etc/cloud/mine", "cloud.cfg.d/a.cfg": "a: 1", "mine/b.cfg": "b: 1" },
      { conf_d: "/etc/cloud/mine", b: 1 },
    ],
    ["an empty conf_d means none", { "cloud.cfg": "conf_d: ''", "cloud.cfg.d/a.cfg": "a: 1" }, { conf_d: "" }],
  ])("%s", (_what, files, value) => expect(read(files).value).toEqual(value));
});

describe("how values of two files join", () => {
  const merge = (low: string, high: string) => read({ "cloud.cfg.d/10.cfg": low, "cloud.cfg.d/20.cfg": high }).value;
  test.each<[string, string, string, object]>([
    ["mappings join, the later wins by leaf", "k: {a: 1, b: 2}", "k: {b: 3, c: 4}", { k: { a: 1, b: 3, c: 4 } }],
    ["lists replace", "k: [1, 2]", "k: [3]", { k: [3] }],
    ["null masks", "k: 1", "k:", { k: null }],
    ["null masks a mapping", "k: {a: 1}", "k:", { k: null }],
    ["a string loses to a mapping", "k: {a: 1}", "k: disabled", { k: { a: 1 } }],
    ["a list loses to a mapping", "k: {a: 1}", "k: [x]", { k: { a: 1 } }],
    ["false beats a mapping", "k: {a: 1}", "k: false", { k: false }],
    [
      "merge_how in the last file does nothing",
      "k: [1]",
      "merge_how: list(append)+dict(recurse_list)\nk: [2]",
      { k: [2] },
    ],
    [
      "merge_how in an earlier file joins lists, the later first",
      "merge_how: list(append)+dict(recurse_list)\nk: [1]",
      "k: [2]",
      { k: [2, 1] },
    ],
    ["replace in an earlier file makes it win", "merge_how: dict(replace)\nk: 1", "k: 2", { k: 1 }],
    ["without a dict merger the earlier file is lost", "merge_how: list(append)\nk: 1", "j: 2", { j: 2 }],
  ])("%s", (_what, low, high, value) => expect(merge(low, high)).toEqual(value));
});

describe("what goes wrong", () => {
  test.each([
    ["a tab", "a:\n\tb: 1\n", 2],
    ["two documents", "a: 1\n---\nb: 1\n", 2],
    ["a list", "\n- a\n", 2],
    ["an unknown tag", "a: 1\nb: !x 2\n", 2],
  ])("%s drops the whole file, the others stay", (_what, text, line) => {
    const { value, files } = read({ "cloud.cfg": "x: 1", "cloud.cfg.d/20.cfg": text });
    expect(value).toEqual({ x: 1 });
    expect(files[1]?.dropped?.line).toBe(line);
  });

  test.each([
    ["a byte that is not UTF-8", Buffer.from("a: 1\n# caf\xe9\n", "latin1"), 2],
    ["an unknown merger", "a: 1\nmerge_how: deep()", 2],
    ["a merger that is not closed", "merge_how: list(append", 1],
    ["a system_info that is null", "system_info:", 1],
  ])("%s stops every stage", (_what, text, line) => {
    const { fatal } = read({ "cloud.cfg.d/20.cfg": text });
    expect(fatal?.origin).toMatchObject({ path: "/etc/cloud/cloud.cfg.d/20.cfg", line });
  });

  test("a conf_d that is no path stops every stage", () => {
    expect(read({ "cloud.cfg": "conf_d: [a]" }).fatal?.origin).toMatchObject({ path: "/etc/cloud/cloud.cfg", line: 1 });
  });
});

test("every value knows where it comes from and what it shadows", () => {
  const { root } = read({
    "cloud.cfg": "a: 1\nk:\n  b: 2\n",
    "cloud.cfg.d/20.cfg": "k:\n  b: 3\n  c: [x, {d: 4}]\na: 5\n",
  });
  const config = new Config(root);
  expect(config.origin("k", "b")).toEqual({ path: "/etc/cloud/cloud.cfg.d/20.cfg", line: 2, column: 3 });
  expect(config.pair("k", "b")?.shadowed.map(({ path, position }) => `${path}:${position.start.line}`)).toEqual([
    "/etc/cloud/cloud.cfg:3",
  ]);
  expect(origins(root, 1000)).toMatchObject({
    "/a": { path: "/etc/cloud/cloud.cfg.d/20.cfg", line: 4, column: 1 },
    "/k/c/1/d": { path: "/etc/cloud/cloud.cfg.d/20.cfg", line: 3, column: 11 },
  });
});
