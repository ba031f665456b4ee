import { builtinDatasources, datasourcesIn } from "../../config/builtin.ts";
import { Config } from "../../config/config.ts";
import { datasourceNamed } from "../../config/datasources.ts";
import type { BaseConfig } from "../../config/read.ts";
import { type CloudData, UNKNOWN_CLOUD } from "../../config/seed.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { writesDatasourceList } from "../../distro/dsIdentify.ts";
import { commandLineParts } from "../../distro/kernelCommandLine.ts";
import type { Program } from "../../distro/library/fact.ts";
import { sinceOf } from "../../distro/version.ts";
import type { Image } from "../../image/image.ts";
import { generalNote, type Note } from "../notes.ts";
import { configDriveSeed } from "./configDrive.ts";
import { addingDatasource, withConfigObject } from "./configObject.ts";
import { cloudForms } from "./forms/cloudForms.ts";
import { excerptFile } from "./forms/form.ts";
import { noCloudSeed } from "./noCloud.ts";
import { noneCloud } from "./none.ts";
import { type DatasourceList, listedDatasources, pinnedDatasource } from "./pinned.ts";
import { isSearchContinued, type UnusedSeed, unusedSeeds } from "./unusedSeeds.ts";

/** What the caller says of the launch. */
export interface Launch {
  /** What the cloud provides. */
  readonly cloud?: CloudData;
  /** The datasource, as cloud-init calls it. */
  readonly datasource?: string;
}

/** What the cloud provides, and notes on where that comes from. */
export interface FoundCloud {
  readonly cloud: CloudData;
  readonly notes: readonly Note[];
}

/** Determines which datasource the boot uses and what it provides; unknown if the image may run on any cloud. */
export function findCloud(
  image: Image,
  program: Program,
  base: BaseConfig,
  launch: Launch & { readonly userData?: SeedFile },
): FoundCloud {
  const { version } = program;
  const list = listedDatasources(image, version, base);
  const pinned = knownTo(program, pinnedDatasource(list));
  const name = launch.datasource ?? pinned;
  const unused = unusedSeeds(image, version, base, list);
  const ignored = unused.map((seed) => generalNote("seed-not-used", { seed }, seed.origin));
  const notes = [...describe(list, pinned, launch), ...ignored];
  if (name === "None") return { cloud: noneCloud(image, base), notes };
  const directory = name === undefined || name === "NoCloud" ? launch.cloud?.withoutMetaData : undefined;
  if (directory !== undefined) {
    const seed = withoutMetaData(directory, launch.cloud?.userData?.path ?? directory);
    const none = generalNote("seed-not-used", { seed }, seed.origin);
    return { cloud: noneCloud(image, base), notes: [...describe(list, undefined, launch), ...ignored, none] };
  }
  const found = launch.cloud ?? seedOf(image, program, base, name, list);
  // Only seeds in the image can be missing: what a machine provides is not known.
  const isSearched = launch.datasource === undefined && launch.cloud === undefined && launch.userData === undefined;
  if (isSearched && found === UNKNOWN_CLOUD && endsAtNone(unused, name, image, list, program)) {
    const none = generalNote("datasource-none-left", {});
    return { cloud: noneCloud(image, base), notes: [...ignored, none] };
  }
  // Without information on the launch nothing changes, and data found earlier are kept.
  if (launch.cloud !== undefined && (found.datasource === undefined || found.config !== undefined))
    return { cloud: found, notes };
  const cloud = name === undefined ? found : { ...found, datasource: name };
  const adding = addingDatasource(cloud.datasource, version);
  if (adding !== undefined) notes.push(generalNote("datasource-may-add", { datasource: adding }));
  return { cloud: withConfigObject(inOwnForm(cloud, base, version), image, version), notes };
}

/** The data as the datasource has them, where they are in the form in which the cloud provides them. */
function inOwnForm(cloud: CloudData, base: BaseConfig, version: string): CloudData {
  const { datasource = "", metaData, vendorData } = cloud;
  const form = cloudForms.get(datasource);
  // In instance data they have been converted already.
  if (form === undefined || cloud.instance !== undefined) return cloud;
  const name = new Config(base.root).get("system_info", "default_user", "name");
  const defaultUser = typeof name === "string" ? name : undefined;
  const given = metaData && form.metaData?.(metaData, { defaultUser, since: sinceOf(version) });
  const filled = (file: SeedFile | undefined) => (file?.bytes.length === 0 ? undefined : file);
  const userData = form.decodesUserData ? decodedIfBase64(cloud.userData) : cloud.userData;
  return {
    ...cloud,
    ...given,
    userData: filled(userData) ?? given?.userData ?? userData,
    vendorData: filled(vendorData) ?? given?.vendorData ?? vendorData,
  };
}

/** util.maybe_b64decode (18.5 to 26.2): a file that is Base64 from its first to its last byte is decoded. */
function decodedIfBase64(file: SeedFile | undefined): SeedFile | undefined {
  const text = file?.bytes.toString("latin1") ?? "";
  if (file === undefined || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return file;
  return excerptFile(Buffer.from(text, "base64"), { path: file.path, line: 1, column: 1 });
}

/** A seed on this machine that NoCloud does not take. */
function withoutMetaData(directory: string, path: string): UnusedSeed {
  const reason = { code: "files-missing", place: directory, missing: ["meta-data"] } as const;
  return { datasource: "NoCloud", reason, files: [path], misnamed: [], origin: { path, line: 1, column: 1 } };
}

/**
 * Whether the search for a datasource ends at None on a machine without a cloud: the image has data for a datasource that
 * comes before any cloud, and that datasource cannot use them.
 */
function endsAtNone(
  unused: readonly UnusedSeed[],
  name: string | undefined,
  image: Image,
  list: DatasourceList | undefined,
  program: Program,
): boolean {
  const order = name === undefined ? (list?.names ?? builtinDatasources(program)) : [name];
  const firstCloud = order.findIndex((one) => !LOCAL.has(one));
  const first = new Set(name === undefined && firstCloud !== -1 ? order.slice(0, firstCloud) : order);
  if (!unused.some((seed) => first.has(seed.datasource) && isSearchContinued(seed))) return false;
  // ds-identify adds None to every list (tools/ds-identify, found; 18.5 to 26.2).
  const isAdded = list === undefined || writesDatasourceList(image, commandLineParts(image));
  return isAdded || list.names.includes("None");
}

function knownTo(program: Program, name: string | undefined): string | undefined {
  const known = name === undefined ? undefined : datasourceNamed(name);
  return known !== undefined && datasourcesIn(program).includes(known) ? known : undefined;
}

/** Datasources that do not look for the marks of a cloud: they come before others on any machine. */
const LOCAL = new Set(["NoCloud", "ConfigDrive", "LXD"]);

/** The seed in the image itself that cloud-init uses before it asks any cloud. */
function seedOf(
  image: Image,
  program: Program,
  base: BaseConfig,
  name: string | undefined,
  list: DatasourceList | undefined,
): CloudData {
  const { version } = program;
  const order = name === undefined ? (list?.names ?? builtinDatasources(program)) : [name];
  for (const candidate of order) {
    if (name === undefined && !LOCAL.has(candidate)) break;
    if (candidate !== "NoCloud" && candidate !== "ConfigDrive") continue;
    const seed = candidate === "NoCloud" ? noCloudSeed(image, base, version) : configDriveSeed(image, version);
    if (seed !== undefined) return seed;
  }
  return UNKNOWN_CLOUD;
}

function describe(list: DatasourceList | undefined, pinned: string | undefined, launch: Launch): Note[] {
  if (list === undefined) return [];
  const { datasource, cloud } = launch;
  if (datasource !== undefined && !list.names.some((name) => datasourceNamed(name) === datasource))
    return [generalNote("datasource-not-listed", { datasource, listed: list.names }, list.origin)];
  if (datasource !== undefined || pinned === undefined) return [];
  if (pinned === "None" && cloud !== undefined) return [generalNote("datasource-none", {}, list.origin)];
  return [generalNote("datasource-pinned", { datasource: pinned }, list.origin)];
}
