import { Config } from "../config/config.ts";
import { needsNetwork } from "../config/datasources.ts";
import { type BaseConfig, CLOUD_CFG } from "../config/read.ts";
import type { CloudData } from "../config/seed.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import type { Distro } from "../distro/distro.ts";
import { libraryOf } from "../distro/library/library.ts";
import { ASSUMED_VERSION } from "../distro/version.ts";
import type { Image } from "../image/image.ts";
import type { Origin } from "../image/origin.ts";
import { type Change, Overlay } from "../image/overlay.ts";
import { Raises } from "../python/errors.ts";
import { datasourceEffects } from "./cloud/effects.ts";
import type { Launch } from "./cloud/find.ts";
import { partHandlers } from "./cloud/partHandlers.ts";
import { type HandedOver, storeScripts } from "./cloud/userData.ts";
import { configure } from "./configure.ts";
import type { Stage } from "./frequency.ts";
import { hostnameAtBoot, setEarlyHostname } from "./hostname/hostname.ts";
import { instanceOf } from "./instance.ts";
import { readModuleList } from "./moduleList.ts";
import { type BootCommand, type BootState, type KeyFile, ModuleRun } from "./moduleRun.ts";
import { applyNetwork } from "./network/apply.ts";
import { networkFrequency } from "./network/frequency.ts";
import { generalNote, type Note } from "./notes.ts";
import { type Ending, type Obstacle, type Outcome, orCannotTell, type StageError } from "./outcome.ts";
import { redirectOutput } from "./output.ts";
import { runModule } from "./runModule.ts";

/** The outcome of one entry of a module list, or of a step outside the lists. */
export type ModuleOutcome = Outcome & {
  readonly name: string;
  readonly stage: Stage;
  /** The line of the module list. */
  readonly origin: Origin;
};

/** The image after its first boot. */
export interface BootResult {
  readonly distro: Distro;
  readonly cloud: CloudData;
  /** The base configuration, templates rendered for this instance. */
  readonly base: BaseConfig;
  /** The configuration that modules get. */
  readonly config: Config;
  readonly before: Image;
  /** The image after the boot, an Image itself. */
  readonly after: Overlay;
  readonly modules: readonly ModuleOutcome[];
  readonly changes: readonly Change[];
  readonly commands: readonly BootCommand[];
  readonly notes: readonly Note[];
  /** The files that SSH keys were written to, in order. */
  readonly keyFiles: readonly KeyFile[];
  /**
   * Modules that depend on something that distributions change in cloud-init and that the image's library does not state:
   * upstream's release is assumed.
   */
  readonly assuming: ReadonlySet<string>;
}

/**
 * What the caller knows besides the image. Without information on the launch, the image's own seed or datasource
 * decides.
 */
export interface BootOptions extends Launch {
  readonly distro: Distro;
  /** User-data that replaces what the cloud provides. */
  readonly userData?: SeedFile;
}

const STAGES: readonly { readonly stage: Stage; readonly list: string }[] = [
  { stage: "init", list: "cloud_init_modules" },
  { stage: "config", list: "cloud_config_modules" },
  { stage: "final", list: "cloud_final_modules" },
];

/** The line to blame for steps outside the module lists if no key is to blame: where the lists begin. */
function startOf(config: Config): Origin {
  return config.origin("cloud_init_modules") ?? { path: CLOUD_CFG, line: 1, column: 1 };
}

/** Boots an image for the first time, on a copy-on-write overlay. The image itself stays as it is. */
export function boot(image: Image, options: BootOptions): BootResult {
  const { distro } = options;
  const version = distro.cloudInit.version ?? ASSUMED_VERSION;
  const { cloud, base, facts, handed, ...configured } = configure(image, distro, version, options);
  let { config } = configured;
  const after = new Overlay(image);
  const commands: BootCommand[] = [];
  const keyFiles: KeyFile[] = [];
  const assuming = new Set<string>();
  const notes: Note[] = [...configured.notes, ...handed.notes.map((note) => ({ ...note, module: null }))];
  if (handed.stopped !== undefined) notes.push(stageStops({ stages: ["init"], error: handed.stopped }));
  const outcomes: ModuleOutcome[] = [];
  const obstacle = obstacleOf(distro, base);

  if (obstacle !== undefined) {
    const why = { code: "off", obstacle } as const;
    notes.push(generalNote("off", { obstacle }));
    for (const { stage, list } of STAGES)
      for (const { name, origin } of readModuleList(config, list).modules)
        outcomes.push({ name, stage, origin, status: "skipped", why, frequency: "once-per-instance" });
  } else if (facts !== undefined) {
    const running = { hostname: hostnameAtBoot(image) };
    const instance = instanceOf(image, cloud, config);
    for (const one of partHandlers(image, instance.cloudDirectory)) notes.push(one);
    const state: BootState = {
      image: after,
      distro,
      facts,
      version,
      cloud,
      commands,
      notes,
      keyFiles,
      running,
      instance,
      scripts: new Map(),
      assuming,
      library: libraryOf(image, distro.cloudInit),
    };
    // The data that the instance received before is in its directory already.
    const known = instance.isNew ? new Config(base.root) : config;
    const outputRun = (using: Config) => new ModuleRun(state, using, "output", startOf(using));
    const output = redirectOutput(outputRun(known), "init");
    const early = beforeModules(state, known, outcomes);
    const stopped = early ?? useHandedOver(state, handed, outcomes);
    // If the stages before the modules stopped, nothing read what the cloud provides.
    if (early !== undefined) config = new Config(base.root);
    const done = new Set<string>();
    for (const { stage, list } of STAGES) {
      if (stage !== "init") redirectOutput(outputRun(config), stage);
      else if (stopped === undefined) redirectOutput(outputRun(config), stage, output);
      const { modules: listed, fatal } = readModuleList(config, list);
      if (fatal !== undefined) notes.push(stageStops({ stages: [stage], error: fatal }));
      for (const entry of listed) {
        const outcome =
          stage === "init" && stopped !== undefined ? notRun(stopped) : runModule(entry, state, config, instance, done);
        outcomes.push({ name: entry.name, stage, origin: entry.origin, ...outcome });
      }
    }
  }
  const changes = after.changes();
  return {
    distro,
    cloud,
    base,
    config,
    before: image,
    after,
    modules: outcomes,
    changes,
    commands,
    notes,
    keyFiles,
    assuming,
  };
}

/** What keeps cloud-init from running; undefined if nothing does. */
function obstacleOf({ cloudInit: { disabled } }: Distro, { fatal }: BaseConfig): Obstacle | undefined {
  if (disabled !== undefined) return { code: "disabled", disabled };
  return fatal === undefined ? undefined : { code: "configuration", fatal };
}

/** An error that stops stages. */
interface Stopped {
  readonly stages: readonly Stage[];
  readonly error: StageError;
}

/**
 * The early host name and the network: what happens before and between the module lists (cmd/main.py). Returns why no
 * module of the init stage runs, where an error stops that stage and the one before.
 */
function beforeModules(state: BootState, base: Config, outcomes: ModuleOutcome[]): Stopped | undefined {
  const origin = startOf(base);
  const { datasource } = state.cloud;
  const frequency = networkFrequency(base, datasource, state);
  const network = { name: "network", stage: "init-local", frequency, origin } as const;
  // At this point, before the network, there is no datasource yet, and cloud-init does not check for a new instance.
  const applies = state.instance.isNew || frequency === "always" || needsNetwork(datasource);
  datasourceEffects(new ModuleRun(state, base, "datasource", origin));
  const steps = (): Ending => {
    setEarlyHostname(new ModuleRun(state, base, "set_hostname", origin));
    const applied: Ending = applies
      ? applyNetwork(new ModuleRun(state, base, "network", origin))
      : { status: "skipped", why: { code: "network-of-this-instance" } };
    // Again in the init stage, before user-data is merged: a host name in user-data is left to the module.
    setEarlyHostname(new ModuleRun(state, base, "set_hostname", origin));
    return applied;
  };
  try {
    outcomes.push({ ...network, ...orCannotTell(steps) });
    return undefined;
  } catch (error) {
    if (!(error instanceof Raises)) throw error;
    const stopped: Stopped = {
      stages: ["init-local", "init"],
      error: { code: "raises", message: error.message, origin: error.origin ?? null },
    };
    state.notes.push(stageStops(stopped));
    outcomes.push({ ...network, ...notRun(stopped) });
    return stopped;
  }
}

/** Reads what the cloud provides, as the init stage does before its modules. Returns why none of them runs. */
function useHandedOver(state: BootState, handed: HandedOver, outcomes: ModuleOutcome[]): Stopped | undefined {
  if (handed.scripts.length > 0) {
    const config = new Config(handed.config);
    const origin = startOf(config);
    const step = { name: "user_data", stage: "init", frequency: "always", origin } as const;
    const ending = orCannotTell(() => {
      storeScripts(new ModuleRun(state, config, step.name, origin), handed, state.scripts);
      return { status: "ran", why: { code: "scripts-handed-over" } };
    });
    outcomes.push({ ...step, ...ending });
  }
  return handed.stopped && { stages: ["init"], error: handed.stopped };
}

function notRun(stopped: Stopped): Outcome {
  return { status: "skipped", why: { code: "stage-stopped", ...stopped }, frequency: "once-per-instance" };
}

function stageStops(stopped: Stopped): Note {
  return generalNote("stage-stops", stopped);
}
