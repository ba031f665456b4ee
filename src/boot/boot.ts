import { builtin } from "../config/builtin.ts";
import { Config } from "../config/config.ts";
import { FatalConfigError, mergeMany } from "../config/merge.ts";
import { type BaseConfig, CLOUD_CFG, readBaseConfig } from "../config/read.ts";
import { type CloudData, imageSeed, UNKNOWN_CLOUD } from "../config/seed.ts";
import { type Mapping, type Origin, originOf } from "../config/tree.ts";
import { isTrue, pyStr } from "../config/value.ts";
import type { Distro, DistroFacts } from "../distro/distro.ts";
import { distroFacts } from "../distro/facts.ts";
import type { Image } from "../image/image.ts";
import { hostnameAtBoot, setEarlyHostname } from "./hostname.ts";
import { instanceOf } from "./instance.ts";
import { type BootCommand, type BootState, ModuleFailure, ModuleRun, type Stage } from "./module.ts";
import { readModuleList } from "./moduleList.ts";
import { applyNetwork } from "./network/apply.ts";
import { type Change, Overlay } from "./overlay.ts";
import { type Outcome, runModule } from "./runModule.ts";

/** What became of one entry of a module list, or of a step outside the lists. */
export interface ModuleOutcome extends Outcome {
  readonly name: string;
  readonly stage: Stage;
  readonly origin: Origin;
}

/** The image after its first boot. */
export interface BootResult {
  readonly distro: Distro;
  readonly cloud: CloudData;
  /** The base configuration, as the stage before the network reads it. */
  readonly base: BaseConfig;
  /** The configuration that modules get. */
  readonly config: Config;
  readonly before: Image;
  /** The image after the boot, an Image itself. */
  readonly after: Overlay;
  readonly modules: readonly ModuleOutcome[];
  readonly changes: readonly Change[];
  readonly commands: readonly BootCommand[];
  readonly notes: readonly string[];
}

/** What the caller knows beside the image. */
export interface BootOptions {
  readonly distro: Distro;
  /** What the cloud hands over; when not given, the image's own seed, else unknown. */
  readonly cloud?: CloudData;
}

/** Version that is assumed where the image does not tell its own: the newest one known. */
const ASSUMED_VERSION = "26.2";

const STAGES: readonly { readonly stage: Stage; readonly list: string }[] = [
  { stage: "init", list: "cloud_init_modules" },
  { stage: "config", list: "cloud_config_modules" },
  { stage: "final", list: "cloud_final_modules" },
];

/** Where steps outside the module lists are blamed when no key of the configuration is. */
const START: Origin = { path: CLOUD_CFG, line: 1, column: 1 };

/** Boots an image for the first time, on a copy-on-write overlay. The image itself stays as it is. */
export function boot(image: Image, options: BootOptions): BootResult {
  const { distro } = options;
  const version = distro.cloudInit.version ?? ASSUMED_VERSION;
  const cloud = options.cloud ?? imageSeed(image) ?? UNKNOWN_CLOUD;
  const { base, config, facts } = configure(image, version, cloud);
  const after = new Overlay(image);
  const commands: BootCommand[] = [];
  const notes = [...cloud.notes];
  const outcomes: ModuleOutcome[] = [];
  const obstacle = distro.cloudInit.disabled?.reason ?? base.fatal?.reason;

  if (obstacle !== undefined || facts === undefined) {
    const reason = `cloud-init does not run: ${obstacle}`;
    notes.push(reason);
    for (const { stage, list } of STAGES)
      for (const { name, origin } of readModuleList(config, list).modules)
        outcomes.push({ name, stage, origin, ran: false, reason, frequency: "once-per-instance" });
  } else {
    const running = { hostname: hostnameAtBoot(image) };
    const instance = instanceOf(image, cloud, config);
    const state: BootState = { image: after, distro, facts, version, cloud, commands, notes, running, instance };
    const stopped = beforeModules(state, new Config(base.root), outcomes);
    const done = new Set<string>();
    for (const { stage, list } of STAGES) {
      const { modules: listed, fatal } = readModuleList(config, list);
      if (fatal !== undefined) notes.push(`the ${stage} stage stops with an error: ${fatal}`);
      for (const entry of listed) {
        const outcome =
          stage === "init" && stopped !== undefined ? notRun(stopped) : runModule(entry, state, config, instance, done);
        outcomes.push({ name: entry.name, stage, origin: entry.origin, ...outcome });
      }
    }
  }
  const changes = after.changes();
  return { distro, cloud, base, config, before: image, after, modules: outcomes, changes, commands, notes };
}

/**
 * The early host name and the network: what happens before and between the module lists (cmd/main.py). Answers why no
 * module of the init stage runs, where an error stops that stage and the one before.
 */
function beforeModules(state: BootState, base: Config, outcomes: ModuleOutcome[]): string | undefined {
  const { isNew } = state.instance;
  const network = { name: "network", stage: "init-local", frequency: "once-per-instance", origin: START } as const;
  try {
    setEarlyHostname(new ModuleRun(state, base, "set_hostname", START));
    const applied = isNew
      ? applyNetwork(new ModuleRun(state, base, "network", START))
      : { ran: false, reason: "the image was configured for this instance" };
    outcomes.push({ ...network, ...applied });
    // Again in the init stage, but before user-data is merged: a host name there is for the module to set.
    setEarlyHostname(new ModuleRun(state, base, "set_hostname", START));
    return undefined;
  } catch (error) {
    if (!(error instanceof ModuleFailure)) throw error;
    const reason = `the stages init-local and init stop with an error: ${error.message}`;
    state.notes.push(reason);
    outcomes.push({ ...network, ...notRun(reason) });
    return reason;
  }
}

function notRun(reason: string): Outcome {
  return { ran: false, reason, frequency: "once-per-instance" };
}

/** The configuration with and without what the cloud hands over, and the distro class that it chooses. */
function configure(
  image: Image,
  version: string,
  cloud: CloudData,
): { base: BaseConfig; config: Config; facts: DistroFacts | undefined } {
  const base = readBaseConfig(image, version);
  try {
    const config = new Config(withUserData(base.root, cloud));
    const name = distroName(config);
    const facts = distroFacts(name, version);
    if (facts !== undefined || base.fatal !== undefined) return { base, config, facts };
    const origin = config.origin("system_info", "distro") ?? START;
    const reason = `system_info.distro is "${name}", which cloud-init ${version} does not know`;
    return { base: { ...base, fatal: { reason, origin } }, config, facts };
  } catch (error) {
    if (!(error instanceof FatalConfigError)) throw error;
    const origin = error.node === undefined ? START : originOf(error.node);
    return {
      base: { ...base, fatal: { reason: error.message, origin } },
      config: new Config(base.root),
      facts: undefined,
    };
  }
}

/** The layers above the base configuration: user-data over vendor-data (helpers.ConfigMerger, 20.4 to 26.2). */
function withUserData(base: Mapping, cloud: CloudData): Mapping {
  const config = new Config(base);
  const vendorEnabled = isTrue(config.node("vendor_data", "enabled") ?? builtin(false));
  const layers: Mapping[] = [];
  if (cloud.userData !== undefined && config.bool("allow_userdata", true)) layers.push(cloud.userData.root);
  if (cloud.vendorData !== undefined && vendorEnabled) layers.push(cloud.vendorData.root);
  return mergeMany([...layers, base], builtin({}) as Mapping);
}

/** The distro class: system_info.distro, which defaults to ubuntu (settings.py). */
function distroName(config: Config): string {
  const name = config.node("system_info", "distro");
  return name === undefined ? "ubuntu" : pyStr(name);
}
