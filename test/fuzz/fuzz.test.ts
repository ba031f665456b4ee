import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { execute } from "./execute.ts";
import { minimise } from "./minimise.ts";
import { wrongWith } from "./printed.ts";
import { Random } from "./random.ts";
import type { Checks, Target } from "./target.ts";

const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("an execution", () => {
  const target = (run: (checks: Checks) => unknown): Target => ({
    name: "x",
    cost: 1,
    make: () => ({}),
    run: (_input, checks) => run(checks),
  });

  test("that writes a file is found", async () => {
    const path = join(scratch, "written");
    const fault = await execute(
      target(() => writeFileSync(path, "")),
      {},
      false,
    );
    expect(fault?.what).toContain(`fs.writeFileSync(${path}) while an image is read`);
    expect(readdirSync(scratch)).not.toContain("written");
  });

  test("that shows a secret is found, with the secret's place", async () => {
    const fault = await execute(
      target((checks) => {
        checks.secret("s3cret", "users.passwd");
        checks.printed("text", "a: s3cret\n");
      }),
      {},
      false,
    );
    expect(fault).toMatchObject({ kind: "secret", what: "text shows the secret in users.passwd" });
  });

  test("that gives something else the second time is found", async () => {
    let count = 0;
    expect(
      (
        await execute(
          target(() => count++),
          {},
          true,
        )
      )?.kind,
    ).toBe("nondeterminism");
  });
});

describe("what is wrong with what is printed", () => {
  test.each([
    ["text", "a\n::error::b\n", "a command of a CI system"],
    ["text", "a ##[error]b\n", "a command of a CI system"],
    ["text", "a ##vso[task.complete]\n", "a command of a CI system"],
    ["text", "a\rb", "U+d "],
    ["github", "::error file=a::b ##[c]\n", "a command of a CI system"],
    ["markdown", "<b>\n", "html: <b>"],
    ["lint", "{", "no JSON"],
    ["lint", '{"schemaVersion": 0}', "breaks its schema"],
    ["sarif", '{"version": "2.1.0", "runs": [{}]}', "a run without tool"],
  ] as const)("%s %j", (form, text, wrong) => {
    expect(wrongWith(form, text)).toContain(wrong);
  });

  test("nothing", () => {
    expect(wrongWith("text", "a: b\n  c::d\n")).toBeUndefined();
    expect(wrongWith("github", "::error file=a,line=1::b%0Ac\n\ntext\n")).toBeUndefined();
  });
});

test("an input is made smaller as long as it does the same", async () => {
  const input = { "@how": "x", a: "one\ntwo\nthree\n", b: Buffer.from("four\nfive\n"), c: "six" };
  const smaller = await minimise(input, async ({ a, b }) => String(a).includes("hre") && (b?.includes("v") ?? false), {
    tries: 400,
    seconds: 60,
  });
  expect(smaller).toEqual({ "@how": "x", a: "hre", b: Buffer.from("v") });
});

test("numbers follow from the seed alone", () => {
  const numbers = (seed: string) =>
    Array.from(
      { length: 1000 },
      (
        (random) => () =>
          random.below(1000)
      )(new Random(seed)),
    );
  expect(numbers("1")).toEqual(numbers("1"));
  expect(numbers("1")).not.toEqual(numbers("2"));
  expect(new Set(numbers("1")).size).toBeGreaterThan(500);
});
