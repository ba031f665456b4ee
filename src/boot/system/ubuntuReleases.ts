import type { Fact } from "../../distro/library/fact.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { ModuleRun } from "../moduleRun.ts";

/**
 * A fact that updates within a release of Ubuntu keep as it was when the release came out: without the library, releases up
 * to `last` have the value of their first cloud-init.
 * @param last "22.04"
 */
export function keptByUbuntu<T>(boot: ModuleRun, fact: Fact<T>, last: string): T {
  const { value, from } = boot.lookUp(fact);
  const { id, version } = boot.distro;
  const year = /^(\d\d)\.04$/.exec(version)?.[1];
  if (from === "library" || id !== "ubuntu" || year === undefined || version > last) return value;
  // The release of April came with the first cloud-init of its year.
  return fact.byVersion((wanted) => boot.since(wanted) && versionAtLeast(`${year}.1`, wanted));
}
