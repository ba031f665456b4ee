import { versionAtLeast } from "../distro/version.ts";
import type { Image } from "../image/image.ts";
import type { ConfigNode, Mapping } from "../python/tree.ts";
import { builtin } from "./builtin.ts";
import { FatalConfigError } from "./merge.ts";
import { parseConfigFile } from "./read.ts";
import type { SeedFile } from "./userData/parts.ts";

/** What a cloud provides at launch. Undefined members were not specified, so anything that depends on them is unknown. */
export interface CloudData {
  /** The datasource by the name that cloud-init uses ("NoCloud"). */
  readonly datasource: string | undefined;
  readonly metaData: Mapping | undefined;
  /** As the cloud provides them; empty if it provides none. NoCloud has no vendor-data2. */
  readonly userData: SeedFile | undefined;
  readonly vendorData: SeedFile | undefined;
  readonly vendorData2: SeedFile | undefined;
  /** Network configuration; undefined if the datasource provides none. */
  readonly networkConfig: Mapping | undefined;
  /** OpenStack's network_data.json, which its datasources convert to a network configuration. */
  readonly networkData?: ConfigNode;
  /** Configuration of the datasource itself that overrides the image's; undefined if there is none. */
  readonly config: Mapping | undefined;
  /** Configuration among the data that the datasource completes (Azure's ovf-env.xml); undefined if it is not known. */
  readonly provisioning?: Mapping;
  /** The keys `ds` and `v1` that templates see, of an instance whose data are given; v1 without facts of its machine. */
  readonly instance?: { readonly ds: Mapping; readonly v1: Mapping };
  /** The directory of a seed that lacks meta-data, without which NoCloud takes none of it (18.5 to 26.2). */
  readonly withoutMetaData?: string;
  /** Why the network configuration is unknown, if only that is unknown. */
  readonly unknownNetwork?: string;
  /** The file with vendor-data that is a list, where cloud-init cannot store one (before 21.2). */
  readonly unstorable?: string;
  /** Files that the first boot writes for the cloud. */
  readonly files?: readonly SeedFile[];
}

/** The cloud when nothing about it was specified. */
export const UNKNOWN_CLOUD: CloudData = {
  datasource: undefined,
  metaData: undefined,
  userData: undefined,
  vendorData: undefined,
  vendorData2: undefined,
  networkConfig: undefined,
  config: undefined,
};

/** A seed that cannot be used, with a message for the user. */
export class SeedError extends Error {}

/** Directories of the image where DataSourceNoCloud looks for a seed (18.5 to 26.2). */
export const IMAGE_SEEDS = ["/var/lib/cloud/seed/nocloud", "/var/lib/cloud/seed/nocloud-net"];

/** The files of a seed in NoCloud layout, and OpenStack's. */
export const SEED_FILES = ["meta-data", "user-data", "vendor-data", "network-config"];
export const NETWORK_DATA = "network_data.json";

/**
 * The seed baked into an image, which NoCloud finds before any other; undefined if there is none, or if cloud-init fails
 * on it.
 */
export function imageSeed(image: Image, version: string): CloudData | undefined {
  // meta-data and user-data are both required (DataSourceNoCloud, 18.5 to 26.2).
  const found = IMAGE_SEEDS.find(
    (seed) => image.read(`${seed}/meta-data`) !== undefined && image.read(`${seed}/user-data`) !== undefined,
  );
  if (found === undefined) return undefined;
  const read = (name: string): SeedFile | undefined => {
    const path = `${found}/${name}`;
    const bytes = image.read(path);
    return bytes === undefined ? undefined : { path, bytes };
  };
  const network = read("network-config");
  // Until 22.1 NoCloud raises an error on a network-config that is not a mapping.
  const isFatal = network !== undefined && network.bytes.length > 0 && !versionAtLeast(version, "22.2");
  if (isFatal && seedMapping(network) === undefined) return undefined;
  return cloudData(read, seedMapping);
}

/** The mapping in a file of a seed in an image, which counts as empty if it holds none. */
export function seedMapping({ bytes, path }: SeedFile): Mapping | undefined {
  try {
    const { root, dropped } = parseConfigFile(bytes, path);
    return dropped === undefined ? root : undefined;
  } catch (error) {
    if (error instanceof FatalConfigError) return undefined;
    throw error;
  }
}

type ReadSeedFile = (name: string) => SeedFile | undefined;

/** The data in the files of a seed in NoCloud layout. */
export function cloudData(read: ReadSeedFile, mappingOf: (file: SeedFile) => Mapping | undefined): CloudData {
  const mapping = (name: string): Mapping | undefined => {
    const file = read(name);
    return file && mappingOf(file);
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
