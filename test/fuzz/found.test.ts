import { readdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { oneOf } from "../samples.ts";
import { execute } from "./execute.ts";
import { Random } from "./random.ts";
import { removeScratch } from "./scratch.ts";
import { fileText } from "./seeds.ts";
import { fromStored } from "./stored.ts";
import { targets } from "./targets.ts";

afterAll(removeScratch);

/** What the fuzzer saved: an input and what it once did. */
describe("what the fuzzer found stays mended", () => {
  test.each(oneOf(3, readdirSync("test/fuzz/found")))("%s", async (file) => {
    const { target, input } = JSON.parse(fileText(`test/fuzz/found/${file}`));
    const found = targets.find(({ name }) => name === target)!;
    expect(await execute(found, fromStored(input), true)).toBeUndefined();
  });
});

describe("each target makes the same inputs from the same numbers, and runs", () => {
  test.each(
    oneOf(
      3,
      targets.map((target) => [target.name, target] as const),
    ),
  )("%s", async (_name, target) => {
    for (const seed of oneOf(2, ["1", "2"])) {
      const input = target.make(new Random(seed));
      expect(isDeepStrictEqual(target.make(new Random(seed)), input)).toBe(true);
      expect(await execute(target, input, true)).toBeUndefined();
    }
  });
});
