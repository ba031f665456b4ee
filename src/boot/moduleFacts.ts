import type { Distro } from "../distro/distro.ts";
import type { Since } from "../distro/version.ts";
import { versionAtLeast } from "../distro/version.ts";
import type { Image } from "../image/image.ts";
import type { Frequency } from "./frequency.ts";
import type { ModuleFacts } from "./module.ts";
import { modules } from "./modules/modules.ts";
import { notSimulated } from "./modules/notSimulated.ts";

const byName = new Map<string, ModuleFacts>([...notSimulated, ...modules].map((facts) => [facts.name, facts]));

/** The facts of a module of any version; undefined if no version has a module of this name. */
export function moduleFacts(name: string): ModuleFacts | undefined {
  return byName.get(name);
}

/** The names of all modules of a version, with underscores. */
export function moduleNames(version: string): string[] {
  return [...byName.values()].filter((facts) => existsIn(facts, version)).map(({ name }) => name);
}

/** Whether cloud-init of a version has the module. */
export function existsIn({ since, until }: ModuleFacts, version: string): boolean {
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

/** How often a version of cloud-init runs the module. */
export function frequencyOf({ frequency }: ModuleFacts, since: Since): Frequency {
  return typeof frequency === "function" ? frequency(since) : frequency;
}

/** Distros whose package runs a module before upstream does: yum_add_repo leaves its semaphore on Amazon Linux 2 (19.3). */
const VENDORS_OWN: ReadonlyMap<string, string> = new Map([["amazon", "yum_add_repo"]]);

/** Whether a version of cloud-init runs the module on a distro. */
export function isForDistro({ distros }: ModuleFacts, distro: string, since: Since): boolean {
  const names = typeof distros === "function" ? distros(since) : distros;
  return names === "all" || names.includes(distro);
}

/** Whether a distro's own package of a version runs the module on it. */
export function runsOn(facts: ModuleFacts, distro: string, since: Since): boolean {
  return isForDistro(facts, distro, since) || VENDORS_OWN.get(distro) === facts.name;
}

/** The top-level keys without which a module is skipped; none where it always runs (activate_by_schema_keys, 22.3). */
export function activationKeys({ activatedBy }: ModuleFacts, since: Since): readonly string[] {
  if (!since("22.3")) return [];
  return typeof activatedBy === "function" ? activatedBy(since) : activatedBy;
}
