import { datasourceNamed, datasourcesOf } from "../../config/datasources.ts";
import type { BaseConfig } from "../../config/read.ts";
import { type CloudData, UNKNOWN_CLOUD } from "../../config/seed.ts";
import type { Image } from "../../image/image.ts";
import { generalNote, type Note } from "../notes.ts";
import { configDriveSeed } from "./configDrive.ts";
import { addingDatasource, withConfigObject } from "./configObject.ts";
import { noCloudSeed } from "./noCloud.ts";
import { noneCloud } from "./none.ts";
import { type DatasourceList, listedDatasources, pinnedDatasource } from "./pinned.ts";

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
export function findCloud(image: Image, version: string, base: BaseConfig, launch: Launch): FoundCloud {
  const list = listedDatasources(image, version, base);
  const pinned = knownTo(version, pinnedDatasource(list));
  const name = launch.datasource ?? pinned;
  const notes = describe(list, pinned, launch);
  if (name === "None") return { cloud: noneCloud(image, base), notes };
  const found = launch.cloud ?? seedOf(image, version, base, name, list);
  // Without information on the launch nothing changes, and data found earlier are kept.
  if (launch.cloud !== undefined && (found.datasource === undefined || found.config !== undefined))
    return { cloud: found, notes };
  const cloud = name === undefined ? found : { ...found, datasource: name };
  const adding = addingDatasource(cloud.datasource, version);
  if (adding !== undefined) notes.push(generalNote("datasource-may-add", { datasource: adding }));
  return { cloud: withConfigObject(cloud, image, version), notes };
}

function knownTo(version: string, name: string | undefined): string | undefined {
  const known = name === undefined ? undefined : datasourceNamed(name);
  return known !== undefined && datasourcesOf(version).includes(known) ? known : undefined;
}

/** Datasources that do not look for the marks of a cloud: they come before others on any machine. */
const LOCAL = new Set(["NoCloud", "ConfigDrive", "LXD"]);

/** The seed in the image itself that cloud-init uses before it asks any cloud. */
function seedOf(
  image: Image,
  version: string,
  base: BaseConfig,
  name: string | undefined,
  list: DatasourceList | undefined,
): CloudData {
  const order = name === undefined ? (list?.names ?? datasourcesOf(version)) : [name];
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
