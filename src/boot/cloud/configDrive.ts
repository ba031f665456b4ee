import { builtin } from "../../config/builtin.ts";
import { type CloudData, UNKNOWN_CLOUD } from "../../config/seed.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Image } from "../../image/image.ts";
import { decodeBase64 } from "../../python/base64.ts";
import { isMapping } from "../../python/checked.ts";
import { Raises } from "../../python/errors.ts";
import { loadJson } from "../../python/json.ts";
import type { ConfigObject, ConfigValue, Mapping, Pair, Scalar } from "../../python/tree.ts";
import { toValue } from "../../python/value.ts";
import { isTooLarge } from "./limits.ts";
import { isList, vendorDataOf } from "./vendorData.ts";

/** Where DataSourceConfigDrive looks before it searches disks (18.5 to 26.2). */
const DIRECTORIES = ["/var/lib/cloud/seed/config_drive", "/config-drive"];

/** Versions of the layout that cloud-init knows, newest first (helpers/openstack.py, 20.4 to 26.2). */
const LAYOUTS = "2018-08-27 2017-02-22 2016-10-06 2016-06-30 2015-10-15 2013-10-17 2013-04-04 2012-08-10".split(" ");

/** More files than any launch injects. */
const MOST_FILES = 1_000;

/** The tree of a config drive in the image itself; undefined if there is none that cloud-init can use. */
export function configDriveSeed(image: Image, version: string): CloudData | undefined {
  for (const directory of DIRECTORIES) {
    const layout = layoutOf(image, directory);
    if (image.read(`${directory}/openstack/${layout}/meta_data.json`) === undefined) continue;
    try {
      return readDrive(image, version, `${directory}/openstack`, layout);
    } catch (error) {
      if (error instanceof Raises) return undefined;
      throw error;
    }
  }
  return undefined;
}

/** A tree of a config drive that cloud-init cannot use. */
interface UnusableDrive {
  readonly directory: string;
  readonly files: readonly string[];
  /** The path below the directory of the file that is missing or invalid. */
  readonly metaData: string;
  /** Why it is invalid; undefined if it is missing. */
  readonly message: string | undefined;
}

/** Trees of config drives in the image that contain data but lack valid meta-data (helpers/openstack.py). */
export function unusableDrives(image: Image, version: string): UnusableDrive[] {
  return DIRECTORIES.flatMap((directory): UnusableDrive[] => {
    const layout = layoutOf(image, directory);
    const metaData = `openstack/${layout}/meta_data.json`;
    const places = [...PLACED.map((name) => `openstack/${layout}/${name}`), ...PLACED, ...MISPLACED];
    const files = places.map((name) => `${directory}/${name}`).filter((path) => image.stat(path)?.kind === "file");
    if (image.read(`${directory}/${metaData}`) === undefined) {
      const isFirstLayout = FIRST_LAYOUT.some((name) => image.stat(`${directory}/${name}`) !== undefined);
      return files.length === 0 || isFirstLayout ? [] : [{ directory, files, metaData, message: undefined }];
    }
    try {
      readDrive(image, version, `${directory}/openstack`, layout);
      return [];
    } catch (error) {
      if (!(error instanceof Raises)) throw error;
      return [{ directory, files: [`${directory}/${metaData}`, ...files], metaData, message: error.message }];
    }
  });
}

const PLACED = ["user_data", "vendor_data.json", "network_data.json"];

/** Names that NoCloud uses. */
const MISPLACED = ["user-data", "meta-data", "vendor-data", "network-config"];

/** Files of version 1 of the layout, any of which makes a directory a config drive. */
const FIRST_LAYOUT = ["etc/network/interfaces", "root/.ssh/authorized_keys", "meta.js"];

/** The tree of a config drive in a directory, as `openstack/latest`. @throws Raises if cloud-init cannot use it */
export function driveIn(tree: Tree, directory: string, version: string): CloudData | undefined {
  return readDrive(tree, version, `${directory}/openstack`, layoutOf(tree, directory));
}

/** What is read of an image. */
type Tree = Pick<Image, "read" | "stat">;

function layoutOf(image: Tree, directory: string): string {
  return LAYOUTS.find((name) => image.stat(`${directory}/openstack/${name}`) !== undefined) ?? "latest";
}

function readDrive(image: Tree, version: string, top: string, layout: string): CloudData | undefined {
  const read = (name: string): SeedFile | undefined => {
    const path = `${top}/${layout}/${name}`;
    const bytes = image.read(path);
    return bytes === undefined ? undefined : { path, bytes };
  };
  const metaFile = read("meta_data.json");
  if (metaFile !== undefined && isTooLarge(metaFile)) return { ...UNKNOWN_CLOUD, datasource: "ConfigDrive" };
  const meta = json(metaFile);
  if (!isMapping(meta)) throw new Raises("meta_data.json must contain a mapping");
  const { meta: own } = meta;
  if (isMapping(own) && (own.dsmode === "disabled" || own.dsmode === "pass")) return undefined;
  const nothing: SeedFile = { path: top, bytes: Buffer.alloc(0) };
  const networkFile = read("network_data.json");
  const isTooLong = networkFile !== undefined && isTooLarge(networkFile);
  const network = isTooLong ? undefined : anyType(networkFile);
  const files = [read("vendor_data.json"), versionAtLeast(version, "21.1") ? read("vendor_data2.json") : undefined];
  const isUnknown = files.some((file) => file !== undefined && isTooLarge(file));
  const known = isUnknown ? [] : files;
  const unstorable = versionAtLeast(version, "21.2") ? undefined : known.find((file) => isList(ownData(file)));
  const [vendor, vendor2] = known.map(vendorData);
  return {
    ...UNKNOWN_CLOUD,
    datasource: "ConfigDrive",
    metaData: metaData(image, top, `${top}/${layout}/meta_data.json`, meta),
    userData: read("user_data") ?? nothing,
    vendorData: isUnknown ? undefined : (vendor ?? nothing),
    ...(vendor2 === undefined ? {} : { vendorData2: vendor2 }),
    ...(unstorable === undefined ? {} : { unstorable: unstorable.path }),
    ...(isTooLong ? { unknownNetwork: "the network configuration, because network_data.json is too large" } : {}),
    ...(network === undefined ? {} : { networkData: builtin(network, `${top}/${layout}/network_data.json`) }),
    files: injectedFiles(image, top, meta),
  };
}

function json(file: SeedFile | undefined): ConfigValue | undefined {
  if (file === undefined) return undefined;
  return toValue(builtin(loadJson(file.bytes.toString("utf8"))));
}

/** The JSON types that are accepted for anything but meta-data. */
function anyType(file: SeedFile | undefined): ConfigValue | undefined {
  const value = json(file);
  if (value === undefined || typeof value === "string" || Array.isArray(value) || isMapping(value)) return value;
  throw new Raises("its JSON has an unknown form");
}

/** The meta-data under the names that other datasources use. */
function metaData(image: Tree, top: string, path: string, meta: ConfigObject): Mapping {
  const { uuid, hostname, public_keys: keys, random_seed: seed, network_config: network } = meta;
  if (uuid === undefined) throw new Raises("uuid is missing from meta_data.json");
  const interfaces = isMapping(network) ? content(image, top, network)?.toString("utf8") : undefined;
  const root = builtin(
    {
      ...meta,
      "instance-id": uuid,
      ...(hostname === undefined ? {} : { "local-hostname": hostname }),
      ...(keys === undefined ? {} : { "public-keys": keys }),
      ...(interfaces === undefined ? {} : { "network-interfaces": interfaces }),
    },
    path,
  ) as Mapping;
  const random = typeof seed === "string" ? decodeBase64(seed) : undefined;
  if (seed !== undefined && random === undefined) throw new Raises("random_seed is not valid Base64");
  return random === undefined ? root : { ...root, children: root.children.map((pair) => withBytes(pair, random)) };
}

function withBytes(pair: Pair, random: Buffer): Pair {
  if (pair.key.value !== "random_seed") return pair;
  const value: Scalar = { ...(pair.value as Scalar), kind: "binary", value: random.toString("latin1") };
  return { ...pair, value };
}

/** A mapping counts by its key `cloud-init` (sources.convert_vendordata). */
function ownData(file: SeedFile | undefined): ConfigValue | undefined {
  const value = anyType(file);
  return isMapping(value) ? value["cloud-init"] : value;
}

/** Vendor-data of the drive; undefined if there are none that cloud-init can use. */
function vendorData(file: SeedFile | undefined): SeedFile | undefined {
  return file === undefined ? undefined : vendorDataOf(file.path, ownData(file));
}

/** What Nova calls a personality: files that the first boot writes. */
function injectedFiles(image: Tree, top: string, { files }: ConfigObject): NonNullable<CloudData["files"]> {
  if (!Array.isArray(files)) return [];
  return files.slice(0, MOST_FILES).flatMap((item) => {
    if (!isMapping(item) || typeof item.path !== "string") return [];
    const bytes = content(image, top, item);
    if (bytes === undefined) throw new Raises(`the content of ${item.path} is missing`);
    return [{ path: item.path.startsWith("/") ? item.path : `/${item.path}`, bytes }];
  });
}

function content(image: Tree, top: string, { content_path: path }: ConfigObject): Buffer | undefined {
  if (typeof path !== "string") return undefined;
  const names = path.split("/").filter((name) => name !== "");
  return image.read(`${top}/${names.join("/")}`);
}
