import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { openDirectory } from "../../../src/image/directory.ts";
import { type Machine, machineOf } from "../../../src/verify/machine.ts";
import { bootCommands, readBoot } from "../../../src/verify/realBoot.ts";
import { realChanges } from "../../../src/verify/realChanges.ts";
import { realImage } from "../../../src/verify/realImage.ts";
import { type Ended, lastLine, runSandboxed } from "../../../src/verify/sandbox.ts";
import { STAND_INS, STATE } from "../../../src/verify/standIns.ts";
import { roots } from "../describeReal.ts";
import { type RealBoot, type RecordedBoot, recordedBoot } from "./bootDirectory.ts";
import { customisation } from "./customise.ts";
import type { Scenario, Suite } from "./scenario.ts";

const COMMAND_LINE = "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro console=ttyS0";

const here = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8");
const record = here("record.sh");
/** All that decides what a boot does, beside its image. */
const HARNESS = [
  ...["machine", "inside", "boot"].map((name) => here(`../../../src/verify/${name}.sh`)),
  JSON.stringify([...STAND_INS]),
  record,
  COMMAND_LINE,
].join("\0");

/** Boots a scenario on a suite's root, or reads the result of the same boot from the cache beside the roots. */
export async function realBoot(suite: Suite, scenario: Scenario): Promise<RealBoot> {
  const root = join(roots, suite);
  const { name, seed } = scenario;
  // NoCloud takes only a seed that has both files.
  const whole = { ...scenario, seed: { "user-data": "", ...seed } };
  const key = createHash("sha256").update(HARNESS).update(identityOf(root)).update(customisation(whole)).digest("hex");
  const cache = join(roots, "..", "boots", suite);
  const directory = join(cache, `${name}.${key.slice(0, 16)}`);
  if (!existsSync(directory)) await boot(root, whole, cache, directory);
  return { ...recordedBoot(directory), directory };
}

/** Why no real boot can be made here; undefined when one can. */
export function whyNot(suite: Suite): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  if (!existsSync(join(roots, suite, "etc/cloud/cloud.cfg")))
    return `no root at ${join(roots, suite)}: run test/real/make-roots.sh ${suite}`;
  const probe = spawnSync("unshare", ["--user", "--mount", "--pid", "--fork", "--net", "true"], { encoding: "utf8" });
  return probe.status === 0 ? undefined : `cannot make namespaces: ${probe.stderr || String(probe.error)}`;
}

/** A root that was built again is another root, though it holds the same version. */
function identityOf(root: string): string {
  const { mtimeMs, ino } = statSync(join(root, "var/lib/dpkg/status"));
  return `${root} ${mtimeMs} ${ino}`;
}

async function boot(root: string, scenario: Scenario, cache: string, directory: string): Promise<void> {
  const { name } = scenario;
  // Somebody else may boot the same scenario at the same time.
  const part = join(cache, `${name}.${process.pid}.part`);
  for (const made of ["before", "after", "seed"]) mkdirSync(join(part, made), { recursive: true });
  try {
    for (const [file, content] of Object.entries(scenario.seed)) writeFileSync(join(part, "seed", file), content);
    const machine = await customise(root, scenario, join(part, "custom"));
    const recorded = await bootCustomised(root, machine, part);
    writeFileSync(join(part, "changes.json"), JSON.stringify(recorded, undefined, 1));
    const old = new RegExp(`^${name}\\.[0-9a-f]{16}$`);
    for (const entry of readdirSync(cache).filter((other) => old.test(other))) {
      if (join(cache, entry) !== directory) rmSync(join(cache, entry), { recursive: true, force: true });
    }
    if (!existsSync(directory)) renameSync(part, directory);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** Customises the image, whose changes go to the directory `layer`. Returns the machine that it boots in then. */
async function customise(root: string, scenario: Scenario, layer: string): Promise<Machine> {
  const image = openDirectory(root);
  const machine = { ...machineOf(image), hostname: "builder" };
  // A file, since the text may be longer than an argument can be.
  const script = `${STATE}/customise.sh`;
  const prepare = (run: string) => writeFileSync(run + script.slice("/run".length), customisation(scenario));
  return await runSandboxed(
    { root, machine, commandLine: COMMAND_LINE, script: `. ${script}`, prepare },
    ({ words, output, before, upper, after }) => {
      if (!words.has("customised")) throw new Error(`${scenario.name} could not be customised${lastLine(output)}`);
      keep(upper, layer);
      return machineOf(realImage(image, realChanges(before, upper, after)));
    },
  );
}

/** Boots the image with the layer `custom` in `directory`, and keeps what is left of the boot there. */
async function bootCustomised(root: string, machine: Machine, directory: string): Promise<RecordedBoot> {
  const script = [record, "sshd_settings before", bootCommands(machine), "sshd_settings after", "keep_logs"].join("\n");
  const layer = join(directory, "custom");
  return await runSandboxed({ root, layer, machine, commandLine: COMMAND_LINE, script }, (ended: Ended) => {
    const { stages, changes, log, commands } = readBoot(ended);
    keep(ended.upper, join(directory, "boot"));
    cpSync(`${ended.run}${STATE.slice("/run".length)}/kept`, directory, { recursive: true });
    writeFileSync(join(directory, "commands.log"), commands.map((command) => `${command}\n`).join(""));
    writeFileSync(join(directory, "output.txt"), ended.output);
    const [, cloudInit = null] = /Cloud-init v\. (\S+)/.exec(log) ?? [];
    return { root, cloudInit, stages, changes: changes.map(({ content: _, ...change }) => change) };
  });
}

/** Copies a layer as it is, with what the overlay says of deleted files and replaced directories. */
function keep(layer: string, directory: string): void {
  execFileSync("cp", ["-a", layer, directory]);
}
