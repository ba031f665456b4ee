import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CAPTURES, captured, fenceOf, NOTHING, printed } from "./captures.ts";
import { terminalPicture } from "./terminalPicture.ts";

const readme = readFileSync("README.md", "utf8");
const renew = process.env.CLOUD_INIT_LINT_CAPTURES === "renew";

describe("documents show what the program prints", () => {
  // `npm run captures` renews them.
  test.each(CAPTURES.map((capture) => [capture.name, capture] as const))("%s", async (_, capture) => {
    const [before, shown, after] = fenceOf(readFileSync(capture.document, "utf8"), capture);
    const now = await captured(capture);
    if (renew) writeFileSync(capture.document, before + now + after);
    else expect(shown).toBe(now);
  });

  test("the picture of a terminal", async () => {
    const image = "fixtures/debian-12-hardened";
    const picture = terminalPicture(`node bin/cloud-init-lint.js ${image}`, await printed([image], 1, true));
    if (renew) writeFileSync("docs/terminal.svg", picture);
    else expect(readFileSync("docs/terminal.svg", "utf8")).toBe(picture);
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

test("the README is short, and its first two commands are those that CI does: a lint of an example, and the tests", () => {
  expect(readme.split("\n").length).toBeLessThan(200);
  const commands = [...readme.matchAll(/^ {4}(.*)$/gm)].slice(0, 2).map(([, line]) => line!.replace(/ +#.*/, ""));
  expect(commands).toEqual(["npm ci && node bin/cloud-init-lint.js fixtures/debian-12-hardened", "npm ci && npm test"]);
});
