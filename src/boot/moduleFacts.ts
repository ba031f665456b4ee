import type { Distro } from "../distro/distro.ts";
import { defineFact, type Fact, lookUp, type Program } from "../distro/library/fact.ts";
import type { Since } from "../distro/version.ts";
import { versionAtLeast } from "../distro/version.ts";
import type { Image } from "../image/image.ts";
import type { ModuleFacts } from "./module.ts";
import { modules } from "./modules/modules.ts";
import { notSimulated } from "./modules/notSimulated.ts";
import { readSchedule, SCHEDULE_NAMES, type Schedule } from "./schedule.ts";
import { isUpstreams } from "./upstreamModules.ts";

const byName = new Map<string, ModuleFacts>([...notSimulated, ...modules].map((facts) => [facts.name, facts]));

/** The facts of a module of any version; undefined if no version has a module of this name. */
export function moduleFacts(name: string): ModuleFacts | undefined {
  return byName.get(name);
}

/** The names of all modules that the program has, with underscores. */
export function moduleNames(program: Program): string[] {
  return [...byName.values()].filter((facts) => existsIn(facts, program)).map(({ name }) => name);
}

/** Whether cloud-init has the module. */
export function existsIn({ name, since, until }: ModuleFacts, { version, library }: Program): boolean {
  if (library?.isWhole) return filesOf(name).some((file) => library.has(file));
  return (
    (since === undefined || versionAtLeast(version, since)) && (until === undefined || !versionAtLeast(version, until))
  );
}

/** Modules that vendors add to cloud-init, by ID of os-release. */
const VENDORS_MODULES: Readonly<Record<string, (release: string) => readonly string[]>> = {
  // In the stock lists of Amazon Linux 1 (0.7.6) and 2 (19.3), and of 2023 (22.2.2).
  amzn: (release) =>
    release.startsWith("2023")
      ? ["selinux", "write_metadata", "yum_variables"]
      : ["amazonlinux_repo_https", "write_metadata", "yum_configure"],
};

/** Whether the image has a module of this name, possibly its own. Without cloud-init's code, the vendor decides. */
export function isOwnModule(name: string, { id, version: release, cloudInit }: Distro, image: Image): boolean {
  const { library } = cloudInit;
  const directory = `${library}/config`;
  if (library !== undefined && image.stat(`${directory}/cc_${name}.py`)?.kind === "file") return true;
  if (library !== undefined && image.list(directory).some((file) => file.startsWith("cc_"))) return false;
  return Object.hasOwn(VENDORS_MODULES, id) && VENDORS_MODULES[id]!(release).includes(name);
}

/** What upstream's version says of a module. */
function scheduleBy({ frequency, distros, activatedBy }: ModuleFacts, since: Since): Schedule {
  return {
    frequency: typeof frequency === "function" ? frequency(since) : frequency,
    distros: typeof distros === "function" ? distros(since) : distros,
    activatedBy: since("22.3") ? (typeof activatedBy === "function" ? activatedBy(since) : activatedBy) : [],
  };
}

/** Files of modules that had another name in older versions. */
const FORMER_FILES: Readonly<Record<string, string>> = { ubuntu_pro: "config/cc_ubuntu_advantage.py" };

const schedules = new Map<string, Fact<Schedule>>(
  [...byName.values()].map((facts) => [
    facts.name,
    defineFact({
      name: `when cc_${facts.name} runs`,
      file: filesOf(facts.name),
      names: SCHEDULE_NAMES,
      isUpstreams,
      read: (source, _library, since) => {
        const upstream = scheduleBy(facts, since);
        const { frequency, distros, activatedBy } = readSchedule(source, since);
        if (frequency === undefined && distros === undefined && activatedBy === undefined) return undefined;
        return {
          frequency: frequency ?? upstream.frequency,
          distros:
            distros === "all" || upstream.distros === "all"
              ? (distros ?? upstream.distros)
              : inOrder(distros, upstream.distros),
          activatedBy: inOrder(activatedBy, upstream.activatedBy),
        };
      },
      byVersion: (since) => scheduleBy(facts, since),
    }),
  ]),
);

/** The names that are stated, in upstream's order if they are the same. */
function inOrder(stated: readonly string[] | undefined, upstream: readonly string[]): readonly string[] {
  if (stated === undefined) return upstream;
  const names = new Set(stated);
  return names.size === upstream.length && upstream.every((name) => names.has(name)) ? upstream : stated;
}

function filesOf(name: string): readonly string[] {
  return [`config/cc_${name}.py`, ...(Object.hasOwn(FORMER_FILES, name) ? [FORMER_FILES[name]!] : [])];
}

/** When the image's cloud-init runs a module, which its library says; without one the version decides. */
export function scheduleOf({ name }: ModuleFacts, program: Program): Schedule {
  return lookUp(schedules.get(name)!, program).value;
}

/** Whether the library has a module's code and does not state when it runs: it cannot be read, or computes it. */
export function isScheduleUnstated({ name }: ModuleFacts, program: Program): boolean {
  const isThere = filesOf(name).some((file) => program.library?.has(file));
  return isThere && lookUp(schedules.get(name)!, program).from === "version";
}

/** Whether cloud-init runs the module on a distro. */
export function isForDistro(facts: ModuleFacts, distro: string, program: Program): boolean {
  const { distros } = scheduleOf(facts, program);
  return distros === "all" || distros.includes(distro);
}

/** Distros whose package runs a module before upstream does: yum_add_repo leaves its semaphore on Amazon Linux 2 (19.3). */
const VENDORS_OWN: ReadonlyMap<string, string> = new Map([["amazon", "yum_add_repo"]]);

/** Whether a distro's own package runs the module on it. */
export function runsOn(facts: ModuleFacts, distro: string, program: Program): boolean {
  return isForDistro(facts, distro, program) || VENDORS_OWN.get(distro) === facts.name;
}
