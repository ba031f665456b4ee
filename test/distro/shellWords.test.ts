import { expect, test } from "vitest";
import { shellWord, shellWords } from "../../src/distro/shellWords.ts";
import { sample } from "../samples.ts";
import recorded from "./shellWordCases.json" with { type: "json" };

const variable = (name: string): string => (name === "X" ? "va lue" : "");

/** What dash made of each word, with X='va lue' and an empty XY. */
test.each(recorded as [string, string][])("%j is %j", (word, text) => {
  expect(shellWord(word, 0, variable)).toEqual({ text, end: word.length });
});

test("words of a line end at a comment or with the command", () => {
  expect(shellWords(`  root=/dev/sda1 "a b"'c'   d\\;e # f`, variable)).toEqual(["root=/dev/sda1", "a bc", "d;e"]);
  expect(shellWords("a#b $X; c", variable)).toEqual(["a#b", "va lue"]);
  expect(shellWords("", variable)).toEqual([]);
});

test("a quote that is never closed ends with the text", () => {
  expect(shellWord(`"a b`, 0, variable).text).toBe("a b");
  expect(shellWord(`'a\\`, 0, variable).text).toBe("a\\");
  expect(shellWord("a\\", 0, variable).text).toBe("a");
});

test("words of megabytes come to an end", () => {
  const many = sample(1_000_000, 10_000_000);
  for (const text of ["x".repeat(3 * many), "x ".repeat(1.5 * many), "$".repeat(many)]) {
    expect(shellWord(text, 0, variable).text.length).toBeLessThanOrEqual(text.length);
    expect(Array.isArray(shellWords(text, variable))).toBe(true);
  }
});
