/**
 * Lints the images that the real cloud-init boots, and asks whether every customisation that the boot really took has
 * a finding, and whether every finding that is certain really happened.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareLint, type LintScore, noLintScore } from "./compareLint.ts";
import type { LintObservation } from "./observeLint.ts";
import { realBoot, script, whyNot } from "./realBoot.ts";
import { suites } from "./scenario.ts";
import { combinationsOf, scenariosOf } from "./selection.ts";

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), "first-boot-lint-"));
const observer = join(directory, "observeLint.mjs");

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, "observeLint.ts")],
    outfile: observer,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

describe.each(suites)("%s", (suite) => {
  const obstacle = whyNot(suite);
  if (obstacle !== undefined) {
    it("can boot", (context) => {
      if (process.env.CLOUD_INIT_LINT_FIRST_BOOT === "required") throw new Error(obstacle);
      context.skip(obstacle);
    });
    return;
  }

  const score = noLintScore();
  afterAll(() => {
    const { files, filesFound, settings, settingsFound, certain, happened } = score;
    console.log(
      `${suite}: customised files that lost lines ${filesFound} of ${files} found, ` +
        `settings ${settingsFound} of ${settings}; findings that happened ${happened} of ${certain}`,
    );
  });
  const titled = [...scenariosOf(suite), ...combinationsOf(suite)];
  it.concurrent.each(titled.map(({ title, scenario }) => [title, scenario] as const))("%s", async (_, scenario) => {
    const boot = await realBoot(suite, scenario);
    const words = [script, "enter", boot.directory, process.execPath, observer, boot.directory];
    if (scenario.ownData === true) words.push("own-data");
    const { stdout } = await run("python3", words, { maxBuffer: 1 << 28 });
    const own = noLintScore();
    const wrong = compareLint(JSON.parse(stdout) as LintObservation, scenario, own);
    for (const key of Object.keys(own) as (keyof LintScore)[]) score[key] += own[key];
    if (wrong.length > 0) expect.fail(`${suite} ${scenario.name}\n${wrong.join("\n")}`);
  });
});
