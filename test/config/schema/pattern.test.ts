import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern } from "../../../src/config/schema/pattern.ts";
import { sample } from "../../samples.ts";

describe("the same answers as a backtracking engine", () => {
  const atom = fc.constantFrom(
    "a",
    "b",
    ".",
    "[ab]",
    "[^a]",
    "[a-c]",
    "\\d",
    "\\.",
    "(?:a|b)",
    "(ab|c)",
    "^",
    "$",
    "(a*)",
  );
  const count = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "*?");
  const pattern = fc
    .array(fc.tuple(atom, count), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.map(([what, often]) => (/^[\^$]$/.test(what) ? what : what + often)).join(""));
  const text = fc.array(fc.constantFrom("a", "b", "c", ".", "1", "x"), { maxLength: 8 }).map((chars) => chars.join(""));

  test("random patterns and texts", () => {
    fc.assert(
      fc.property(pattern, text, (source, value) => {
        expect(compilePattern(source)?.search(value)).toBe(new RegExp(source, "u").test(value));
      }),
      { numRuns: sample(200, 3000) },
    );
  });

  test.each([
    ["^([0-9]+)?\\.?[0-9]+[BKMGT]$", ["1G", "1.5G", ".5M", "G", "1GB", ""]],
    ["^[-_0-9a-zA-Z]+(,[-_0-9a-zA-Z]+)*$", ["a,b-c", "a,,b", ",a", "ä"]],
    ["^\\+?[0-9]+$", ["+5", "5", "++5", "now"]],
    ["a|^b$|", ["", "xb", "b", "ca"]],
  ])("%s", (source, texts) => {
    for (const value of texts) expect(compilePattern(source)?.search(value)).toBe(new RegExp(source, "u").test(value));
  });
});

test("as in Python, $ matches before the last line break, and . is no line break", () => {
  expect(compilePattern("^a$")?.search("a\n")).toBe(true);
  expect(compilePattern("^a$")?.search("a\n\n")).toBe(false);
  expect(compilePattern("^.*$")?.search("a\nb")).toBe(false);
});

test.each([
  "(?=a)",
  "(?<!a)b",
  "(a)\\1",
  "[a",
  "(a",
  "a)",
  "a**",
  "\\p{L}",
  "a{999}{999}",
  "(((a{99}){99}){99})",
  "x".repeat(1000),
])("%s is not read", (source) => expect(compilePattern(source)).toBeUndefined());

test.each(["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)*(.*)*(.*)*x", "^([a-z]+)*[0-9]$"])(
  "%s, over which backtracking hangs, is answered",
  (source) => expect(compilePattern(source)?.search(`${"a".repeat(5000)}!`)).toBe(false),
);
