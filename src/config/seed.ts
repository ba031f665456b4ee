import { readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "../image/image.ts";
import { reasonOf } from "../image/reason.ts";
import { loadJson } from "../python/json.ts";
import type { ConfigNode, Mapping } from "../python/tree.ts";
import { builtin } from "./builtin.ts";
import { FatalConfigError } from "./merge.ts";
import { type ConfigFile, parseConfigFile } from "./read.ts";
import type { SeedFile } from "./userData/parts.ts";

/** What a cloud hands over at launch. Undefined members: nobody said, so what follows from them is unknown. */
export interface CloudData {
  /** The datasource by cloud-init's name ("NoCloud"). */
  readonly datasource: string | undefined;
  readonly metaData: Mapping | undefined;
  /** As the cloud gives them, empty where it gives none; NoCloud has no vendor-data2. */
  readonly userData: SeedFile | undefined;
  readonly vendorData: SeedFile | undefined;
  readonly vendorData2: SeedFile | undefined;
  /** Network configuration; undefined where the datasource gives none. */
  readonly networkConfig: Mapping | undefined;
  /** OpenStack's network_data.json, which its datasources make a network configuration of. */
  readonly networkData?: ConfigNode;
  /** What the datasource itself puts over the image's configuration; undefined where it adds nothing. */
  readonly config: Mapping | undefined;
  /** Why the network configuration that it gives is not known, where only that is not. */
  readonly unknownNetwork?: string;
  /** Files that the cloud has the first boot write. */
  readonly files?: readonly SeedFile[];
}

/** When nobody says what the cloud hands over. */
export const UNKNOWN_CLOUD: CloudData = {
  datasource: undefined,
  metaData: undefined,
  userData: undefined,
  vendorData: undefined,
  vendorData2: undefined,
  networkConfig: undefined,
  config: undefined,
};

/** A seed that cannot be used, in words for the user. */
export class SeedError extends Error {}

/** Directories of the image in which DataSourceNoCloud looks for a seed (18.5 to 26.2). */
const IMAGE_SEEDS = ["/var/lib/cloud/seed/nocloud", "/var/lib/cloud/seed/nocloud-net"];

/** The files of a seed in NoCloud layout, and OpenStack's. */
export const SEED_FILES = ["meta-data", "user-data", "vendor-data", "network-config"];
export const NETWORK_DATA = "network_data.json";

/**
 * Reads a seed in NoCloud layout from a directory of this machine: meta-data, user-data, vendor-data, network-config, or
 * OpenStack's network_data.json.
 * @throws SeedError when it is no directory, or meta-data or network-config are no valid YAML mappings.
 */
export function readSeed(directory: string): CloudData {
  const stat = statOfHost(directory);
  if (stat === undefined) throw new SeedError(`${directory}: no such directory`);
  if (!stat.isDirectory())
    throw new SeedError(`${directory}: not a directory; name the one that holds ${SEED_FILES.join(", ")}`);
  if (!SEED_FILES.some((name) => statOfHost(join(directory, name)) !== undefined))
    throw new SeedError(`${directory}: none of ${SEED_FILES.join(", ")} is in it`);
  const networkData = json(seedFileOfHost(join(directory, NETWORK_DATA)));
  return {
    ...cloudData((name) => seedFileOfHost(join(directory, name))),
    ...(networkData === undefined ? {} : { networkData }),
  };
}

/** What stands at a path of this machine; undefined where nothing does. @throws SeedError where that cannot be told. */
function statOfHost(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new SeedError(`${path}: cannot be read: ${reasonOf(error)}`);
  }
}

/** More than any machine's network, in bytes. */
const LONGEST_JSON = 1_000_000;

/** @throws SeedError where it is no JSON. */
function json(file: SeedFile | undefined): ConfigNode | undefined {
  if (file === undefined) return undefined;
  if (file.bytes.length > LONGEST_JSON) throw new SeedError(`${file.path}: it is larger than 1 MB`);
  try {
    return builtin(loadJson(file.bytes.toString("utf8")), file.path);
  } catch (error) {
    throw new SeedError(`${file.path}: ${(error as Error).message}`);
  }
}

/** A larger file is none that a cloud hands over, in bytes. */
const LARGEST_SEED = 32 * 1024 * 1024;

/** A file of this machine that a cloud is to hand over; undefined where there is none. @throws SeedError */
export function seedFileOfHost(path: string): SeedFile | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (!stat.isFile()) throw new SeedError(`${path}: not a regular file`);
    if (stat.size > LARGEST_SEED) throw new SeedError(`${path}: larger than 32 MiB`);
    return { path, bytes: readFileSync(path) };
  } catch (error) {
    if (error instanceof SeedError) throw error;
    throw new SeedError(`${path}: cannot be read: ${reasonOf(error)}`);
  }
}

/** The seed baked into an image, which NoCloud finds before anything else; undefined when there is none. */
export function imageSeed(image: Image): CloudData | undefined {
  // meta-data and user-data are both required (DataSourceNoCloud, 20.4 to 26.2).
  const found = IMAGE_SEEDS.find(
    (seed) => image.read(`${seed}/meta-data`) !== undefined && image.read(`${seed}/user-data`) !== undefined,
  );
  if (found === undefined) return undefined;
  try {
    return cloudData((name) => {
      const path = `${found}/${name}`;
      const bytes = image.read(path);
      return bytes === undefined ? undefined : { path, bytes };
    });
  } catch (error) {
    // cloud-init cannot use it either, and looks for another datasource.
    if (error instanceof SeedError) return undefined;
    throw error;
  }
}

const NO_MAPPING = "the top level is not a mapping (lines of the form key: value)";

type ReadSeedFile = (name: string) => SeedFile | undefined;

function cloudData(read: ReadSeedFile): CloudData {
  const mapping = (name: string): Mapping | undefined => {
    const file = read(name);
    if (file === undefined) return undefined;
    const parsed = seedFile(file.bytes, file.path);
    const { dropped } = parsed;
    if (dropped !== undefined) {
      const what = dropped.code === "not-yaml" ? dropped.message : NO_MAPPING;
      throw new SeedError(`${file.path}:${dropped.line}:${dropped.column}: ${what}`);
    }
    return parsed.root;
  };
  const content = (name: string): SeedFile => read(name) ?? { path: name, bytes: Buffer.alloc(0) };
  return {
    datasource: "NoCloud",
    metaData: mapping("meta-data") ?? (builtin({}, "meta-data") as Mapping),
    userData: content("user-data"),
    vendorData: content("vendor-data"),
    vendorData2: undefined,
    networkConfig: mapping("network-config"),
    config: undefined,
  };
}

function seedFile(bytes: Buffer, path: string): ConfigFile {
  try {
    return parseConfigFile(bytes, path);
  } catch (error) {
    if (error instanceof FatalConfigError) throw new SeedError(`${path}: ${error.message}`);
    throw error;
  }
}
