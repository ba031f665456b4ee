import { builtin } from "../../config/builtin.ts";
import { Config } from "../../config/config.ts";
import { FatalConfigError, findPair, mergeMany } from "../../config/merge.ts";
import { type BaseConfig, parseConfigFile } from "../../config/read.ts";
import { type CloudData, imageSeed, seedMapping, UNKNOWN_CLOUD } from "../../config/seed.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { kernelCommandLine } from "../../distro/kernelCommandLine.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Image } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import { type ConfigNode, type Mapping, originOf } from "../../python/tree.ts";
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
  try {
    const places = placesOf(image, base, version);
    const from = seedfrom(image, base, places);
    if (places.length === 0 && from === undefined) return undefined;
    return from === undefined ? joined(places) : seededFrom(image, from.value, joined(places), version);
  } catch (error) {
    if (error instanceof FatalConfigError) return undefined;
    throw error;
  }
}

/** The `seedfrom` that NoCloud follows and the line that sets it; undefined if nothing sets it, or NoCloud fails before. */
export function seedfromOf(image: Image, base: BaseConfig, version: string): Seedfrom | undefined {
  try {
    return seedfrom(image, base, placesOf(image, base, version));
  } catch (error) {
    if (error instanceof FatalConfigError) return undefined;
    throw error;
  }
}

interface Seedfrom {
  readonly value: string;
  readonly origin: Origin;
}

function placesOf(image: Image, base: BaseConfig, version: string): Place[] {
  const directory = imageSeed(image, version);
  const all = [commandLine(image), directory && place(directory), inline(image, new Config(base.root))];
  return all.flatMap((found) => found ?? []);
}

/** In the datasource's configuration, or else in the meta-data of any place. */
function seedfrom(image: Image, base: BaseConfig, places: readonly Place[]): Seedfrom | undefined {
  const configured = new Config(base.root).pair("datasource", "NoCloud", "seedfrom");
  if (configured !== undefined && truthy(configured.value))
    return { value: pyStr(configured.value), origin: originOf(configured) };
  const pair = findPair(joined(places).metaData ?? EMPTY, "seedfrom");
  if (pair === undefined) return undefined;
  const line = kernelCommandLine(image);
  const origin = line?.path === pair.path ? { ...originOf(pair), line: line.line } : originOf(pair);
  return { value: pyStr(pair.value), origin };
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

/**
 * Where `seedfrom` has a file of this name: its path in the image; "boot" if only the boot knows its content; undefined if
 * NoCloud does not accept the value (DataSourceNoCloud, util.read_seeded, url_helper.read_file_or_url; 18.5 to 26.2).
 */
export function seededPath(from: string, version: string, name: string): string | "boot" | undefined {
  if (/^(https?|ftps?):\/\//.test(from) || from.includes("__dmi.")) return "boot";
  const [, scheme = "", rest = ""] = /^(file:\/\/)?(.*)$/s.exec(from)!;
  if (scheme === "" && !rest.startsWith("/")) return undefined;
  // Since 24.2 what follows file:// is a host name up to the first slash, before that a path from the root directory.
  const directory = versionAtLeast(version, "24.2") ? rest.replace(/^[^/]+/, "") : rest.replace(/^(?!\/)/, "/");
  const slash = directory.endsWith("/") || !versionAtLeast(version, "23.1") ? "" : "/";
  return directory.includes("%s") ? directory.replaceAll("%s", name) : `${directory}${slash}${name}`;
}

/** The directory must contain both files; the content at a URL is not known before the boot. */
function seededFrom(image: Image, from: string, cloud: CloudData, version: string): CloudData | undefined {
  if (seededPath(from, version, "meta-data") === "boot") return { ...UNKNOWN_CLOUD, datasource: "NoCloud" };
  const read = (name: string): SeedFile | undefined => {
    const path = seededPath(from, version, name);
    const bytes = path === undefined ? undefined : image.read(path);
    return path === undefined || bytes === undefined ? undefined : { path, bytes };
  };
  const [metaData, userData, network] = [read("meta-data"), read("user-data"), read("network-config")];
  if (metaData === undefined || userData === undefined) return undefined;
  const networkConfig = network && seedMapping(network);
  return {
    ...cloud,
    metaData: mergeMany([cloud.metaData ?? EMPTY, seedMapping(metaData) ?? EMPTY], EMPTY),
    userData,
    vendorData: read("vendor-data") ?? NOTHING,
    networkConfig: versionAtLeast(version, "24.3") ? networkConfig : cloud.networkConfig,
  };
}
