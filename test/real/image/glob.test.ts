import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesGlob } from "../../../src/image/glob.ts";
import { seedOf } from "../../samples.ts";
import { describeReal, programs } from "../describeReal.ts";

describeReal("globs", programs("bash"), () => {
  test("agree with the shell's pattern matching", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "-", "."), maxLength: 6 });
    const element = fc.constantFrom(
      "*",
      "?",
      "a",
      "b",
      "-",
      ".",
      "[ab]",
      "[!a]",
      "[a-b]",
      "[]a]",
      "[!]]",
      "\\*",
      "\\a",
    );
    const pairs = fc.sample(
      fc.tuple(
        fc.array(element, { maxLength: 6 }).map((parts) => parts.join("")),
        text,
      ),
      { numRuns: 2000, seed: seedOf(1) },
    );
    const visible = pairs.filter(([, name]) => name !== "" && !name.startsWith("."));
    const script = "while IFS= read -r p && IFS= read -r n; do [[ $n == $p ]] && echo 1 || echo 0; done";
    const shell = spawnSync("bash", ["-c", script], {
      input: visible.map(([p, n]) => `${p}\n${n}\n`).join(""),
      encoding: "utf8",
    });
    const real = shell.stdout
      .trim()
      .split("\n")
      .map((line) => line === "1");
    expect(real.filter((matched) => matched).length).toBeGreaterThan(50);
    visible.forEach(([pattern, name], index) => {
      expect(matchesGlob(pattern, name), `${pattern} ${name}`).toBe(real[index]);
    });
  });
});
