import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CAPTURES, captured, fenceOf, NOTHING } from "./captures.ts";
import { run } from "./cli/run.ts";

let readme = readFileSync("README.md", "utf8");

describe("the README shows what the program prints", () => {
  // `npm run captures` renews it.
  test.each(CAPTURES.map((capture) => [capture.name, capture] as const))("%s", async (_, capture) => {
    const [before, shown, after] = fenceOf(readme, capture);
    const now = await captured(capture);
    if (process.env.CLOUD_INIT_LINT_CAPTURES === "renew") {
      readme = before + now + after;
      writeFileSync("README.md", readme);
    } else expect(shown).toBe(now);
  });

  test("an ordinary finding in at most twelve lines of 80 columns", async () => {
    const example = CAPTURES.find(({ name }) => name === "example")!;
    const report = await captured({ ...example, parts: [[/./, NOTHING]] });
    const findings = report.split(/\n(?= {2}\d+:\d+ {2})|\n\n(?=\S)/).filter((block) => /^ {2}\d+:\d+ /.test(block));
    expect(findings).toHaveLength(3);
    for (const block of findings) expect(block.trimEnd().split("\n").length, block).toBeLessThanOrEqual(12);
    const isPath = (line: string) => line.trim().startsWith("/") || line.includes("fix: ");
    expect(report.split("\n").filter((line) => line.length > 80 && !isPath(line))).toEqual([]);
  });
});

test("the commands of the README exist", async () => {
  const commands = [...readme.matchAll(/^ {4}cloud-init-lint (\w+)/gm)].map((match) => match[1]!);
  expect(commands.length).toBeGreaterThan(2);
  for (const command of commands) expect((await run(command, "--help")).status).toBe(0);
});

test("the first two commands are those that CI does: a lint of an example, and the tests", () => {
  const commands = [...readme.matchAll(/^ {4}(.*)$/gm)].slice(0, 2).map(([, line]) => line!.replace(/ +#.*/, ""));
  expect(commands).toEqual(["npm ci && node bin/cloud-init-lint.js fixtures/debian-12-hardened", "npm ci && npm test"]);
});

test("the scripts that the documents name exist", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const text of [readme, readFileSync("CONTRIBUTING.md", "utf8")])
    for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(name);
});
