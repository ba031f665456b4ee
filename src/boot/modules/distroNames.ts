import type { Since } from "../../distro/version.ts";

/** Names of distro classes by the version of cloud-init from which a module is for them ("0": ever). */
export type DistroTable = readonly (readonly [since: string, ...names: string[]])[];

/** Converts a table to a module's `distros`. */
export function distrosBy(table: DistroTable): (since: Since) => readonly string[] {
  return (since) => table.flatMap(([first, ...names]) => (since(first) ? names : []));
}

/** The names of openSUSE's and SLES's classes that 23.1 introduced. */
export const NEW_SUSE = ["opensuse-leap", "opensuse-microos", "opensuse-tumbleweed", "sle-micro", "sle_hpc"] as const;
