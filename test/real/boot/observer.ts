import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";
import type { Observation } from "./observe.ts";
import { type RealBoot, script } from "./realBoot.ts";
import type { Scenario } from "./scenario.ts";

const run = promisify(execFile);

/** Bundles observe.ts before the tests of a file; the function runs it where both images of a boot are shown. */
export function observer(): (boot: RealBoot, scenario: Scenario) => Promise<Observation> {
  const directory = mkdtempSync(join(tmpdir(), "first-boot-"));
  const program = join(directory, "observer.mjs");
  beforeAll(async () => {
    await build({
      entryPoints: [join(import.meta.dirname, "observe.ts")],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    });
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  return async (boot, { ownData }) => {
    const words = [script, "enter", boot.directory, process.execPath, program, boot.directory];
    if (ownData === true) words.push("own-data");
    const { stdout } = await run("python3", words, { maxBuffer: 1 << 28 });
    return JSON.parse(stdout) as Observation;
  };
}
