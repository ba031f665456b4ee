import { Config } from "../../config/config.ts";
import { datasourceNamed } from "../../config/datasources.ts";
import type { BaseConfig } from "../../config/read.ts";
import { IMAGE_SEEDS, imageSeed, SEED_FILES, seedMapping } from "../../config/seed.ts";
import { type Image, readText } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import { originOf } from "../../python/tree.ts";
import { configDriveSeed, unusableDrives } from "./configDrive.ts";
import { noCloudSeed, seededPath, seedfromOf } from "./noCloud.ts";
import type { DatasourceList } from "./pinned.ts";

/** A file of a seed under a name that its datasource does not look for. */
interface Misnamed {
  readonly path: string;
  readonly right: string;
}

/** Why a datasource ignores data in the image. */
type UnusedReason =
  /** Files that it requires do not exist; `place` is the directory, or what the names are appended to. */
  | {
      readonly code: "files-missing";
      readonly place: string;
      readonly missing: readonly string[];
      /** The line that names the place, if one does. */
      readonly seedfrom?: Origin;
    }
  /** It finds the seed, but not these files of it. */
  | { readonly code: "files-misnamed" }
  /** The file is not a YAML mapping; the rest of the seed is used. */
  | { readonly code: "not-a-mapping" }
  /** NoCloud cannot use the file and with it the whole seed, or the config drive is invalid. */
  | { readonly code: "seed-fails"; readonly message: string }
  /** Keys of datasource.NoCloud that count only together. */
  | { readonly code: "keys-missing"; readonly missing: readonly string[] }
  /** The value of seedfrom is neither a path nor a URL. */
  | { readonly code: "seedfrom-invalid"; readonly value: string }
  /** Before 23.1 the names of the files follow the value directly, which names a directory without a slash at its end. */
  | { readonly code: "slash-missing"; readonly place: string; readonly missing: readonly string[] }
  /** cloud-init does not look for the datasource. */
  | { readonly code: "not-listed"; readonly listed: readonly string[]; readonly list: Origin }
  /** No datasource looks into this directory. */
  | { readonly code: "directory-not-read"; readonly place: string };

/** Data in the image for a datasource that does not use them. */
export interface UnusedSeed {
  /** As cloud-init calls it. */
  readonly datasource: string;
  readonly reason: UnusedReason;
  /** The files that are ignored: user-data first. */
  readonly files: readonly string[];
  readonly misnamed: readonly Misnamed[];
  readonly origin: Origin;
}

/** Whether the datasource finds nothing because of it, so that cloud-init looks for another one. */
export function isSearchContinued({ files, reason: { code } }: UnusedSeed): boolean {
  // A directory without any file of a seed may be a mount point.
  if (code === "files-missing" && files.length === 0) return false;
  return ["files-missing", "seed-fails", "keys-missing", "seedfrom-invalid", "slash-missing"].includes(code);
}

/** Seeds in the image that cloud-init does not use, or uses only in part (18.5 to 26.2). */
export function unusedSeeds(
  image: Image,
  version: string,
  base: BaseConfig,
  list: DatasourceList | undefined,
): UnusedSeed[] {
  const seedfrom = ofSeedfrom(image, version, base);
  return [
    ...IMAGE_SEEDS.flatMap((directory) => ofDirectory(image, version, directory)),
    ...ofLabel(image, base),
    ...OTHERS.flatMap(([name, datasource, required]) => ofOther(image, `${SEEDS}/${name}`, datasource, required)),
    ...unusableDrives(image, version).map(({ directory, files, metaData, message }): UnusedSeed => {
      const reason: UnusedReason =
        message === undefined
          ? { code: "files-missing", place: directory, missing: [metaData] }
          : { code: "seed-fails", message };
      return { datasource: "ConfigDrive", reason, files, misnamed: [], origin: startOf(files[0]!) };
    }),
    ...ofKeys(base),
    ...seedfrom,
    ...notListed(image, version, base, list),
    ...misplaced(image, version, base),
  ];
}

const SEEDS = "/var/lib/cloud/seed";

/** Files without which NoCloud uses nothing (18.5 to 26.2). */
const REQUIRED = ["meta-data", "user-data"];

/** Directories below the one of seeds that other datasources read, and the file that each requires (18.5 to 26.2). */
const OTHERS: readonly (readonly [name: string, datasource: string, required: readonly string[]])[] = [
  ["cs", "CloudStack", REQUIRED],
  ["azure", "Azure", ["ovf-env.xml"]],
];

/** User-data first, since a report begins with it. */
const NAMES = ["user-data", "vendor-data", "network-config", "meta-data"];

function ofDirectory(image: Image, version: string, directory: string): UnusedSeed[] {
  const found = inDirectory(image, (name) => `${directory}/${name}`, directory);
  if (found === undefined) return [];
  const { files, missing, misnamed } = found;
  const datasource = "NoCloud";
  if (missing.length > 0)
    return [
      {
        datasource,
        reason: { code: "files-missing", place: directory, missing },
        files,
        misnamed,
        origin: startOf(files[0]!),
      },
    ];
  return [
    ...misnamed.map(ofMisnamed),
    ...["meta-data", "network-config"].flatMap((name) => ofContent(image, version, `${directory}/${name}`)),
  ];
}

/** A file of a complete seed that is not a mapping. */
function ofContent(image: Image, version: string, path: string): UnusedSeed[] {
  const bytes = image.read(path);
  if (bytes === undefined || bytes.toString("latin1").trim() === "") return [];
  if (seedMapping({ path, bytes }) !== undefined) return [];
  const isFatal = imageSeed(image, version) === undefined;
  const reason: UnusedReason = isFatal
    ? { code: "seed-fails", message: `${path} is not a YAML mapping` }
    : { code: "not-a-mapping" };
  const directory = path.replace(/\/[^/]*$/, "");
  const whole = NAMES.map((name) => `${directory}/${name}`).filter((one) => isFile(image, one));
  const files = isFatal ? whole : [path];
  return [{ datasource: "NoCloud", reason, files, misnamed: [], origin: startOf(path) }];
}

/**
 * The seed on the image's own file system with the label that NoCloud looks for, if fstab tells where it is mounted:
 * Ubuntu's images for the Raspberry Pi have theirs in /boot/firmware.
 */
function ofLabel(image: Image, { root }: BaseConfig): UnusedSeed[] {
  const own = new Config(root).get("datasource", "NoCloud", "fs_label");
  const label = own === undefined ? "cidata" : own;
  if (typeof label !== "string") return [];
  for (const line of (readText(image, "/etc/fstab") ?? "").split("\n")) {
    const [source = "", point = "", type = ""] = line.trim().split(/\s+/, 3);
    const name = /^LABEL=(.*)$/.exec(source)?.[1];
    if (name === undefined || ![label.toUpperCase(), label.toLowerCase()].includes(name)) continue;
    if (!point.startsWith("/") || !["vfat", "iso9660", "auto"].includes(type)) continue;
    const place = point.replace(/\/+$/, "");
    const found = inDirectory(image, (one) => `${place}/${one}`, place);
    if (found === undefined || found.missing.length === 0) return [];
    const { files, missing, misnamed } = found;
    const reason = { code: "files-missing", place, missing } as const;
    return [{ datasource: "NoCloud", reason, files, misnamed, origin: startOf(files[0]!) }];
  }
  return [];
}

function ofOther(image: Image, directory: string, datasource: string, required: readonly string[]): UnusedSeed[] {
  const names = NAMES.filter((name) => isFile(image, `${directory}/${name}`));
  const missing = required.filter((name) => !isFile(image, `${directory}/${name}`));
  if (names.length === 0 || missing.length === 0) return [];
  const files = names.map((name) => `${directory}/${name}`);
  const reason = { code: "files-missing", place: directory, missing } as const;
  return [{ datasource, reason, files, misnamed: [], origin: startOf(files[0]!) }];
}

/** `user-data` and `meta-data` below datasource.NoCloud count only if both exist. */
function ofKeys({ root }: BaseConfig): UnusedSeed[] {
  const config = new Config(root);
  const pairs = NAMES.map((name) => config.pair("datasource", "NoCloud", name));
  const missing = REQUIRED.filter((name) => pairs[NAMES.indexOf(name)] === undefined);
  const first = pairs.find((pair) => pair !== undefined);
  if (first === undefined || missing.length === 0) return [];
  const reason = { code: "keys-missing", missing } as const;
  return [{ datasource: "NoCloud", reason, files: [], misnamed: [], origin: originOf(first) }];
}

function ofSeedfrom(image: Image, version: string, base: BaseConfig): UnusedSeed[] {
  const from = seedfromOf(image, base, version);
  if (from === undefined) return [];
  const { value, origin } = from;
  const place = seededPath(value, version, "");
  const datasource = "NoCloud";
  if (place === "boot") return [];
  if (place === undefined)
    return [{ datasource, reason: { code: "seedfrom-invalid", value }, files: [], misnamed: [], origin }];
  const isPrefix = value.includes("%s") || !place.endsWith("/");
  const path = (name: string) => seededPath(value, version, name)!;
  const found = inDirectory(image, path, isPrefix ? undefined : place);
  const below =
    found === undefined && !value.includes("%s") ? inDirectory(image, (name) => `${place}/${name}`, place) : undefined;
  const { files, missing, misnamed } = found ?? below ?? { files: [], missing: REQUIRED, misnamed: [] };
  const named = isPrefix ? value : place.slice(0, -1);
  const whole = { datasource, files, misnamed, origin };
  if (below !== undefined) return [{ ...whole, reason: { code: "slash-missing", place, missing } }];
  if (missing.length > 0) {
    const reason = { code: "files-missing", place: named, missing, seedfrom: origin } as const;
    const [first] = whole.files;
    return [{ ...whole, reason, origin: first === undefined ? origin : startOf(first) }];
  }
  return misnamed.map(ofMisnamed);
}

function ofMisnamed(one: Misnamed): UnusedSeed {
  const reason = { code: "files-misnamed" } as const;
  return { datasource: "NoCloud", reason, files: [one.path], misnamed: [one], origin: startOf(one.path) };
}

/** The files of a seed, those that it lacks and those with a wrong name; undefined if there are none at all. */
function inDirectory(image: Image, path: (name: string) => string, directory: string | undefined) {
  const files = NAMES.map(path).filter((one) => isFile(image, one));
  const missing = REQUIRED.filter((name) => !isFile(image, path(name)));
  const names = directory === undefined ? [] : image.list(directory);
  const misnamed = names.flatMap((name): Misnamed[] => {
    const right = rightName(name);
    const found = `${directory!.replace(/\/$/, "")}/${name}`;
    if (right === undefined || right === name || isFile(image, path(right)) || !isFile(image, found)) return [];
    return [{ path: found, right }];
  });
  const inOrder = NAMES.flatMap((name) => misnamed.filter(({ right }) => right === name).slice(0, 1));
  const all = NAMES.flatMap((name) => [
    ...files.filter((one) => one === path(name)),
    ...inOrder.filter(({ right }) => right === name).map((one) => one.path),
  ]);
  return all.length === 0 ? undefined : { files: all, missing, misnamed: inOrder };
}

/** The name of the file of a seed that a name stands for: "userdata.yaml" for user-data. */
function rightName(name: string): string | undefined {
  const letters = name
    .toLowerCase()
    .replace(/\.(ya?ml|txt|cfg|conf|json|sh)$/, "")
    .replace(/[-_. ]/g, "");
  return SEED_FILES.find((right) => right.replace("-", "") === letters);
}

/** A usable seed of a datasource that the image's list excludes. */
function notListed(image: Image, version: string, base: BaseConfig, list: DatasourceList | undefined): UnusedSeed[] {
  if (list === undefined) return [];
  const names = list.names.map((name) => datasourceNamed(name));
  // A list of None alone excludes all data, which another rule reports.
  if (names.every((name) => name === "None")) return [];
  const seeds = [
    ["NoCloud", noCloudSeed(image, base, version)],
    ["ConfigDrive", configDriveSeed(image, version)],
  ] as const;
  return seeds.flatMap(([datasource, seed]): UnusedSeed[] => {
    if (seed === undefined || names.includes(datasource)) return [];
    const { userData } = seed;
    const directory = userData?.path.replace(/\/[^/]*$/, "") ?? "";
    const all = [userData?.path ?? "", ...NAMES.map((name) => `${directory}/${name}`)];
    const files = [...new Set(all)].filter((path) => path.startsWith("/") && isFile(image, path));
    const from = datasource === "NoCloud" ? seedfromOf(image, base, version) : undefined;
    const origin = from?.origin ?? (files[0] === undefined ? list.origin : startOf(files[0]));
    const reason = { code: "not-listed", listed: list.names, list: list.origin } as const;
    return [{ datasource, reason, files, misnamed: [], origin }];
  });
}

/** Directories below the one of seeds that datasources of some version read (sources/DataSource*.py, ds-identify). */
const READ = new Set(
  "nocloud nocloud-net config_drive cs azure maas opennebula ovf ovf-net ovf-env ec2 AliYun".split(" "),
);

/** Other places where people put the seed of NoCloud. */
const NEAR = [
  SEEDS,
  ...["/var/lib/cloud", "/var/lib/cloud/seeds", "/etc/cloud", "/etc/cloud/seed"].flatMap((top) =>
    ["", "/nocloud", "/nocloud-net"].map((name) => `${top}${name}`),
  ),
];

/** More directories than anybody makes. */
const MOST_DIRECTORIES = 100;

function misplaced(image: Image, version: string, base: BaseConfig): UnusedSeed[] {
  const from = seedfromOf(image, base, version);
  const named = from === undefined ? undefined : seededPath(from.value, version, "user-data");
  const others = image.list(SEEDS).filter((name) => !READ.has(name));
  const places = [...others.slice(0, MOST_DIRECTORIES).map((name) => `${SEEDS}/${name}`), ...NEAR];
  return places.flatMap((place): UnusedSeed[] => {
    const files = ["user-data", "meta-data"].map((name) => `${place}/${name}`).filter((path) => isFile(image, path));
    if (files[0] === undefined || files.some((path) => path === named)) return [];
    const reason = { code: "directory-not-read", place } as const;
    return [{ datasource: "NoCloud", reason, files, misnamed: [], origin: startOf(files[0]) }];
  });
}

function isFile(image: Image, path: string): boolean {
  return image.stat(path)?.kind === "file";
}

function startOf(path: string): Origin {
  return { path, line: 1, column: 1 };
}
