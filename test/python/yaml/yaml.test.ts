import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTrue } from "../../../src/config/options.ts";
import type { ConfigNode, Mapping, Pair } from "../../../src/python/tree.ts";
import { toValue } from "../../../src/python/value.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";
import { recordedCases } from "../../recordings.ts";
import { oneOf, sample, whole } from "../../samples.ts";
import { ourLoad } from "./pyyaml.ts";

const cases = recordedCases<{ yaml: string; loaded: string }[]>("python/yaml/yaml-cases.json");

describe("as PyYAML's safe_load", () => {
  test.each(oneOf(3, cases))("$yaml", ({ yaml, loaded }) => {
    expect(ourLoad(yaml)).toBe(loaded);
  });
});

/** The node that a text is read as; fails on errors. */
function parse(text: string): ConfigNode {
  const { node, error } = parseYaml(text, "/etc/cloud/cloud.cfg");
  if (node === undefined) throw new Error(error?.reason ?? "empty");
  return node;
}

function mapping(node: ConfigNode | undefined): Mapping {
  if (node?.type !== "mapping") throw new Error(`${node?.type} is no mapping`);
  return node;
}

function pair(node: ConfigNode | undefined, key: string): Pair {
  const found = mapping(node).children.find((child) => child.key.value === key);
  if (found === undefined) throw new Error(`no key ${key}`);
  return found;
}

/** The part of a text that a node covers. */
function covered(text: string, { position }: ConfigNode | Pair): string {
  return text.slice(position.start.offset, position.end.offset);
}

describe("positions", () => {
  test.each([
    ["plain", "a: b c # d\n", "b c"],
    ["plain over lines", "a: b\n  c\nd: e\n", "b\n  c"],
    ["quoted", "a: 'b''c' # d\n", "'b''c'"],
    ["quoted over lines", 'a: "b\nc"\n', '"b\nc"'],
    ["tagged", "a: !!str 1\n", "1"],
    ["anchored", "a: &x [1, 2]\n", "[1, 2]"],
    ["literal", "a: |\n  b\n\n  c\nd: e\n", "|\n  b\n\n  c"],
    ["flow mapping", "a: {b: c,\n d: e}\n", "{b: c,\n d: e}"],
    ["block mapping", "a:\n  b: c\n  d: e\nf: g\n", "b: c\n  d: e"],
    ["block sequence", "a:\n- b\n- [c]\nf: g\n", "- b\n- [c]"],
    ["CRLF", "#\r\na: [b,\r\n c]\r\n", "[b,\r\n c]"],
    ["byte order mark", "\ufeffa: b\n", "b"],
  ])("%s", (_name, text, value) => {
    expect(covered(text, pair(parse(text), "a").value)).toBe(value);
  });

  test("lines and columns count from 1, offsets from 0, and a byte order mark is no column", () => {
    const found = pair(pair(parse("\ufeff# x\r\na:\r  b: c\n"), "a").value, "b");
    expect(found.position.start).toEqual({ line: 3, column: 3, offset: 11 });
    expect(found.value.position.start).toEqual({ line: 3, column: 6, offset: 14 });
    expect(found.path).toBe("/etc/cloud/cloud.cfg");
    expect(pair(parse("\ufeffa: b"), "a").position.start).toEqual({ line: 1, column: 1, offset: 1 });
  });

  test("a pair goes from its key to its value, also where that is an alias", () => {
    const text = "a: &x {k: v}\nb: *x\n? c\n: d\n";
    const root = parse(text);
    expect(["a", "b", "c"].map((key) => covered(text, pair(root, key)))).toEqual(["a: &x {k: v}", "b: *x", "c\n: d"]);
    expect(pair(root, "b").value).toBe(pair(root, "a").value);
  });

  test("a missing value is where it would be", () => {
    expect(pair(parse("a:\nb: c\n"), "a").value.position.start).toEqual({ line: 1, column: 3, offset: 2 });
    expect(pair(parse("a: # c\n\n# d\nb: e\n"), "a").value.position.start).toEqual({ line: 1, column: 3, offset: 2 });
    expect(pair(parse("a: &x # c\n\nb: d\n"), "a").value.position.start.offset).toBe(5);
  });

  test("a pair alone in brackets is a mapping that goes to the end of its value", () => {
    const text = "a: [b: 'c d' , {e}]\n";
    const list = pair(parse(text), "a").value;
    expect(list.type === "sequence" && list.children.map((child) => covered(text, child))).toEqual(["b: 'c d'", "{e}"]);
  });
});

describe("keys", () => {
  test("what << merges keeps the place it comes from, and what it lost to shadows it", () => {
    const root = parse("x: &x\n  k: 1\n  l: 2\ny:\n  <<: *x\n  k: 3\n");
    const y = pair(root, "y").value;
    expect(mapping(y).children.map(({ key }) => key.value)).toEqual(["k", "l"]);
    expect(pair(y, "l").position.start.line).toBe(3);
    expect(pair(y, "k").position.start.line).toBe(6);
    expect(pair(y, "k").shadowed.map(({ position }) => position.start.line)).toEqual([2]);
  });

  test("the last of equal keys wins and shadows the others, the nearest first", () => {
    const [only, ...more] = mapping(parse("k: 1\nk: 2\nk: 3\n")).children;
    expect(more).toEqual([]);
    expect(only?.value).toMatchObject({ value: 3, position: { start: { line: 3 } } });
    expect(only?.shadowed.map(({ value }) => toValue(value))).toEqual([2, 1]);
  });

  test("of keys that are equal in Python the first stays, with the place of the last", () => {
    const [only] = mapping(parse("1: a\ntrue: b\n1.0: c\n")).children;
    expect(only).toMatchObject({
      key: { kind: "int", value: 1, position: { start: { line: 3 } } },
      value: { value: "c" },
    });
  });
});

describe("errors", () => {
  test.each([
    ["tab", "a:\n\tb: c\n", 2, 1, /tab/],
    ["a colon in a text", "a: b: c\n", 1, 5, /colon .* quote/],
    ["a list among keys", "a: 1\n- b\n", 2, 1, /list item .* among keys/],
    ["no colon", "a: 1\nbcd\ne: 2\n", 2, 1, /colon/],
    ["open quote", "a: 1\nb: 'c\nd: 2\n", 2, 4, /never closed/],
    ["open bracket", "a: 1\nb: [c\n", 2, 4, /never closed/],
    ["open bracket before a key", "a: 1\nb: [c\nd: 2\n", 3, 2, /the \[ of line 2/],
    ["wrong bracket", "a: [b}\n", 1, 6, /unmatched/],
    ["two documents", "a: 1\n---\nb: 2\n", 2, 1, /second document/],
    ["alias before anchor", "a: *x\nb: &x 1\n", 1, 4, /&x/],
    ["anchor twice", "a: &x 1\nb: &x 2\n", 2, 4, /twice/],
    ["unknown tag", "a: 1\nb: !vault x\n", 2, 11, /!vault/],
    ["no such day", "a: 2001-02-30\n", 1, 4, /timestamp/],
    ["list as key", "a: 1\n? [b]\n: c\n", 2, 3, /key/],
    ["control character", "a: b\n# \x07\n", 2, 3, /U\+0007/],
    ["indentation", "a:\n    b: 'c'\n  d: e\n", 3, 3, /indented/],
    ["glob", "a: *.log\n", 1, 4, /quote/],
    ["jinja", "a: {{ b }}\n", 1, 5, /key/],
    ["contains itself", "a: &x [*x]\n", 1, 7, /itself/],
    ["text after brackets", "a: [b]\nc: [d] e\n", 2, 8, /not allowed here/],
    ["brackets after a document's text", "--- 'a' {b: c}\n", 1, 9, /not allowed here/],
    ["tag after text", "'a' ! : b\n", 1, 5, /not allowed here/],
    ["anchor of nothing in a list", "- |\n  a\n &x\n- b\n", 3, 2, /not allowed here/],
    ["anchor of nothing in a mapping", "a: |\n  b\n &x\nc: d\n", 3, 2, /one line/],
    ["question mark twice", "[? ? a]\n", 1, 4, /not allowed here/],
    ["question mark after a tag", "{!a ? b}\n", 1, 5, /not allowed here/],
    ["comma first", "[,a]\n", 1, 2, /not allowed here/],
    ["no comma", "['a'b]\n", 1, 5, /comma/],
    ["no comma before a question mark", "[a?b]\n", 1, 3, /comma/],
    ["no comma in a mapping", "{'a' !b : c}\n", 1, 6, /comma/],
    ["no dash", "- 'a'\n\n &x b: c\n", 3, 2, /missing .* here/],
    ["deeper dash", "- 'a'\n - b\n", 2, 2, /indented/],
    ["dash among keys", "a: 1\n- b\n", 2, 1, /key/],
    ["dash among lists", "a:\n b:\n- c\n", 3, 1, /new line/],
    ["deeper key", "a: [b]\n  c: d\n", 2, 3, /indented/],
    ["tag of nothing", "a: 'b'\n\n ! # c\n", 3, 2, /missing .* here/],
    ["no key", "a:\n: - b\n", 2, 1, /no key/],
    ["no colon after a question mark", "? a\n- b\n", 2, 1, /missing colon/],
    ["two anchors", "a: &x &y b\n", 1, 7, /second anchor/],
    ["two tags", "a: !x\n  !y b\n", 2, 3, /second tag/],
    ["tagged alias", "a: &x b\nc: !y *x\n", 2, 7, /alias takes no/],
    ["only the first of two errors", "a: *x 'b'\n- c\n", 1, 4, /&x/],
  ])("%s", (_name, text, line, column, reason) => {
    const { node, error } = parseYaml(text, "x");
    expect({ node, ...error }).toEqual({ node: undefined, line, column, reason: expect.stringMatching(reason) });
    expect(error?.reason).not.toContain("\n");
  });

  test("a reason does not repeat endless texts", () => {
    expect(parseYaml(`!${"x".repeat(1e5)} a`, "x").error?.reason.length).toBeLessThan(200);
    expect(parseYaml(`*${"x".repeat(1e5)}`, "x").error?.reason.length).toBeLessThan(200);
  });
});

describe("hostile texts", () => {
  const flow = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const block = (depth: number) => Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}a:\n`).join("");

  test.each([
    ["brackets", flow],
    ["braces", (depth: number) => `${"{a: ".repeat(depth)}${"}".repeat(depth)}`],
    ["indentation", block],
    ["dashes", (depth: number) => "- ".repeat(depth)],
    ["aliases", (depth: number) => chain(depth - 1)],
  ])("%s nest 475 levels deep and no deeper", (_name, text) => {
    expect(parseYaml(text(475), "x").error).toBeUndefined();
    expect(parseYaml(text(476), "x").error?.reason).toMatch(/475 levels/);
    expect(parseYaml(text(2000), "x").error?.reason).toMatch(/475 levels/);
  });

  /** A mapping whose last value is nested as deep as told, by aliases. */
  function chain(depth: number): string {
    const links = Array.from({ length: depth - 1 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}]\n`);
    return `a0: &a0 []\n${links.join("")}`;
  }

  test.runIf(whole)("5 MB are the limit", () => {
    expect(parseYaml(`a: ${"x".repeat(5e6)}`, "x").error).toBeUndefined();
    expect(parseYaml(`a: ${"x".repeat(6e6)}`, "x").error?.reason).toMatch(/5 MB/);
  });

  if (whole)
    test("half a million lexemes are the limit", () => {
      expect(parseYaml(`[${"a,".repeat(2e6)}]`, "x").error?.reason).toMatch(/too many/);
      expect(parseYaml(`[${",".repeat(2e6)}]`, "x").error).toBeDefined();
    });

  test("aliases share nodes, and values", () => {
    const text = (length: number) =>
      `a0: &a0 [x]\n${Array.from({ length }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`).join("")}`;
    const root = parse(text(15));
    const value = toValue(root);
    expect(value).toHaveProperty("a15.0.0.0");
    expect(parseYaml(text(50), "x").error).toMatchObject({ limit: "size", reason: expect.stringMatching(/aliases/) });
    const last = pair(root, "a15").value;
    expect(last.type === "sequence" && last.children[0] === last.children[1]).toBe(true);
  });

  test("merging does not explode", () => {
    const lines = Array.from(
      { length: 50 },
      (_, index) => `a${index + 1}: &a${index + 1} {<<: [*a${index}, *a${index}]}\n`,
    );
    expect(pair(parse(`a0: &a0 {x: 1}\n${lines.join("")}`), "a50").value).toMatchObject({
      children: [{ value: { value: 1 } }],
    });
  });

  if (whole)
    test("merging that would explode is refused", () => {
      const wide = `a: &a {${Array.from({ length: 2000 }, (_, index) => `k${index}: 1`).join(", ")}}\n`;
      const many = Array.from({ length: 2000 }, (_, index) => `m${index}: {<<: *a}\n`).join("");
      expect(parseYaml(wide + many, "x").error?.reason).toMatch(/merges too many keys/);
      const chain = Array.from(
        { length: 20_000 },
        (_, index) => `m${index + 1}: &m${index + 1} {<<: *m${index}}\n`,
      ).join("");
      expect(parseYaml(`m0: &m0 {a: 1}\n${chain}<<: *m20000\n`, "x").error?.reason).toMatch(/too many mappings/);
    });

  test.runIf(whole)("no pattern takes more than linear time", () => {
    const long = "1".repeat(1e6);
    const blank = " ".repeat(1e6);
    const texts = [
      `!!float ${long}x`,
      `!!int ${long}x`,
      `${long}x`,
      `- 2001-01-01${blank}x`,
      `'x${blank}x'`,
      `a: [b]${blank}]`,
    ];
    for (const text of texts) {
      const { node, error } = parseYaml(text, "x");
      expect((node === undefined) === (error !== undefined)).toBe(true);
      if (node !== undefined) expect(isTrue(node)).toBe(false);
    }
  });

  test.runIf(whole)("whatever the text, there is a node, an error or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const { node, error } = parseYaml(text, "x");
        expect(node === undefined || error === undefined).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("brackets that the structure does not allow cost one step each", () => {
    const { error } = parseYaml(`a: {b: c${"{".repeat(sample(8_000, 80_000))}`, "x");
    expect(error?.reason).toBe("the { is never closed");
  });

  test("a megabyte comes to an end", () => {
    const count = sample(3_000, 30_000);
    const text = Array.from({ length: count }, (_, index) => `key-${index}: a value of some length\n`).join("");
    expect(mapping(parse(text)).children).toHaveLength(count);
  });
});
