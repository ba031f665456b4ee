import { expect, test } from "vitest";
import { diffHunks, shortenHunk } from "../../src/report/diff.ts";
import { whole } from "../samples.ts";

test.runIf(whole)("texts without a line in common are replaced whole, in good time", () => {
  const lines = (word: string) => Array.from({ length: 50_000 }, (_, i) => `${word} ${i}\n`).join("");
  const hunks = diffHunks(lines("before"), lines("after"), 3);
  expect(hunks).toHaveLength(1);
  expect(hunks[0]!.lines.length).toBe(100_000);
  expect(hunks[0]!.lines[0]).toBe("-before 0");
  expect(hunks[0]!.lines.at(-1)).toBe("+after 49999");
});

test("a long hunk keeps the line that counts and both its sides", () => {
  const lines = [
    ...Array.from({ length: 30 }, (_, i) => `-old ${i}`),
    ...Array.from({ length: 30 }, (_, i) => `+new ${i}`),
  ];
  expect(shortenHunk(lines, 20, 12)).toEqual([
    " … 19 more lines",
    "-old 19",
    "-old 20",
    "-old 21",
    "-old 22",
    " … 7 more lines",
    "+new 0",
    "+new 1",
    "+new 2",
    "+new 3",
    " … 26 more lines",
  ]);
  expect(shortenHunk(lines.slice(0, 4), 0, 12)).toEqual(lines.slice(0, 4));
});
