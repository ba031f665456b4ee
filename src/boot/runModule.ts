import type { Config } from "../config/config.ts";
import type { Origin } from "../image/origin.ts";
import { Raises } from "../python/errors.ts";
import { Failure } from "./failure.ts";
import type { Frequency } from "./frequency.ts";
import type { Instance } from "./instance.ts";
import type { Module } from "./module.ts";
import { existsIn, isOwnModule, isScheduleUnstated, moduleFacts, runsOn, scheduleOf } from "./moduleFacts.ts";
import type { ListedModule } from "./moduleList.ts";
import { type BootState, ModuleRun } from "./moduleRun.ts";
import { modules } from "./modules/modules.ts";
import { type Ending, type Outcome, orCannotTell, type WhySkipped } from "./outcome.ts";

const simulated = new Map(modules.map((module) => [module.name, module]));

/**
 * Runs an entry of a module list if cloud-init would (cloudinit/config/modules.py and stages.py, 20.4 to 26.2).
 * `done` collects what ran earlier in this boot.
 */
export function runModule(
  entry: ListedModule,
  state: BootState,
  config: Config,
  instance: Instance,
  done: Set<string>,
): Outcome {
  const { version } = state;
  const facts = moduleFacts(entry.name);
  if (facts === undefined || !existsIn(facts, state)) {
    const frequency = entry.frequency ?? "once-per-instance";
    return isOwnModule(entry.name, state.distro, state.image)
      ? { status: "not simulated", why: { code: "own-module" }, frequency }
      : skipped({ code: "module-unknown", version }, frequency);
  }

  const schedule = scheduleOf(facts, state);
  if (isScheduleUnstated(facts, state)) state.assuming.add(facts.name);
  const frequency = entry.frequency ?? schedule.frequency;
  const keys = schedule.activatedBy;
  if (keys.length > 0 && !keys.some((key) => config.has(key)))
    return skipped({ code: "not-configured", keys }, frequency);
  if (!runsOn(facts, state.facts.name, state)) {
    const unverified = config.get("unverified_modules");
    if (!Array.isArray(unverified) || !unverified.includes(entry.raw))
      return skipped({ code: "other-distro", distro: state.facts.name }, frequency);
  }
  // Each frequency has its own semaphores.
  const semaphore = `${frequency} ${entry.raw.replaceAll("-", "_")}`;
  if (frequency !== "always" && done.has(semaphore)) return skipped({ code: "ran-earlier" }, frequency);
  if (instance.hasRun(entry.raw, frequency)) return skipped({ code: "ran-for-instance" }, frequency);
  done.add(semaphore);
  return { frequency, ...execute(entry, state, config) };
}

function skipped(why: WhySkipped, frequency: Frequency): Outcome {
  return { status: "skipped", why, frequency };
}

function execute(entry: ListedModule, state: BootState, config: Config): Ending {
  const module = simulated.get(entry.name);
  if (module === undefined) return { status: "not simulated", why: { code: "effects-unknown" } };
  const run = new ModuleRun(state, config, entry.name, entry.origin);
  return orCannotTell(() => {
    try {
      module.run(run, entry.args);
      return { status: "ran", why: null };
    } catch (error) {
      if (!(error instanceof Raises)) throw error;
      const { message, origin = onlyKey(module, run) } = error;
      const reason = error instanceof Failure ? error.reason : null;
      return { status: "failed", why: { code: "raises", message, origin, reason } };
    }
  });
}

/** The line of the only key that the module reads; null if none or several are set, any of which may be to blame. */
function onlyKey({ keys }: Module, run: ModuleRun): Origin | null {
  const [key, ...others] = Object.keys(keys).filter((name) => run.config.has(name));
  return key === undefined || others.length > 0 ? null : run.because(key);
}
