import { items } from "../../python/checked.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import type { ModuleRun } from "../moduleRun.ts";

/**
 * The paths, relative to the root, where programs are searched, from their names in one string. /bin and /sbin are not
 * among them, since they are always read: they are links if /usr is merged, and small if it is not.
 */
export function programs(names: string): string[] {
  return ["usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"].flatMap((directory) =>
    names.split(" ").map((name) => `${directory}/${name}`),
  );
}

/** Whether a program, named or given by its path, is certainly missing in the image. */
export function lacksProgram(boot: ModuleRun, program: string): boolean {
  if (!program.includes("/")) return boot.lacks(program);
  return boot.which("sh") && boot.image.stat(program)?.kind !== "file";
}

/** A configured command's words as subprocess receives them; of a string, its letters. @throws Raises */
export function commandWords(value: ConfigValue | undefined, name: string): string[] {
  return items(value, name).map((word) => pyStr(word));
}

/** The command that installs packages on the image's distribution, as the plan shows it. */
export function installCommand(boot: ModuleRun, packages: readonly string[]): string {
  return `${packageManager(boot)} install ${packages.join(" ")}`;
}

/** The package manager that the distro class calls (cloudinit/distros, 26.2). */
export function packageManager(boot: ModuleRun): string {
  const { family } = boot.facts;
  if (family === "debian") return "apt-get";
  if (family === "suse") return "zypper";
  if (family === "alpine") return "apk";
  if (family === "arch") return "pacman";
  if (family === "gentoo") return "emerge";
  if (family === "photon" || family === "mariner" || family === "azurelinux") return "tdnf";
  if (family === "aosc") return "oma";
  if (["freebsd", "dragonfly"].includes(family)) return "pkg";
  if (family === "openbsd") return "pkg_add";
  if (family === "netbsd") return "pkgin";
  return boot.which("dnf") ? "dnf" : "yum";
}
