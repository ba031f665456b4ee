import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs the fuzzer as `npm run fuzz` does, once rules are compiled. */
function fuzz(...args: string[]): { status: number | null; out: string } {
  const command = ["test/fuzz/run.mjs", "--save", scratch, ...args];
  const { status, stdout } = spawnSync(process.execPath, command, { encoding: "utf8" });
  return { status, out: stdout };
}

test("the fuzzer ends and names what never ends and what takes all memory", () => {
  const names = ["self-test-hang", "self-test-memory", "self-test-heap"];
  const { status, out } = fuzz("--executions", "4", "--seed", "1", "--cpu", "4", ...names);
  expect(out).toContain("self-test-hang: hang: not done after 4 s of CPU time");
  expect(out).toContain("self-test-memory: memory: more than 512 MB of memory");
  expect(out).toContain("self-test-heap: memory: more than 512 MB of memory");
  expect(out).toMatch(/seed 1: \d+ executions of 3 targets in \d+ s, 3 found\n$/);
  expect(status).toBe(1);
}, 300_000);

test("the fuzzer finds errors and raw controls, saves a small input of each and can run it again", () => {
  const { status, out } = fuzz("--executions", "4", "--seed", "1", "self-test-exception", "self-test-output");
  expect(out).toContain("self-test-exception: exception: TypeError: three is too many");
  expect(out).toContain("self-test-output: output: text holds U+1b C0 after the newline raw");
  expect(out).toMatch(/seed 1: 8 executions of 2 targets in \d+ s, 2 found\n$/);
  expect(status).toBe(1);
  const path = join(scratch, readdirSync(scratch).find((name) => name.startsWith("self-test-exception"))!);
  expect(JSON.parse(readFileSync(path, "utf8")).input).toEqual({ text: "three" });
  expect(fuzz("--input", path)).toEqual({ status: 1, out: expect.stringContaining("three is too many") });
}, 120_000);

test("the fuzzer ends with 0 where nothing is found, with 2 for a target that does not exist", () => {
  expect(fuzz("--executions", "40", "--seed", "1", "self-test-clean")).toEqual({
    status: 0,
    out: expect.stringContaining("40 executions of 1 targets"),
  });
  expect(fuzz("nope").status).toBe(2);
}, 120_000);
