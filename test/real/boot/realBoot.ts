import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RealChange as Change } from "../../../src/verify/realChanges.ts";
import { roots } from "../describeReal.ts";
import type { Scenario, Suite } from "./scenario.ts";

/** Makes and shows the boots. */
const run = promisify(execFile);
const script = join(import.meta.dirname, "real-boot.py");
const scriptParts = ["real-boot.py", "machine.py", "customise.py", "layers.py"];

/** What the real cloud-init did to one image. */
export interface RealBoot {
  /** Holds changes.json, the logs, `seed`, and the two layers; `real-boot.py enter` shows both images in it. */
  readonly directory: string;
  readonly cloudInit: string | null;
  /** Exit status by stage; null when cloud-init is disabled in the image. */
  readonly stages: Readonly<Record<string, number>> | null;
  readonly changes: readonly RealChange[];
}

/** A change as changes.json has it: the contents are in the layers, and the mode is octal digits. */
export type RealChange = Omit<Change, "mode" | "content"> & { readonly mode: string };

/** Boots a scenario on a suite's root, or reads the result of the same boot from the cache beside the roots. */
export async function realBoot(suite: Suite, scenario: Scenario): Promise<RealBoot> {
  const root = join(roots, suite);
  const { name, suites: _, ...input } = scenario;
  const text = JSON.stringify(input);
  const hash = createHash("sha256").update(text).update(identityOf(root));
  for (const part of scriptParts) hash.update(readFileSync(join(import.meta.dirname, part)));
  const key = hash.digest("hex");
  const cache = join(roots, "..", "boots", suite);
  const directory = join(cache, `${name}.${key.slice(0, 16)}`);
  if (!existsSync(directory)) await boot(root, text, cache, name, directory);
  const facts = JSON.parse(readFileSync(join(directory, "changes.json"), "utf8")) as Omit<RealBoot, "directory">;
  return { ...facts, directory };
}

/** The text of a file or link after the boot, or undefined if it does not exist. */
export function contentAfter(boot: RealBoot, change: RealChange): Buffer | undefined {
  if (change.op === "deleted" || change.kind !== "file") return undefined;
  return readFileSync(join(boot.directory, "boot", change.path));
}

/** Why no real boot can be made here; undefined when one can. */
export function whyNot(suite: Suite): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  if (!existsSync(join(roots, suite, "etc/cloud/cloud.cfg")))
    return `no root at ${join(roots, suite)}: run test/real/make-roots.sh ${suite}`;
  const probe = spawnSync("unshare", ["--mount", "--pid", "--fork", "--net", "true"], { encoding: "utf8" });
  return probe.status === 0 ? undefined : `cannot make namespaces: ${probe.stderr || String(probe.error)}`;
}

/** A root that was built again is another root, though it holds the same version. */
function identityOf(root: string): string {
  const { mtimeMs, ino } = statSync(join(root, "var/lib/dpkg/status"));
  return `${root} ${mtimeMs} ${ino}`;
}

async function boot(root: string, scenario: string, cache: string, name: string, directory: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  // Somebody else may boot the same scenario at the same time.
  const part = join(cache, `${name}.${process.pid}.part`);
  const input = `${part}.json`;
  writeFileSync(input, scenario);
  try {
    await run("python3", [script, "boot", root, input, part], { timeout: 600_000 });
    const old = new RegExp(`^${name}\\.[0-9a-f]{16}$`);
    for (const entry of readdirSync(cache).filter((other) => old.test(other))) {
      if (join(cache, entry) !== directory) rmSync(join(cache, entry), { recursive: true, force: true });
    }
    if (!existsSync(directory)) renameSync(part, directory);
  } finally {
    rmSync(input);
    rmSync(part, { recursive: true, force: true });
  }
}
