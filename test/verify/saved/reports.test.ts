/** What users report: each archive of `verify --save` in reports/ is compared with the prediction of today, which must agree. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../../cli/run.ts";

const FOLDER = "test/verify/saved/reports";

test.each(readdirSync(FOLDER))("%s", async (name) => {
  const { status, out, err } = await run("verify", `${FOLDER}/${name}`);
  expect(`${out}${status}`).toMatch(/did what was predicted.*0$/s);
  expect(err).not.toContain("count as missing");
});
