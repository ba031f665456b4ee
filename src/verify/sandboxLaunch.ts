import { join } from "node:path";
import { boot } from "../boot/boot.ts";
import type { Launch } from "../boot/cloud/find.ts";
import { listedDatasources } from "../boot/cloud/pinned.ts";
import {
  type CloudData,
  cloudData,
  IMAGE_SEEDS,
  imageSeed,
  SEED_FILES,
  SeedError,
  seedMapping,
} from "../config/seed.ts";
import { type ReadLaunchFile, seedFileOfHost } from "../config/seedOfHost.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import type { Distro } from "../distro/distro.ts";
import { kernelCommandLine } from "../distro/kernelCommandLine.ts";
import { ASSUMED_VERSION } from "../distro/version.ts";
import { openDirectory } from "../image/directory.ts";
import type { Image } from "../image/image.ts";
import { hasUnknown } from "../image/unknown.ts";
import { entriesOf, type PyDict } from "../python/dataModel.ts";
import { dumpJson } from "../python/json.ts";
import { toValue } from "../python/value.ts";

/** What the sandbox gives the image at launch. */
export interface SandboxLaunch {
  /** The directory of the image in which the datasource that runs looks for a seed; by default NoCloud's. */
  readonly place?: string;
  /** The files to put there, by name. */
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

/** Where ConfigDrive looks for a drive that is a directory (18.5 to 26.2). */
const DRIVE = "/var/lib/cloud/seed/config_drive";

/** The most files of a drive. */
const MOST_FILES = 5000;

/** A launch in the sandbox, and the same for the prediction. */
interface BothLaunches {
  readonly launch: SandboxLaunch;
  readonly predicted: Launch & { readonly userData?: SeedFile };
  /** The datasources that are looked for, where one that the sandbox has takes their place. */
  readonly instead: readonly string[];
  readonly runs: string;
}

/**
 * The launch of an image in the sandbox, and the same for the prediction. The seed is that of a directory or of the data of an
 * instance, else the image's own, else one that asks for nothing. The sandbox has NoCloud, ConfigDrive and None.
 * @throws SeedError if a file of the directory cannot be read
 */
export function sandboxLaunch(image: Image, distro: Distro, given: GivenLaunch): BothLaunches {
  const { directory, read: readFile, ...own } = given;
  const { cloud, datasource, ...others } = own;
  const version = distro.cloudInit.version ?? ASSUMED_VERSION;
  const listed = listedDatasources(image, version, boot(image, { distro, ...own }).base)?.names;
  const isDrive = directory !== undefined && cloud?.datasource === "ConfigDrive";
  const wanted = datasource === undefined ? listed : [datasource];
  // None needs nothing from the machine.
  const isNone = wanted?.every((name) => name === "None") === true;
  const runs = isNone ? "None" : isDrive ? "ConfigDrive" : "NoCloud";
  const instead = wanted === undefined || wanted.includes(runs) ? [] : wanted;
  const isForced = datasource !== undefined || isDrive || instead.length > 0;
  const line = kernelCommandLine(image)?.text ?? COMMAND_LINE;
  const commandLine = isForced ? `${line} ci.ds=${runs}` : line;
  const forced = isForced ? { datasource: runs } : {};
  const userData = own.userData === undefined ? [] : [["user-data", own.userData.bytes] as const];
  if (isDrive) {
    const drive = driveOf(directory, own.userData);
    const predicted = { ...own, cloud: { ...cloud, datasource: runs }, ...forced };
    return { launch: { place: DRIVE, seed: drive, commandLine }, predicted, instead, runs };
  }
  if (directory !== undefined) {
    const seed = new Map([...seedOf(directory, image, readFile), ...userData]);
    return { launch: { seed, commandLine }, predicted: { ...own, ...forced }, instead, runs };
  }
  const isOwn = cloud === undefined && instead.length === 0 && imageSeed(image, version) !== undefined;
  if (isOwn)
    return { launch: { seed: new Map(userData), commandLine }, predicted: { ...own, ...forced }, instead, runs };
  const seed = new Map([...(cloud === undefined ? EMPTY_SEED : instanceSeed(cloud)), ...userData]);
  const read = (name: string) => {
    const bytes = seed.get(name);
    return bytes && { path: name, bytes };
  };
  const predicted = { ...others, cloud: cloudData(read, seedMapping), ...forced };
  return { launch: { seed, commandLine }, predicted, instead, runs };
}

/** The data of an instance as a seed of NoCloud. What is redacted there is left out. */
function instanceSeed({ metaData, userData, vendorData }: CloudData): Map<string, Buffer> {
  const values = metaData === undefined ? [] : (entriesOf(toValue(metaData)) ?? []);
  const known = new Map([...values].filter(([, value]) => !hasUnknown(dumpJson(value)))) as PyDict;
  if (!known.has("instance-id")) known.set("instance-id", "i-verify");
  const texts = { "user-data": userData, "vendor-data": vendorData };
  return new Map([
    ["meta-data", Buffer.from(dumpJson(known))],
    ...Object.entries(texts).map(([name, file]) => [name, file?.bytes ?? Buffer.alloc(0)] as const),
  ]);
}

/** The files of a config drive in a directory of this machine. User-data take the place of those that it has. @throws SeedError */
function driveOf(directory: string, userData: SeedFile | undefined): Map<string, Buffer> {
  const tree = openDirectory(directory);
  const files = new Map<string, Buffer>();
  const waiting = ["openstack"];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const bytes = tree.read(`/${path}`);
    if (bytes !== undefined) files.set(path, bytes);
    if (files.size > MOST_FILES) throw new SeedError(`${directory}: more than ${MOST_FILES} files`);
    for (const name of tree.list(`/${path}`)) waiting.push(`${path}/${name}`);
  }
  if (userData !== undefined)
    for (const path of [...files.keys()])
      if (path.endsWith("/meta_data.json")) files.set(path.replace(/meta_data\.json$/, "user_data"), userData.bytes);
  return files;
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
