import { builtin } from "../config/builtin.ts";
import { Config } from "../config/config.ts";
import { FatalConfigError, mergeMany } from "../config/merge.ts";
import { type BaseConfig, CLOUD_CFG, fatalOf, readBaseConfig } from "../config/read.ts";
import type { Render } from "../config/rendering.ts";
import type { CloudData } from "../config/seed.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import { classFacts } from "../distro/classes.ts";
import type { Distro, DistroFacts } from "../distro/distro.ts";
import { libraryOf } from "../distro/library/library.ts";
import { versionAtLeast } from "../distro/version.ts";
import type { Image } from "../image/image.ts";
import type { Origin } from "../image/origin.ts";
import { unsortablePair } from "../python/json.ts";
import { type Mapping, originOf } from "../python/tree.ts";
import { pyStr } from "../python/value.ts";
import { findCloud, type Launch } from "./cloud/find.ts";
import { instanceData } from "./cloud/instanceData.ts";
import { configRenderer } from "./cloud/renderConfig.ts";
import { restoredCloud } from "./cloud/restored.ts";
import { consumeData, type HandedOver } from "./cloud/userData.ts";
import type { Note } from "./notes.ts";
import { runsSystemd } from "./system/systemd.ts";

/** What a boot runs with. */
export interface Configuration {
  /** What the cloud provides through the datasource that the boot uses. */
  readonly cloud: CloudData;
  /** Without what the cloud provides, but with what the datasource itself sets. */
  readonly base: BaseConfig;
  /** What modules get. */
  readonly config: Config;
  /** The distro class that it chooses; undefined if there is no such class. */
  readonly facts: DistroFacts | undefined;
  readonly handed: HandedOver;
  /** Notes on the datasource. */
  readonly notes: readonly Note[];
}

const START: Origin = { path: CLOUD_CFG, line: 1, column: 1 };

/** Reads all layers of configuration: the image's own, rendered for the instance, and what the cloud provides. */
export function configure(
  image: Image,
  distro: Distro,
  version: string,
  launch: Launch & { readonly userData?: SeedFile },
): Configuration {
  const program = { version, library: libraryOf(image, distro.cloudInit) };
  const unrendered = readBaseConfig(image, program);
  const found = findCloud(image, program, unrendered, launch);
  const restored = restoredCloud(image, program, unrendered, found.cloud);
  const notes = restored === undefined ? found.notes : [...found.notes, restored.note];
  const handedOver = restored?.cloud ?? found.cloud;
  const cloud = launch.userData === undefined ? handedOver : { ...handedOver, userData: launch.userData };
  const render = renderer(image, version, cloud, unrendered);
  const rendered = versionAtLeast(version, "22.4") && unrendered.fatal === undefined && render !== undefined;
  const read = rendered ? readBaseConfig(image, program, { render, unrendered }) : unrendered;
  const base = read.fatal === undefined ? withDatasource(read, cloud) : read;
  const nothing = { config: base.root, scripts: [], notes: [], stopped: undefined };
  try {
    const noData: Render = () => ({ problem: { code: "data-not-written" }, cause: "error" });
    const handed = consumeData(cloud, base.root, version, render ?? noData);
    const config = new Config(handed.config);
    const name = distroName(config);
    const facts = classFacts(image, distro.cloudInit, name, version, runsSystemd(image));
    if (facts !== undefined || base.fatal !== undefined) return { cloud, notes, base, config, facts, handed };
    const origin = config.origin("system_info", "distro") ?? START;
    const fatal = { code: "distro-unknown", name, version, origin } as const;
    return { cloud, notes, base: { ...base, fatal }, config, facts, handed };
  } catch (error) {
    if (!(error instanceof FatalConfigError)) throw error;
    const origin = error.node === undefined ? START : originOf(error.node);
    const fatal = fatalOf(error, origin);
    const config = new Config(base.root);
    return { cloud, notes, base: { ...base, fatal }, config, facts: undefined, handed: nothing };
  }
}

/** What the datasource itself sets overrides the image's files; user-data overrides it (helpers.ConfigMerger). */
function withDatasource(base: BaseConfig, { config }: CloudData): BaseConfig {
  return config === undefined ? base : { ...base, root: mergeMany([config, base.root], builtin({}) as Mapping) };
}

/** undefined if cloud-init cannot store the instance data and therefore renders nothing. */
function renderer(image: Image, version: string, cloud: CloudData, base: BaseConfig): Render | undefined {
  const odd = unsortablePair(base.root) ?? (cloud.metaData === undefined ? undefined : unsortablePair(cloud.metaData));
  if (odd !== undefined) return undefined;
  let render: Render | undefined;
  return (template) => {
    const complete = cloud.metaData !== undefined;
    render ??= configRenderer(instanceData(image, version, cloud, base), version, complete);
    return render(template);
  };
}

/** The distro class: system_info.distro, which defaults to ubuntu (settings.py). */
function distroName(config: Config): string {
  const name = config.node("system_info", "distro");
  return name === undefined ? "ubuntu" : pyStr(name);
}
