import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeLine, escapeProse, escapeText, linesOf } from "../../src/report/escape.ts";
import { whole } from "../samples.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";

describe("escapeText", () => {
  test.each([
    ["\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"],
    ["a\0b\x07\b\x7f", "a\\x00b\\x07\\x08\\x7f"],
    ["a\r\nb\tc", "a\\r\\nb\\tc"],
    ["\x9b2J\x85", "\\x9b2J\\x85"],
    ["\u202egnp.exe\u2066", "\\u{202e}gnp.exe\\u{2066}"],
    ["zero\u200bwidth\u200d\ufeff", "zero\\u{200b}width\\u{200d}\\u{feff}"],
    ["\u2028\u2029", "\\u{2028}\\u{2029}"],
    ["\ud800 and \udc00", "\\u{d800} and \\u{dc00}"],
    ["\u{e0041}\u{10ffff}\ue000\u0378", "\\u{e0041}\\u{10ffff}\\u{e000}\\u{378}"],
    ["no\u00a0break\u3164", "no\\xa0break\\u{3164}"],
    ["x ##[set-output name=a]b", "x ##\\x5bset-output name=a]b"],
    ["10.0.0.9 cache ##vso[task.prependpath]/opt", "10.0.0.9 cache ##vso\\x5btask.prependpath]/opt"],
    ["###VSO[task.complete]", "###VSO\\x5btask.complete]"],
    ["a##teamcity[buildStop]", "a##teamcity\\x5bbuildStop]"],
    // The agent of Azure Pipelines finds its prefix past characters that no collation counts.
    ["##\u200bvso[task.complete]", "##\\u{200b}vso[task.complete]"],
    ["::error::x", "\\x3a:error::x"],
    ["x ::set-output name=a::b", "x \\x3a:set-output name=a::b"],
  ])("%j", (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  test("leaves every other text as it is", () => {
    for (const text of [
      "plain ASCII ~!@#[]{}\\",
      "Grüße, naïve",
      "日本語 한국어",
      "e\u0301",
      "עברית",
      "😀",
      "::1 localhost",
      "ff02::1 x",
      "[::]:80",
      "## [section] #vso[x] ##-- [x] ##vso",
    ])
      expect(escapeText(text)).toBe(text);
  });

  test("leaves nothing hazardous of any text", () => {
    expect(hazardsIn(EVERY_HAZARD).length).toBeGreaterThan(30);
    expect(hazardsIn(escapeText(EVERY_HAZARD))).toEqual([]);
    if (!whole) return;
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => hazardsIn(escapeText(text)).length === 0));
    fc.assert(fc.property(fc.string({ unit: "binary-ascii" }), (text) => !/[^ -~]/.test(escapeText(text))));
  });

  test("keeps newlines where they are meant, and nothing else", () => {
    expect(escapeText("a\n\x1b\r\nb", { keepNewlines: true })).toBe("a\n\\x1b\\r\nb");
  });
});

test("placeholders read as words, whatever their reason holds", () => {
  expect(escapeProse("127.0.1.1 <<unknown:the host name>> x <<unknown:\x1b>>")).toBe(
    "127.0.1.1 (unknown: the host name) x (unknown: \\x1b)",
  );
});

test("tabs of a line are blanks", () => {
  expect(escapeLine("\tindented\r")).toBe("    indented\\r");
});

test("a final newline begins no line", () => {
  expect(linesOf("a\n\nb\n")).toEqual(["a", "", "b"]);
  expect(linesOf("a")).toEqual(["a"]);
  expect(linesOf("")).toEqual([]);
});
