import { Config } from "../config/config.ts";
import { builtin } from "../config/builtin.ts";
import { mergeMany } from "../config/merge.ts";
import { type BaseConfig, CLOUD_CFG, readBaseConfig } from "../config/read.ts";
import { type CloudData, imageSeed, UNKNOWN_CLOUD } from "../config/seed.ts";
import type { Mapping, Origin } from "../config/tree.ts";
import { isTrue, toValue, truthy } from "../config/value.ts";
import type { Distro } from "../distro/distro.ts";
import { distroFacts } from "../distro/facts.ts";
import { versionAtLeast } from "../distro/version.ts";
import type { Image } from "../image/image.ts";
import { type BootCommand, type BootState, type Frequency, ModuleFailure, ModuleRun, type Stage } from "./module.ts";
import { type ListedModule, readModuleList } from "./moduleList.ts";
import { modules } from "./modules/modules.ts";
import { notSimulated } from "./modules/notSimulated.ts";
import { setEarlyHostname } from "./hostname.ts";
import { applyNetwork } from "./network/apply.ts";
import { type Change, Overlay } from "./overlay.ts";

/** What became of one entry of a module list, or of a step outside the lists. */
export interface ModuleOutcome {
  readonly name: string;
  readonly stage: Stage;
  readonly frequency: Frequency;
  readonly ran: boolean;
  /** Why it ran or did not; says "not simulated" where its effects are not known to us. */
  readonly reason: string;
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

/** Boots an image for the first time, on a copy-on-write overlay. The image itself stays as it is. */
export function boot(image: Image, options: BootOptions): BootResult {
  const { distro } = options;
  const version = distro.cloudInit.version ?? ASSUMED_VERSION;
  const cloud = options.cloud ?? imageSeed(image) ?? UNKNOWN_CLOUD;
  const base = readBaseConfig(image, version);
  const baseConfig = new Config(base.root);
  const config = new Config(withUserData(base.root, cloud));
  const after = new Overlay(image);
  const commands: BootCommand[] = [];
  const notes = [...cloud.notes];
  const outcomes: ModuleOutcome[] = [];
  const stateFor = (effective: Config): BootState => ({
    image: after,
    distro,
    facts: distroFacts(distroName(effective), version),
    version,
    cloud,
    commands,
    notes,
  });
  const obstacle = distro.cloudInit.disabled?.reason ?? base.fatal?.reason;

  if (obstacle === undefined) {
    const start: Origin = { path: CLOUD_CFG, line: 1, column: 1 };
    const local = stateFor(baseConfig);
    setEarlyHostname(new ModuleRun(local, baseConfig, "set_hostname", start));
    applyNetwork(new ModuleRun(local, baseConfig, "network", start));
    outcomes.push({ name: "network", stage: "init-local", frequency: "once-per-instance", ran: true, reason: "the network is configured before any module", origin: start });
    setEarlyHostname(new ModuleRun(stateFor(config), config, "set_hostname", start));
  } else notes.push(`cloud-init does not run: ${obstacle}`);

  const state = stateFor(config);
  const done = new Set<string>();
  for (const { stage, list } of STAGES) {
    const { modules: listed, fatal } = readModuleList(config, list);
    if (fatal !== undefined) notes.push(`the ${stage} stage stops with an error: ${fatal}`);
    for (const entry of listed) {
      const plan = obstacle === undefined ? decide(entry, config, version, distroName(config), done) : { ran: false, reason: `cloud-init does not run: ${obstacle}`, frequency: entry.frequency ?? "once-per-instance" };
      const failure = plan.ran ? execute(entry, state, config) : undefined;
      outcomes.push({ name: entry.name, stage, origin: entry.origin, ...plan, ...(failure === undefined ? {} : { reason: failure }) });
    }
  }
  return { distro, cloud, base, config, before: image, after, modules: outcomes, changes: after.changes(), commands, notes };
}

/** The layers above the base configuration: user-data over vendor-data (helpers.ConfigMerger, 20.4 to 26.2). */
function withUserData(base: Mapping, cloud: CloudData): Mapping {
  const empty = builtin({}) as Mapping;
  const baseConfig = new Config(base);
  const allowed = (key: string) => baseConfig.bool(key, true);
  const vendorEnabled = isTrue(toValue(new Config(base).node("vendor_data", "enabled") ?? builtin(false)));
  const layers: Mapping[] = [];
  if (cloud.userData !== undefined && allowed("allow_userdata")) layers.push(cloud.userData.root);
  if (cloud.vendorData !== undefined && vendorEnabled) layers.push(cloud.vendorData.root);
  return mergeMany([...layers, base], empty);
}

/** The distro class: system_info.distro, which defaults to ubuntu (settings.py). */
function distroName(config: Config): string {
  const name = config.get("system_info", "distro");
  return typeof name === "string" ? name : "ubuntu";
}

type Decision = Pick<ModuleOutcome, "ran" | "reason" | "frequency">;

/** Whether an entry runs (cloudinit/config/modules.py run_section and its predecessors, 20.4 to 26.2). */
function decide(entry: ListedModule, config: Config, version: string, distro: string, done: Set<string>): Decision {
  const facts = modules.find((module) => module.name === entry.name) ?? notSimulated.find((module) => module.name === entry.name);
  const since = (wanted: string) => versionAtLeast(version, wanted);
  if (facts === undefined || (facts.since !== undefined && !since(facts.since)) || (facts.until !== undefined && since(facts.until)))
    return { ran: false, reason: `cloud-init ${version} has no module of this name`, frequency: "once-per-instance" };
  const frequency = entry.frequency ?? facts.frequency;
  const keys = typeof facts.activatedBy === "function" ? facts.activatedBy(since) : facts.activatedBy;
  if (since("22.3") && keys.length > 0 && !keys.some((key) => config.has(key)))
    return { ran: false, reason: `no configuration for it (${keys.join(", ")})`, frequency };
  const distros = facts.distros === "all" ? undefined : facts.distros(since);
  const unverified = config.get("unverified_modules");
  if (distros !== undefined && !distros.includes(distro) && !(Array.isArray(unverified) && unverified.includes(entry.raw)))
    return { ran: false, reason: `it is not for ${distro}`, frequency };
  const semaphore = entry.raw.replaceAll("-", "_");
  if (frequency !== "always" && done.has(semaphore)) return { ran: false, reason: "it ran earlier in this boot", frequency };
  done.add(semaphore);
  return { ran: true, reason: "first boot of the instance", frequency };
}

/** Runs a module; the answer is what to say instead of the usual reason. */
function execute(entry: ListedModule, state: BootState, config: Config): string | undefined {
  const module = modules.find((candidate) => candidate.name === entry.name);
  if (module === undefined) return "not simulated: its effects are not known to this program";
  try {
    module.run(new ModuleRun(state, config, entry.name, entry.origin), entry.args);
    return undefined;
  } catch (error) {
    if (!(error instanceof ModuleFailure)) throw error;
    return `it fails: ${error.message}`;
  }
}
