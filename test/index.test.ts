import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as library from "../src/index.ts";

const source = readFileSync("src/index.ts", "utf8");

/** The examples of the doc comments, by the function that they are of. */
const examples = [...source.matchAll(/ \* @example\n((?: \*.*\n)*?) \*\/\nexport (?:async )?function (\w+)/g)].map(
  ([, comment, name]) => [name!, comment!.replaceAll(/^ \* ?/gm, "")] as const,
);

test("every function has an example", () => {
  const functions = Object.entries(library).flatMap(([name, value]) =>
    typeof value === "function" && !/^class\b/.test(String(value)) && name !== "readSeed" ? [name] : [],
  );
  expect(examples.map(([name]) => name).toSorted()).toEqual(functions.toSorted());
});

test.each(examples)("the example of %s prints what it says", (_, example) => {
  const expected = [...example.matchAll(/\/\/=> (.*)$/gm)].map(([, line]) => `${line}\n`);
  expect(expected).not.toEqual([]);
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", example], { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: expected.join(""), stderr: "" });
});
