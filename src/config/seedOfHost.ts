import { readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../image/reason.ts";
import { loadJson } from "../python/json.ts";
import type { ConfigNode, Mapping } from "../python/tree.ts";
import { builtin } from "./builtin.ts";
import { FatalConfigError } from "./merge.ts";
import { type ConfigFile, parseConfigFile } from "./read.ts";
import { type CloudData, cloudData, NETWORK_DATA, SEED_FILES, SeedError } from "./seed.ts";
import type { SeedFile } from "./userData/parts.ts";

/**
 * Reads a seed in NoCloud layout from a directory on this machine: meta-data, user-data, vendor-data, network-config, or
 * OpenStack's network_data.json.
 * @throws SeedError if it is not a directory, or if meta-data or network-config is not a valid YAML mapping.
 */
export function readSeed(directory: string): CloudData {
  const stat = statOfHost(directory);
  if (stat === undefined) throw new SeedError(`${directory}: no such directory`);
  if (!stat.isDirectory())
    throw new SeedError(`${directory}: not a directory; name the one that contains ${SEED_FILES.join(", ")}`);
  if (!SEED_FILES.some((name) => statOfHost(join(directory, name)) !== undefined))
    throw new SeedError(`${directory}: contains none of ${SEED_FILES.join(", ")}`);
  return seedAmong(seedFileOfHost, directory);
}

/** Reads a file of a launch by its path; undefined if it does not exist. */
export type ReadLaunchFile = (path: string) => SeedFile | undefined;

/** The same from files that `read` has. @throws SeedError if meta-data or network-config is not a valid YAML mapping */
export function seedAmong(read: ReadLaunchFile, directory: string): CloudData {
  const networkData = json(read(join(directory, NETWORK_DATA)));
  const has = (name: string) => read(join(directory, name)) !== undefined;
  return {
    ...cloudData((name) => read(join(directory, name)), strictMapping),
    ...(networkData === undefined ? {} : { networkData }),
    ...(has("user-data") && !has("meta-data") ? { withoutMetaData: directory } : {}),
  };
}

/** The stat of a path on this machine; undefined if it does not exist. @throws SeedError if that cannot be determined. */
function statOfHost(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new SeedError(`${path}: cannot be read: ${reasonOf(error)}`);
  }
}

/** The size limit for network_data.json, in bytes; real ones are far smaller. */
const LONGEST_JSON = 1_000_000;

/** @throws SeedError if it is not valid JSON. */
function json(file: SeedFile | undefined): ConfigNode | undefined {
  if (file === undefined) return undefined;
  if (file.bytes.length > LONGEST_JSON) throw new SeedError(`${file.path}: larger than 1 MB`);
  try {
    return builtin(loadJson(file.bytes.toString("utf8")), file.path);
  } catch (error) {
    throw new SeedError(`${file.path}: ${(error as Error).message}`);
  }
}

/** The size limit for a seed file, in bytes; clouds provide far smaller ones. */
const LARGEST_SEED = 32 * 1024 * 1024;

/** A file on this machine that stands for one from the cloud; undefined if it does not exist. @throws SeedError */
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

/** @throws SeedError if it holds no mapping. */
function strictMapping(file: SeedFile): Mapping {
  const { root, dropped } = seedFile(file.bytes, file.path);
  if (dropped === undefined) return root;
  const what = dropped.code === "not-yaml" ? dropped.message : NO_MAPPING;
  throw new SeedError(`${file.path}:${dropped.line}:${dropped.column}: ${what}`);
}

const NO_MAPPING = "the top level is not a mapping (lines of the form key: value)";

function seedFile(bytes: Buffer, path: string): ConfigFile {
  try {
    return parseConfigFile(bytes, path);
  } catch (error) {
    if (error instanceof FatalConfigError) throw new SeedError(`${path}: ${error.message}`);
    throw error;
  }
}
