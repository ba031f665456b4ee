import type { Config } from "../config/config.ts";
import { programOf, versionAtLeast } from "../distro/version.ts";
import { CannotTell, Raises } from "../python/errors.ts";
import type { Frequency } from "./frequency.ts";
import type { Instance } from "./instance.ts";
import { activationKeys, existsIn, frequencyOf, isForDistro, isOwnModule, moduleFacts } from "./moduleFacts.ts";
import type { ListedModule } from "./moduleList.ts";
import { type BootState, ModuleRun } from "./moduleRun.ts";
import { modules } from "./modules/modules.ts";

/** What became of an entry of a module list. */
export interface Outcome {
  readonly ran: boolean;
  /** Why it ran or did not; says "not simulated" where its effects are not known to us. */
  readonly reason: string;
  readonly frequency: Frequency;
  /** Set where the module raises an error, or an error before it keeps it from running. */
  readonly failed?: true;
}

const simulated = new Map(modules.map((module) => [module.name, module]));

/**
 * Runs an entry of a module list if cloud-init would (cloudinit/config/modules.py and stages.py, 20.4 to 26.2).
 * `done` holds what ran earlier in this boot and grows.
 */
export function runModule(
  entry: ListedModule,
  state: BootState,
  config: Config,
  instance: Instance,
  done: Set<string>,
): Outcome {
  const { version } = state;
  const since = (wanted: string) => versionAtLeast(version, wanted);
  const facts = moduleFacts(entry.name);
  if (facts === undefined || !existsIn(facts, version)) {
    const frequency = entry.frequency ?? "once-per-instance";
    return isOwnModule(entry.name, state.distro, state.image)
      ? { ran: true, reason: "not simulated: it is a module of the image's own", frequency }
      : skipped(`${programOf(version)} has no module of this name`, frequency);
  }

  const frequency = entry.frequency ?? frequencyOf(facts, since);
  const keys = activationKeys(facts, since);
  if (keys.length > 0 && !keys.some((key) => config.has(key)))
    return skipped(`no configuration for it (${keys.join(", ")})`, frequency);
  if (!isForDistro(facts, state.facts.name, since)) {
    const unverified = config.get("unverified_modules");
    if (!Array.isArray(unverified) || !unverified.includes(entry.raw))
      return skipped(`it is not for ${state.facts.name}`, frequency);
  }
  // Each frequency has semaphores of its own.
  const semaphore = `${frequency} ${entry.raw.replaceAll("-", "_")}`;
  if (frequency !== "always" && done.has(semaphore)) return skipped("it ran earlier in this boot", frequency);
  if (instance.hasRun(entry.raw, frequency)) return skipped("the image says that it ran for this instance", frequency);
  done.add(semaphore);
  return { ran: true, frequency, ...execute(entry, state, config) };
}

function skipped(reason: string, frequency: Frequency): Outcome {
  return { ran: false, reason, frequency };
}

function execute(entry: ListedModule, state: BootState, config: Config): Pick<Outcome, "reason" | "failed"> {
  const module = simulated.get(entry.name);
  if (module === undefined) return { reason: "not simulated: its effects are not known to this program" };
  try {
    module.run(new ModuleRun(state, config, entry.name, entry.origin), entry.args);
    return { reason: "first boot of the instance" };
  } catch (error) {
    if (error instanceof CannotTell) return { reason: `not simulated: ${error.message}` };
    if (!(error instanceof Raises)) throw error;
    return { reason: `it fails: ${error.message}`, failed: true };
  }
}
