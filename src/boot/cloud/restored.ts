import { builtin } from "../../config/builtin.ts";
import { Config } from "../../config/config.ts";
import { datasourceNames } from "../../config/datasources.ts";
import { FatalConfigError, mergeMany } from "../../config/merge.ts";
import { type BaseConfig, parseConfigFile } from "../../config/read.ts";
import { type CloudData, imageSeed, UNKNOWN_CLOUD } from "../../config/seed.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import type { Program } from "../../distro/library/fact.ts";
import { type Image, readText } from "../../image/image.ts";
import type { Mapping } from "../../python/tree.ts";
import { cloudDirectory, instanceId } from "../instance.ts";
import { networkFrequency } from "../network/frequency.ts";
import { generalNote, type Note } from "../notes.ts";

/** What the cloud provided to an instance, as an earlier boot stored it. */
export interface Restored {
  readonly cloud: CloudData;
  readonly note: Note;
}

/**
 * The data of an earlier boot if cloud-init uses them instead of asking the cloud again (stages.Init.fetch, 20.4 to
 * 26.2): it does so if it is configured to trust them, or if the seed in the image names the same instance. Only
 * Python can read the cache itself, but the files derived from it are beside it. Undefined if the cloud is asked.
 */
export function restoredCloud(
  image: Image,
  cloudInit: Program,
  base: BaseConfig,
  cloud: CloudData,
): Restored | undefined {
  const { version } = cloudInit;
  const config = new Config(base.root);
  const top = cloudDirectory(config);
  const directory = `${top}/instance`;
  if (image.stat(`${directory}/obj.pkl`)?.kind !== "file") return undefined;
  const id = image.realpath(directory)?.split("/").pop() ?? "";
  const marker = `${directory}/manual-clean`;
  const isTrusted = config.bool("manual_cache_clean", false) || image.stat(marker) !== undefined;
  const datasource = datasourceOf(image, directory);
  if (isAskedAgain(image, cloudInit, base, directory, datasource) && instanceId(cloud) === id) return undefined;
  if (!isTrusted && (datasource !== "NoCloud" || seededId(image, version) !== id)) return undefined;
  const file = (name: string): SeedFile => {
    const path = `${directory}/${name}`;
    return { path, bytes: image.read(path) ?? Buffer.alloc(0) };
  };
  const restored = {
    ...(datasource === cloud.datasource ? cloud : { ...UNKNOWN_CLOUD, datasource }),
    metaData: restoredMetaData(image, top, cloud, id),
    userData: file("user-data.txt"),
    vendorData: file("vendor-data.txt"),
    vendorData2: file("vendor-data2.txt"),
  };
  return {
    cloud: restored,
    note: generalNote("instance-kept", { path: `${directory}/obj.pkl`, id, isTrusted }),
  };
}

/** If the network is configured at every boot, cloud-init also asks the cloud at every boot. */
function isAskedAgain(
  image: Image,
  cloudInit: Program,
  base: BaseConfig,
  directory: string,
  datasource: string | undefined,
): boolean {
  const path = `${directory}/cloud-config.txt`;
  const bytes = image.read(path) ?? Buffer.alloc(0);
  try {
    const handed = parseConfigFile(bytes, path).root;
    const config = new Config(mergeMany([handed, base.root], builtin({}) as Mapping));
    return networkFrequency(config, datasource, cloudInit) === "always";
  } catch (error) {
    if (error instanceof FatalConfigError) return false;
    throw error;
  }
}

/** The datasource of the earlier boot: "DataSourceNoCloud: DataSourceNoCloud [seed=...]". */
function datasourceOf(image: Image, directory: string): string | undefined {
  const name = /^DataSource(\w+?)(?:Local|Net)?:/.exec(readText(image, `${directory}/datasource`) ?? "")?.[1];
  return datasourceNames.find((known) => known === name);
}

function seededId(image: Image, version: string): string | undefined {
  const seed = imageSeed(image, version);
  return seed === undefined ? undefined : instanceId(seed);
}

/** What is known of the old meta-data: the host name, and the seed's other values if it is of the same instance. */
function restoredMetaData(image: Image, top: string, cloud: CloudData, id: string): Mapping {
  const path = `${top}/instance/obj.pkl`;
  const pickled = image.read(path) ?? Buffer.alloc(0);
  const name = pickled.includes(HOSTNAME) ? (pickledHostname(pickled) ?? recordedHostname(image, top)) : undefined;
  const own = builtin({ "instance-id": id, ...(name === undefined ? {} : { [HOSTNAME]: name }) }, path) as Mapping;
  if (cloud.metaData === undefined || instanceId(cloud) !== id) return own;
  const rest = cloud.metaData.children.filter(({ key }) => key.value !== "instance-id" && key.value !== HOSTNAME);
  return { ...cloud.metaData, children: [...rest, ...own.children] };
}

const HOSTNAME = "local-hostname";

/**
 * The string after the key in the bytes of a pickle, which is never unpickled: the opcode of a short string and its
 * length, after the opcode that numbers the key. Undefined if something else follows.
 */
function pickledHostname(pickled: Buffer): string | undefined {
  const at = pickled.lastIndexOf(HOSTNAME) + HOSTNAME.length;
  const start = pickled[at] === 0x94 ? at + 1 : at;
  if (pickled[start] !== 0x8c) return undefined;
  const length = pickled[start + 1] ?? 0;
  return pickled.toString("utf8", start + 2, start + 2 + length);
}

/** The name that was set last. */
function recordedHostname(image: Image, top: string): string | undefined {
  return /"fqdn": *"([^"\\]*)"/.exec(readText(image, `${top}/data/set-hostname`) ?? "")?.[1];
}
