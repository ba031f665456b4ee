import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "./cli/run.ts";

const readme = readFileSync("README.md", "utf8");

test("the README's example is what the program prints", async () => {
  const example = /<!-- example -->\n```\n(.*?)\n```\n/s.exec(readme)?.[1];
  expect(example).toBeDefined();
  const { out, status } = await run("fixtures/debian-12-hardened");
  expect(status).toBe(1);
  // "..." stands for what is left out.
  let rest = out;
  for (const part of example!.split("\n\n...\n\n")) {
    expect(rest).toContain(part);
    rest = rest.slice(rest.indexOf(part) + part.length);
  }
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
