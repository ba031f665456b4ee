import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !name.startsWith("real/"))
  .map((name) => ({ name, text: readFileSync(`test/${name}`, "utf8") }));

const CALL = /\b(exec|execSync|execFile|execFileSync|spawn|spawnSync)\(\s*["'`]/;
const REAL = /\/describeReal\.ts"/;

test("unit tests call no program by its name, and ask for none: what does stands in test/real", () => {
  const calling = files.filter(({ text }) => CALL.test(text) || REAL.test(text));
  expect(calling.map(({ name }) => name)).toEqual([]);
});
