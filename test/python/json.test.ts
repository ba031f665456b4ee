import { describe, expect, it, test } from "vitest";
import { Dict, Tuple } from "../../src/python/dataModel.ts";
import { Raises } from "../../src/python/errors.ts";
import { dumpJson, loadJson } from "../../src/python/json.ts";
import { repr } from "../../src/python/repr.ts";
import { Bytes, Float, Time } from "../../src/python/scalars.ts";

describe("json.dumps()", () => {
  it.each([
    [new Float(1), "1.0"],
    [new Float(1e20), "1e+20"],
    [new Float(Number.NaN), "NaN"],
    [2n ** 70n, "1180591620717411303424"],
    ["é\u2028\u007f😀", '"\\u00e9\\u2028\\u007f\\ud83d\\ude00"'],
    [new Tuple([1, null, true]), "[1, null, true]"],
    [new Dict().set(true, 1).set(new Float(1.5), 2).set(null, 3), '{"true": 1, "1.5": 2, "null": 3}'],
  ])("%o", (value, text) => {
    expect(dumpJson(value)).toBe(text);
  });

  test("orders keys by their values", () => {
    expect(dumpJson(new Dict().set(10, 1).set(9, 2), true)).toBe('{"9": 2, "10": 1}');
    expect(() => dumpJson(new Dict().set("a", 1).set(9, 2), true)).toThrow(Raises);
  });

  it.each([new Bytes("a"), new Time("date", "2001-01-01")])("raises for %s", (value) => {
    expect(() => dumpJson(value)).toThrow(Raises);
  });
});

describe("json.loads()", () => {
  it.each([
    [
      ' [1, 1.0, 1e2, -0, -0.0, 9007199254740993, NaN, -Infinity, "\\u00e9"] ',
      "[1, 1.0, 100.0, 0, -0.0, 9007199254740993, nan, -inf, 'é']",
    ],
    ['{"a": 1, "b": [], "a": 2}', "{'a': 2, 'b': []}"],
    ['"\\ud83d\\ude00"', "'😀'"],
  ])("%s", (text, value) => {
    expect(repr(loadJson(text))).toBe(value);
  });

  it.each(["", "[1,]", "01", "1.", ".5", "{'a': 1}", '"a\n"', '"\\x"', "[1] x", '{"a"}', "[".repeat(2000)])(
    "raises for %j",
    (text) => {
      expect(() => loadJson(text)).toThrow(Raises);
    },
  );
});
