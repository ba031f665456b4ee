import { join } from "node:path";
import { boot } from "../boot/boot.ts";
import type { Launch } from "../boot/cloud/find.ts";
import { listedDatasources } from "../boot/cloud/pinned.ts";
import { cloudData, IMAGE_SEEDS, imageSeed, SEED_FILES, seedMapping } from "../config/seed.ts";
import { type ReadLaunchFile, seedFileOfHost } from "../config/seedOfHost.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import type { Distro } from "../distro/distro.ts";
import { kernelCommandLine } from "../distro/kernelCommandLine.ts";
import { ASSUMED_VERSION } from "../distro/version.ts";
import type { Image } from "../image/image.ts";

/** What the sandbox gives the image at launch. */
export interface SandboxLaunch {
  /** The files to put into the image's NoCloud seed, by name. */
  readonly seed: ReadonlyMap<string, Buffer>;
  readonly commandLine: string;
}

/** What the user says of a launch. */
export interface GivenLaunch extends Launch {
  /** The directory that `cloud` was read from. */
  readonly directory: string | undefined;
  /** Replaces the seed's user-data. */
  readonly userData?: SeedFile;
  /** Reads the files of the directory; by default this machine's. */
  readonly read?: ReadLaunchFile;
}

/** A launch that asks for nothing, where there is no seed. */
const EMPTY_SEED: ReadonlyMap<string, Buffer> = new Map([
  ["meta-data", Buffer.from("instance-id: i-verify\n")],
  ["user-data", Buffer.alloc(0)],
]);

const COMMAND_LINE = "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro console=ttyS0";

/**
 * The launch of an image in the sandbox, and the same for the prediction. The seed is that of a directory, else the image's own,
 * else one that asks for nothing. `instead` names the datasources that the image looks for, where NoCloud, the only one
 * that the sandbox has, takes their place.
 * @throws SeedError if a file of the directory cannot be read
 */
export function sandboxLaunch(
  image: Image,
  distro: Distro,
  given: GivenLaunch,
): {
  readonly launch: SandboxLaunch;
  readonly predicted: Launch & { readonly userData?: SeedFile };
  readonly instead: readonly string[];
} {
  const { directory, read: readFile, ...own } = given;
  const version = distro.cloudInit.version ?? ASSUMED_VERSION;
  const names = listedDatasources(image, version, boot(image, { distro, ...own }).base)?.names ?? ["NoCloud"];
  // None needs nothing from the machine.
  const instead = names.includes("NoCloud") || names.every((name) => name === "None") ? [] : names;
  const line = kernelCommandLine(image)?.text ?? COMMAND_LINE;
  const commandLine = instead.length === 0 ? line : `${line} ci.ds=NoCloud`;
  const forced = instead.length === 0 ? {} : { datasource: "NoCloud" };
  const userData = own.userData === undefined ? [] : [["user-data", own.userData.bytes] as const];
  if (directory !== undefined) {
    const seed = new Map([...seedOf(directory, image, readFile), ...userData]);
    return { launch: { seed, commandLine }, predicted: { ...own, ...forced }, instead };
  }
  if (instead.length === 0 && imageSeed(image, version) !== undefined)
    return { launch: { seed: new Map(userData), commandLine }, predicted: own, instead };
  const seed = new Map([...EMPTY_SEED, ...userData]);
  const read = (name: string) => {
    const bytes = seed.get(name);
    return bytes && { path: name, bytes };
  };
  const cloud = cloudData(read, seedMapping);
  return { launch: { seed, commandLine }, predicted: { ...own, cloud, ...forced }, instead };
}

/** The files of a seed's directory. Those that only the image has become empty: they must not join it. */
function seedOf(directory: string, image: Image, read = seedFileOfHost): (readonly [string, Buffer])[] {
  return SEED_FILES.flatMap((name) => {
    const file = read(join(directory, name));
    if (file !== undefined) return [[name, file.bytes] as const];
    // NoCloud takes only a seed that has user-data.
    const isNeeded = name === "user-data" || image.stat(`${IMAGE_SEEDS[0]}/${name}`) !== undefined;
    return isNeeded ? [[name, Buffer.alloc(0)] as const] : [];
  });
}
