import { builtin } from "../../config/builtin.ts";
import { type CloudData, SeedError, UNKNOWN_CLOUD } from "../../config/seed.ts";
import { readSeed } from "../../config/seedOfHost.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { openDirectory } from "../../image/directory.ts";
import { type Image, ImageError } from "../../image/image.ts";
import { isDict, type PyDict, type PyValue } from "../../python/dataModel.ts";
import { Raises } from "../../python/errors.ts";
import { locateJson } from "../../python/json.ts";
import type { Mapping } from "../../python/tree.ts";
import { driveIn } from "./configDrive.ts";
import { azureCloud } from "./forms/azure.ts";
import { isTooLarge } from "./limits.ts";

/** Files of Azure's layout. */
const OVF = "ovf-env.xml";
const IMDS = "imds.json";
export const AZURE_FILES: readonly string[] = [OVF, IMDS];

/** Datasources that read the layout of another cloud than NoCloud, by the one that it is named after. */
export const READERS_OF_LAYOUTS: Readonly<Record<string, readonly string[]>> = {
  Azure: ["Azure"],
  ConfigDrive: ["ConfigDrive", "OpenStack", "IBMCloud"],
  Ec2: ["Ec2", "AliYun", "CloudStack", "Exoscale"],
};

/** Limits of a tree of meta-data, which real ones do not come near. */
const MOST_FILES = 5_000;
const DEEPEST = 20;

/**
 * Reads the data of a cloud from a directory on this machine, in NoCloud layout or in the cloud's own: Azure's
 * ovf-env.xml and imds.json (the JSON of its metadata service), OpenStack's config drive, Ec2's tree of meta-data.
 * @param version the version of cloud-init that reads it
 * @throws SeedError
 */
export function readCloudSeed(directory: string, version: string): CloudData {
  const tree = treeOf(directory);
  if (tree === undefined) return readSeed(directory);
  const isFile = (name: string) => tree.stat(`${directory}/${name}`)?.kind === "file";
  const isDirectory = (name: string) => tree.stat(`${directory}/${name}`)?.kind === "directory";
  if (isFile(OVF) || isFile(IMDS)) return azure(tree, directory);
  if (isDirectory("openstack")) return openstack(tree, directory, version);
  return isDirectory("meta-data") ? amazon(tree, directory) : readSeed(directory);
}

/** A directory on this machine, out of which nothing leads, whose files are named by their paths on this machine. */
function treeOf(directory: string): Pick<Image, "read" | "stat" | "list"> | undefined {
  let image: Image;
  try {
    image = openDirectory(directory);
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
  const inside = (path: string) => path.slice(directory.length) || "/";
  return {
    read: (path) => {
      const bytes = image.read(inside(path));
      const [problem] = image.problems;
      if (problem !== undefined) throw new SeedError(`${directory}${problem.path}: cannot be read: ${problem.reason}`);
      return bytes;
    },
    stat: (path) => image.stat(inside(path)),
    list: (path) => image.list(inside(path)),
  };
}

function fileIn(tree: Pick<Image, "read">, path: string): SeedFile | undefined {
  const bytes = tree.read(path);
  return bytes === undefined ? undefined : { path, bytes };
}

function azure(tree: Pick<Image, "read">, directory: string): CloudData {
  const [ovf, file] = [OVF, IMDS].map((name) => fileIn(tree, `${directory}/${name}`));
  for (const one of [ovf, file]) if (one !== undefined && isTooLarge(one)) throw tooLarge(one.path);
  return azureCloud(ovf, file && jsonMapping(file));
}

function tooLarge(path: string): SeedError {
  return new SeedError(`${path}: larger than any cloud's`);
}

/** @throws SeedError if it is no mapping in JSON */
function jsonMapping({ path, bytes }: SeedFile): Mapping {
  const json = locateJson(bytes.toString("utf8"));
  if ("reason" in json) throw new SeedError(`${path}:${json.line}:${json.column}: not JSON: ${json.reason}`);
  const node = builtin(json.value, path);
  if (node.type !== "mapping") throw new SeedError(`${path}:1:1: not a JSON object`);
  return node;
}

function openstack(tree: Pick<Image, "read" | "stat">, directory: string, version: string): CloudData {
  try {
    const cloud = driveIn(tree, directory, version);
    if (cloud !== undefined && cloud.metaData === undefined) throw tooLarge(`${directory}/openstack: meta_data.json`);
    if (cloud !== undefined) return cloud;
  } catch (error) {
    if (!(error instanceof Raises)) throw error;
    throw new SeedError(`${directory}/openstack: cloud-init cannot use this config drive: ${error.message}`);
  }
  throw new SeedError(`${directory}/openstack: cloud-init does not use this config drive, because of its dsmode`);
}

function amazon(tree: Pick<Image, "read" | "stat" | "list">, directory: string): CloudData {
  let left = MOST_FILES;
  const top = `${directory}/meta-data`;
  const read = (path: string, depth: number): PyValue => {
    if (--left < 0 || depth > DEEPEST)
      throw new SeedError(`${top}: more than ${MOST_FILES} files or ${DEEPEST} levels`);
    const bytes = tree.read(path);
    if (bytes !== undefined) {
      const lines = bytes.toString("utf8").replace(/\n$/, "").split(/\r?\n/);
      return lines.length > 1 ? lines : lines[0]!;
    }
    return new Map(tree.list(path).map((name) => [name, read(`${path}/${name}`, depth + 1)]));
  };
  const root = read(top, 0) as PyDict;
  if (root.size === 0)
    throw new SeedError(`${top}: this directory is empty; name one with Ec2's meta-data, or with a file meta-data`);
  const keys = root.get("public-keys");
  // The service lists keys as 0/openssh-key.
  if (isDict(keys))
    root.set(
      "public-keys",
      new Map([...keys].map(([name, key]) => [name, isDict(key) ? [...key.values()].flat() : key])),
    );
  const none = (path: string): SeedFile => ({ path, bytes: Buffer.alloc(0) });
  return {
    ...UNKNOWN_CLOUD,
    datasource: "Ec2",
    metaData: builtin(root, top) as Mapping,
    userData: fileIn(tree, `${directory}/user-data`) ?? none(`${directory}/user-data`),
    vendorData: none("vendor-data"),
  };
}
