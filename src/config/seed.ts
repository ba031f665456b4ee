import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "../image/image.ts";
import { builtin } from "./builtin.ts";
import { FatalConfigError, mergeMany } from "./merge.ts";
import { type ConfigFile, parseConfigFile } from "./read.ts";
import type { ConfigNode, Mapping, Pair } from "./tree.ts";

/** What a cloud hands over at launch. Undefined members: nobody said, so what follows from them is unknown. */
export interface CloudData {
  /** The datasource by cloud-init's name ("NoCloud"). */
  readonly datasource: string | undefined;
  readonly metaData: Mapping | undefined;
  /** The user-data's and the vendor-data's cloud-config; without pairs where these are empty or of another kind. */
  readonly userData: ConfigFile | undefined;
  readonly vendorData: ConfigFile | undefined;
  /** Network configuration; undefined where the datasource gives none. */
  readonly networkConfig: Mapping | undefined;
  /** User-data or vendor-data whose kind is not simulated, each with the reason. */
  readonly notes: readonly string[];
}

/** When nobody says what the cloud hands over. */
export const UNKNOWN_CLOUD: CloudData = {
  datasource: undefined,
  metaData: undefined,
  userData: undefined,
  vendorData: undefined,
  networkConfig: undefined,
  notes: [],
};

/** A seed that cannot be used, in words for the user. */
export class SeedError extends Error {}

/** Directories of the image in which DataSourceNoCloud looks for a seed (18.5 to 26.2). */
const IMAGE_SEEDS = ["/var/lib/cloud/seed/nocloud", "/var/lib/cloud/seed/nocloud-net"];

/**
 * Reads a seed in NoCloud layout from a directory of this machine: meta-data, user-data, vendor-data, network-config.
 * @throws SeedError when it is no directory, or meta-data or network-config are no valid YAML mappings.
 */
export function readSeed(directory: string): CloudData {
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new SeedError(`${directory}: no such directory (--seed wants one that holds meta-data and user-data)`);
  return cloudData((name) => {
    const path = join(directory, name);
    return existsSync(path) ? { path, bytes: readFileSync(path) } : undefined;
  });
}

/** The seed baked into an image, which NoCloud finds before anything else; undefined when there is none. */
export function imageSeed(image: Image): CloudData | undefined {
  // meta-data and user-data are both required (DataSourceNoCloud, 20.4 to 26.2).
  const found = IMAGE_SEEDS.find(
    (seed) => image.read(`${seed}/meta-data`) !== undefined && image.read(`${seed}/user-data`) !== undefined,
  );
  if (found === undefined) return undefined;
  return cloudData((name) => {
    const path = `${found}/${name}`;
    const bytes = image.read(path);
    return bytes === undefined ? undefined : { path, bytes };
  });
}

type ReadSeedFile = (name: string) => { path: string; bytes: Buffer } | undefined;

function cloudData(read: ReadSeedFile): CloudData {
  const notes: string[] = [];
  const mapping = (name: string): Mapping | undefined => {
    const file = read(name);
    if (file === undefined) return undefined;
    const parsed = seedFile(file.bytes, file.path);
    if (parsed.dropped !== undefined)
      throw new SeedError(`${file.path}:${parsed.dropped.line}:${parsed.dropped.column}: ${parsed.dropped.reason}`);
    return parsed.root;
  };
  const cloudConfig = (name: string): ConfigFile => {
    const file = read(name);
    const empty = { path: file?.path ?? name, root: builtin({}, name) as Mapping, dropped: undefined };
    if (file === undefined || file.bytes.toString().trim() === "") return empty;
    if (/^#cloud-config\s/.test(`${file.bytes.toString("latin1", 0, 200).trimStart()}\n`)) {
      const parsed = seedFile(file.bytes, file.path);
      // Its own merge_how only says how this part joins earlier ones, and there is none.
      return { ...parsed, root: sortKeys(mergeMany([parsed.root], empty.root), new Map()) as Mapping };
    }
    notes.push(`${file.path}: not simulated, since it is no plain #cloud-config`);
    return empty;
  };
  return {
    datasource: "NoCloud",
    metaData: mapping("meta-data") ?? (builtin({}, "meta-data") as Mapping),
    userData: cloudConfig("user-data"),
    vendorData: cloudConfig("vendor-data"),
    networkConfig: mapping("network-config"),
    notes,
  };
}

/**
 * cloud-init writes user-data down and reads that back, by which the keys of every mapping come into order
 * (handlers/cloud_config.py, 18.5 to 26.2); keys of several types stay as they are.
 */
function sortKeys(node: ConfigNode, done: Map<ConfigNode, ConfigNode>): ConfigNode {
  if (node.type === "scalar") return node;
  const known = done.get(node);
  if (known !== undefined) return known;
  const sorted: ConfigNode =
    node.type === "sequence"
      ? { ...node, children: node.children.map((child) => sortKeys(child, done)) }
      : { ...node, children: inOrder(node).map((pair) => ({ ...pair, value: sortKeys(pair.value, done) })) };
  done.set(node, sorted);
  return sorted;
}

function inOrder({ children }: Mapping): readonly Pair[] {
  if (children.every(({ key }) => key.kind === "str"))
    return children.toSorted((a, b) => compareText(String(a.key.value), String(b.key.value)));
  if (children.every(({ key }) => ["bool", "int", "float"].includes(key.kind)))
    return children.toSorted((a, b) => Number(a.key.value) - Number(b.key.value));
  return children;
}

/** By code point, as Python compares. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}

function seedFile(bytes: Buffer, path: string): ConfigFile {
  try {
    return parseConfigFile(bytes, path);
  } catch (error) {
    if (error instanceof FatalConfigError) throw new SeedError(`${path}: ${error.message}`);
    throw error;
  }
}
