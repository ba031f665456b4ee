import { builtin } from "../../config/builtin.ts";
import { Config } from "../../config/config.ts";
import { FatalConfigError, findPair, mergeMany } from "../../config/merge.ts";
import { type BaseConfig, parseConfigFile } from "../../config/read.ts";
import { type CloudData, imageSeed, UNKNOWN_CLOUD } from "../../config/seed.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { kernelCommandLine } from "../../distro/kernelCommandLine.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Image } from "../../image/image.ts";
import type { ConfigNode, Mapping } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { NOTHING, textFile } from "./textFile.ts";

const EMPTY = builtin({}) as Mapping;

/** A place where NoCloud finds data; what it does not contain is undefined. */
type Place = { readonly metaData: Mapping } & Partial<Pick<CloudData, "userData" | "vendorData" | "networkConfig">>;

/**
 * What DataSourceNoCloud finds in the image itself: on the kernel's command line, in a seed directory, in its own
 * configuration, and in the places that any of these refer to (18.5 to 26.2). Undefined if it finds nothing, or fails.
 */
export function noCloudSeed(image: Image, base: BaseConfig, version: string): CloudData | undefined {
  const config = new Config(base.root);
  const from = config.node("datasource", "NoCloud", "seedfrom");
  try {
    const directory = imageSeed(image);
    const places: Place[] = [commandLine(image), directory && place(directory), inline(image, config)].flatMap(
      (found) => found ?? [],
    );
    const sent = from !== undefined && truthy(from) ? from : undefined;
    if (places.length === 0 && sent === undefined) return undefined;
    const cloud = joined(places);
    const seedfrom = sent ?? findPair(cloud.metaData ?? EMPTY, "seedfrom")?.value;
    return seedfrom === undefined ? cloud : seededFrom(image, pyStr(seedfrom), cloud, version);
  } catch (error) {
    if (error instanceof FatalConfigError) return undefined;
    throw error;
  }
}

function place({ metaData = EMPTY, userData, vendorData, networkConfig }: CloudData): Place {
  return { metaData, userData, vendorData, networkConfig };
}

/** For meta-data the first place counts, for everything else the last one. */
function joined(places: readonly Place[]): CloudData {
  const last = <K extends "userData" | "vendorData" | "networkConfig">(key: K) =>
    places.findLast((found) => found[key] !== undefined)?.[key];
  return {
    ...UNKNOWN_CLOUD,
    datasource: "NoCloud",
    metaData: mergeMany(
      places.map(({ metaData }) => metaData),
      EMPTY,
    ),
    userData: last("userData") ?? NOTHING,
    vendorData: last("vendorData") ?? NOTHING,
    networkConfig: last("networkConfig"),
  };
}

const SHORT_KEYS: Readonly<Record<string, string>> = { h: "local-hostname", i: "instance-id", s: "seedfrom" };

/** ds=nocloud;h=NAME;i=ID;s=DIRECTORY/ */
function commandLine(image: Image): Place | undefined {
  const line = kernelCommandLine(image);
  const word = line?.text.split(/\s+/).findLast((candidate) => /^ds=nocloud(-net)?(;|$)/.test(candidate));
  if (line === undefined || word === undefined) return undefined;
  const pairs = word
    .split(";")
    .slice(1)
    .filter((pair) => pair !== "");
  const metaData = pairs.map((pair) => {
    const [key = "", ...value] = pair.split("=");
    return [SHORT_KEYS[key] ?? key, value.length === 0 ? null : value.join("=")] as const;
  });
  return { metaData: builtin(Object.fromEntries(metaData), line.path) as Mapping };
}

/** `user-data` and `meta-data` among the datasource's own keys. */
function inline(image: Image, config: Config): Place | undefined {
  const [metaData, userData, vendorData, network] = ["meta-data", "user-data", "vendor-data", "network-config"].map(
    (name) => config.node("datasource", "NoCloud", name),
  );
  if (metaData === undefined || userData === undefined) return undefined;
  const networkConfig = network === undefined || !truthy(network) ? undefined : mapping(image, network);
  return {
    metaData: metaData.type === "mapping" ? metaData : mapping(image, metaData),
    userData: textFile(image, userData),
    vendorData: textFile(image, vendorData),
    networkConfig,
  };
}

/** The YAML in a string. @throws FatalConfigError if it is not YAML */
function mapping(image: Image, node: ConfigNode): Mapping {
  const file = textFile(image, node);
  if (file === undefined) throw new FatalConfigError("it is no text", node);
  return parseConfigFile(file.bytes, file.path).root;
}

/** The directory must contain both files; the content at a URL is not known before the boot. */
function seededFrom(image: Image, from: string, cloud: CloudData, version: string): CloudData | undefined {
  const directory = /^(?:file:\/\/)?(\/.*)$/.exec(from)?.[1];
  if (directory === undefined)
    return /^(https?|ftps?):\/\//.test(from) ? { ...UNKNOWN_CLOUD, datasource: "NoCloud" } : undefined;
  const read = (name: string): SeedFile | undefined => {
    const slash = directory.endsWith("/") || !versionAtLeast(version, "23.1") ? "" : "/";
    const path = directory.includes("%s") ? directory.replaceAll("%s", name) : `${directory}${slash}${name}`;
    const bytes = image.read(path);
    return bytes === undefined ? undefined : { path, bytes };
  };
  const [metaData, userData, network] = [read("meta-data"), read("user-data"), read("network-config")];
  if (metaData === undefined || userData === undefined) return undefined;
  const own = parseConfigFile(metaData.bytes, metaData.path).root;
  const networkConfig =
    network === undefined || !versionAtLeast(version, "24.3")
      ? undefined
      : parseConfigFile(network.bytes, network.path).root;
  return {
    ...cloud,
    metaData: mergeMany([cloud.metaData ?? EMPTY, own], EMPTY),
    userData,
    vendorData: read("vendor-data") ?? NOTHING,
    networkConfig: versionAtLeast(version, "24.3") ? networkConfig : cloud.networkConfig,
  };
}
