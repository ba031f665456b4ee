import { describe, expect, test } from "vitest";
import { execute } from "./execute.ts";
import { found } from "./found.ts";
import { Random } from "./random.ts";
import { fromStored } from "./stored.ts";
import { targets } from "./targets.ts";

describe("what the fuzzer found stays mended", () => {
  test.each(found.map((one) => [`${one.target}: ${one.what}`, one] as const))("%s", async (_name, one) => {
    const target = targets.find(({ name }) => name === one.target)!;
    expect(await execute(target, fromStored(one.input), true)).toBeUndefined();
  });
});

describe("each target", () => {
  test.each(targets.map((target) => [target.name, target] as const))("%s", async (_name, target) => {
    for (const execution of ["1", "2"]) {
      const input = target.make(new Random(execution));
      expect(target.make(new Random(execution))).toEqual(input);
      expect((await execute(target, input, true))?.kind ?? "secret").toBe("secret");
    }
  });
});
