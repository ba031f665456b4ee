import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

import { run, runWith } from "./run.ts";

const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const HARDENED = "fixtures/debian-12-hardened";

/** Runs the command line as a step of GitHub Actions. */
function step(args: readonly string[], env: Readonly<Record<string, string>>) {
  return runWith({ env: { GITHUB_ACTIONS: "true", ...env } }, ...args);
}

test("the report for GitHub appends to the summary of the step, and prints annotations and text", async () => {
  const summary = join(scratch, "summary.md");
  writeFileSync(summary, "# Ours\n");
  const { status, out, err } = await step(["lint", HARDENED, "-f", "github"], { GITHUB_STEP_SUMMARY: summary });
  expect([status, err]).toEqual([1, ""]);
  expect(out.match(/^::error file=.*Fix: change .*: ssh_pwauth: false$/gm)).toHaveLength(1);
  expect(out.endsWith((await run(HARDENED)).out)).toBe(true);
  const { out: markdown } = await run(HARDENED, "-f", "markdown");
  expect(readFileSync(summary, "utf8")).toBe(`# Ours\n\n${markdown}`);
});

test("a finding of two images is one in text, annotations and SARIF", async () => {
  const sarif = join(scratch, "both.sarif");
  const same = join(scratch, "same");
  symlinkSync(resolve(HARDENED), same);
  const { out } = await run(HARDENED, same, "-f", "github", "-f", `sarif=${sarif}`);
  const both = `${HARDENED}, ${same}`;
  const annotations = out.split("\n").filter((line) => line.startsWith("::error ") && line.includes(` in ${both}. `));
  expect(annotations).toHaveLength(3);
  expect(out).toMatch(/\n\n2 images: Debian 12.*\n {2}/);
  expect(out).toContain(`\n  ${both}\n\n/etc`);
  expect(out).toContain("\n3 errors; 1 note hidden");
  const { runs } = JSON.parse(readFileSync(sarif, "utf8"));
  expect(runs.map(({ results }: { results: unknown[] }) => results.length)).toEqual([4]);
});

test("a file on its own is named once", async () => {
  const file = join(scratch, "user-data.yaml");
  writeFileSync(file, "#cloud-config\nhostnme: a\n");
  for (const format of ["github", "gitlab"]) expect((await run(file, "-f", format)).out).toContain(`Cause: ${file}:2.`);
});

test("no other report writes one, and one that cannot be written only causes a message", async () => {
  const summary = join(scratch, "none.md");
  await step(["lint", HARDENED, "-f", "text"], { GITHUB_STEP_SUMMARY: summary });
  expect(() => readFileSync(summary)).toThrow();
  const { status, err } = await step(["lint", HARDENED, "-f", "github"], { GITHUB_STEP_SUMMARY: scratch });
  expect(status).toBe(1);
  expect(err).toMatch(/^cloud-init-lint: the summary of the step cannot be written: .+\n$/);
});

test("a full summary is not made larger than GitHub takes", async () => {
  const summary = join(scratch, "full.md");
  writeFileSync(summary, "x".repeat(1024 * 1024 - 350));
  await step(["lint", HARDENED, "-f", "github"], { GITHUB_STEP_SUMMARY: summary });
  const text = readFileSync(summary, "utf8");
  expect(text.length).toBeLessThanOrEqual(1024 * 1024);
  expect(text).toMatch(/x\nThis summary is too large: 3 more findings are only in the other reports\.\n$/);
  const { status, err } = await step(["lint", HARDENED, "-f", "github"], { GITHUB_STEP_SUMMARY: summary });
  expect(readFileSync(summary, "utf8")).toBe(text);
  expect([status, err]).toEqual([
    1,
    `cloud-init-lint: the summary of the step cannot be written: ${summary}: it is full\n`,
  ]);
});
