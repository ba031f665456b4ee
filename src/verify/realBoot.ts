import { chmodSync, lchownSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { IMAGE_SEEDS } from "../config/seed.ts";
import type { Image } from "../image/image.ts";
import bootScript from "./boot.sh?raw";
import { type Machine, machineOf } from "./machine.ts";
import { ChangesError, Contents, type RealChange, realChanges } from "./realChanges.ts";
import { type Ended, type Limits, lastLine, runSandboxed, SandboxError, textBelow } from "./sandbox.ts";
import type { SandboxLaunch } from "./sandboxLaunch.ts";

/** What the image's own cloud-init did. */
export interface RealBoot {
  /** The exit status of each stage by its command line; null if cloud-init did not run because it is disabled. */
  readonly stages: Readonly<Record<string, number>> | null;
  readonly changes: readonly RealChange[];
  /** cloud-init's log; "" if it wrote none. */
  readonly log: string;
  /** result.json; "" if it wrote none. */
  readonly result: string;
  /** How each stand-in was called, in order. */
  readonly commands: readonly string[];
  /** Milliseconds that the stages took. */
  readonly milliseconds: number;
}

/** The commands that boot a machine. */
export function bootCommands({ stages }: Pick<Machine, "stages">): string {
  return `${bootScript}boot ${stages.map((stage) => `'${stage}'`).join(" ")}\n`;
}

/**
 * Runs the image's own cloud-init in a sandbox, on a throw-away overlay.
 * @param root the directory of `image`
 * @throws SandboxError
 */
export async function runCloudInit(
  root: string,
  image: Image,
  { place = IMAGE_SEEDS[0]!, seed, commandLine }: SandboxLaunch,
  limits?: Limits,
  signal?: AbortSignal,
): Promise<RealBoot> {
  const machine = machineOf(image);
  const prepare = (_: string, layer: string) => placeSeed(layer, image, place, seed);
  return await runSandboxed(
    { root, machine, commandLine, script: bootCommands(machine), prepare },
    (ended) => {
      const real = readComparable(ended);
      const statuses = Object.values(real.stages ?? { disabled: 0 });
      if (!statuses.includes(0) && real.log === "" && real.result === "")
        throw new SandboxError(`its cloud-init did not start${lastLine(ended.output)}`);
      return real;
    },
    limits,
    signal,
  );
}

function readComparable(ended: Ended): RealBoot {
  try {
    return readBoot(ended);
  } catch (error) {
    throw error instanceof ChangesError ? new SandboxError(error.message) : error;
  }
}

/** What a boot left. @throws ChangesError */
export function readBoot(ended: Ended): RealBoot {
  const { before, upper, after, mounts, steps, words, commands, milliseconds } = ended;
  const contents = new Contents();
  return {
    stages: words.has("disabled") ? null : steps,
    changes: [{ point: "", upper }, ...mounts].flatMap((mount) =>
      realChanges(before + mount.point, mount.upper, after + mount.point, mount.point, contents),
    ),
    log: writtenText(ended, "/var/log/cloud-init.log"),
    result: writtenText(ended, "/var/lib/cloud/data/result.json"),
    commands,
    milliseconds,
  };
}

/** The text of a file that the boot wrote, on whatever file system of the image that is. */
function writtenText({ upper, mounts }: Ended, path: string): string {
  const mount = mounts.findLast(({ point }) => path.startsWith(`${point}/`));
  return mount === undefined ? textBelow(upper, path) : textBelow(mount.upper, path.slice(mount.point.length));
}

/** Puts the seed where the image's datasource looks for one. */
function placeSeed(layer: string, image: Image, place: string, seed: ReadonlyMap<string, Buffer>): void {
  const directory = image.realpath(place) ?? place;
  mkdirAs(layer, directory, image);
  for (const [name, content] of seed) {
    mkdirAs(layer, dirname(`${directory}/${name}`), image);
    writeFileSync(`${layer}${directory}/${name}`, content);
  }
}

/** Makes a directory of a layer and those above it, with the modes and owners that the image's have. */
function mkdirAs(layer: string, path: string, image: Image): void {
  if (path === "/") return;
  mkdirAs(layer, dirname(path), image);
  mkdirSync(layer + path, { recursive: true });
  const { mode, uid, gid } = image.lstat(path) ?? { mode: 0o755, uid: 0, gid: 0 };
  lchownSync(layer + path, uid, gid);
  chmodSync(layer + path, mode);
}
