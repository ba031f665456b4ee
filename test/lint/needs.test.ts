import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mayBeRead, NEEDS } from "../../src/lint/needs.ts";
import { parseRuleDocument } from "../../src/lint/rules/ruleDocument.ts";
import { fixtureImage, fixtureNames } from "../fixtures/fixtureImages.ts";
import { oneOf } from "../samples.ts";
import { isHome, unforeseenPaths } from "./askedPaths.ts";
import { exampleImage } from "./exampleImage.ts";

// A path that a lens, a module or a rule begins to ask for is a word more in src/lint/needs.ts.
test.each(oneOf(3, fixtureNames))("all that a lint of %s asks for is foreseen", (fixture) => {
  const image = fixtureImage(fixture);
  expect(unforeseenPaths(image).filter((path) => !isHome(path, image))).toEqual([]);
});

test("all that the rules' examples ask for is foreseen", () => {
  const examples = readdirSync("rules").flatMap((name) =>
    parseRuleDocument(readFileSync(join("rules", name), "utf8"), name).examples.map((one) => ({ name, ...one })),
  );
  for (const { name, title, files } of oneOf(11, examples)) {
    const image = exampleImage(files);
    // What only the example's own configuration names cannot be foreseen.
    const given = Object.values(files).join("\n");
    const paths = unforeseenPaths(image).filter((path) => !isHome(path, image) && !given.includes(path));
    expect([name, title, paths]).toEqual([name, title, []]);
  }
});

test("the paths stand for themselves in a command line, which is not too long", () => {
  for (const path of NEEDS) expect(path).toMatch(/^[a-z][\w.-]*(\/[\w.-]+)*$/);
  expect(new Set(NEEDS).size).toBe(NEEDS.length);
  expect(NEEDS.join(" ").length).toBeLessThan(32 * 1024);
});

test("of a stream are kept the needed files, and small ones that a configuration may name", () => {
  const sizes: [string, number, boolean][] = [
    ["/etc/ssh/moduli", 600_000, true],
    ["/var/lib/rpm/rpmdb.sqlite", 100_000_000, true],
    ["/usr/bin/chronyd", 300_000, true],
    ["/usr/bin/perl", 3_000_000, false],
    ["/usr/share/doc/x", 10, false],
    ["/usr/share/package/package.conf", 10, true],
    ["/usr/local/bin/own", 1000, true],
    ["/opt/app/config", 1000, true],
    ["/opt/app/blob", 1_000_000, false],
    ["/etcetera", 1_000_000, false],
  ];
  for (const [path, size, kept] of sizes) expect([path, mayBeRead(path, size)]).toEqual([path, kept]);
});
