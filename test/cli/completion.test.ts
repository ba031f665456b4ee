import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { completedProgram } from "../../src/cli/completion/commands.ts";
import { commandLine } from "../../src/cli/main.ts";
import { manual } from "../../src/cli/manual.ts";
import { ruleIds } from "../../src/lint/rules/catalogue.ts";
import { run } from "./run.ts";

const silent = { out: () => {}, err: () => {}, terminal: false, columns: 80, env: {} };
const { commands } = await completedProgram(
  commandLine(silent, () => {}),
  "lint",
);
const long = [...new Set(commands.flatMap(({ options }) => options.map(({ names }) => names.at(-1)!)))];

test("the manual page is the one that the definitions make, with all commands and options", () => {
  // `npm run bundle` renews it.
  const published = readFileSync("man/cloud-init-lint.1", "utf8");
  expect(published).toBe(manual());
  const text = published.replaceAll("\\-", "-");
  expect(long.length).toBeGreaterThan(30);
  for (const name of long) expect(text).toContain(name);
  for (const { name } of commands) if (name !== "help") expect(text).toContain(`\n.SS \\fB${name}`);
});

test.each(["bash", "zsh", "fish"])("%s: every command, option, format, rule", async (shell) => {
  const { status, out, err } = await run("completion", shell);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  const words = new Set(out.match(/[\w-]+/g));
  const names = shell === "fish" ? long.map((name) => name.slice(2)) : long;
  for (const word of [...commands.map(({ name }) => name), ...names, ...ruleIds, "sarif", "Ec2", "never"])
    expect(words).toContain(word);
});

test("another shell is a usage error", async () => {
  expect(await run("completion", "ksh")).toMatchObject({ status: 2, out: "", err: expect.stringContaining("bash") });
});
