import { isFalse } from "../../config/options.ts";
import { isMapping } from "../../python/checked.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { packageManager, programs } from "../system/programs.ts";
import { packageKeys } from "./packageUpdateUpgradeInstall/schema.ts";

/** The subcommands of a package manager that refresh its lists and upgrade all packages (cloudinit/distros, 26.2). */
const VERBS: Readonly<Record<string, readonly [refresh: string, upgrade: string]>> = {
  "apt-get": ["update", "dist-upgrade"],
  apk: ["update", "upgrade"],
  pacman: ["-Sy", "-Su"],
  emerge: ["--sync", "--update @world"],
  zypper: ["refresh", "update"],
};

/**
 * cc_package_update_upgrade_install: refreshes, upgrades and installs packages (18.5 to 26.2). The content of
 * the repositories at boot is unknown, so no file changes in the plan.
 */
export const packageUpdateUpgradeInstall = defineModule({
  name: "package_update_upgrade_install",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["apt_update", "package_update", "apt_upgrade", "package_upgrade", "packages"],
  needs: programs("dnf dnf-3 dnf5"),
  keys: packageKeys,
  run(boot) {
    const manager = packageManager(boot);
    const [refresh, upgrade] = VERBS[manager] ?? ["makecache", "upgrade"];
    const isOn = (...keys: string[]) => keys.some((key) => boot.config.bool(key, false));
    const upgrading = isOn("package_upgrade", "apt_upgrade");
    const packages = packageNames(boot.config.get("packages"));
    if ((upgrading || isOn("package_update", "apt_update")) && boot.facts.name !== "amazon")
      boot.command(`${manager} ${refresh}`);
    if (upgrading) {
      boot.command(`${manager} ${upgrade}`);
      if (boot.facts.name === "ubuntu" && boot.since("23.4")) boot.command("snap refresh");
      boot.note("packages-upgraded", {}, boot.because("package_upgrade"));
    }
    for (const [program, names] of packages) boot.command(`${program ?? manager} install ${names.join(" ")}`);
    if ((upgrading || packages.size > 0) && isOn("apt_reboot_if_required", "package_reboot_if_required"))
      boot.note("reboot-after-upgrade", {}, boot.because("package_reboot_if_required"));
    if (boot.facts.name === "amazon") repositoryUpgrade(boot, manager);
  },
});

/** The packages to install, by the package manager in the configuration (undefined: the distribution's). */
function packageNames(value: ConfigValue | undefined): Map<string | undefined, string[]> {
  const names = new Map<string | undefined, string[]>();
  const add = (program: string | undefined, name: ConfigValue) => {
    const text = Array.isArray(name) ? name.map((part) => pyStr(part)).join("=") : pyStr(name);
    const known = names.get(program);
    if (known === undefined) names.set(program, [text]);
    else known.push(text);
  };
  const list = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  for (const item of list) {
    if (!isMapping(item)) add(undefined, item);
    else
      for (const [program, wanted] of Object.entries(item))
        for (const name of Array.isArray(wanted) ? wanted : [wanted])
          add(program === "apt" ? "apt-get" : program, name);
  }
  return names;
}

/** Amazon Linux's own cloud-init upgrades at the first boot as `repo_upgrade` says: security, bugfix, all or none. */
function repositoryUpgrade(boot: ModuleRun, manager: string): void {
  const value = boot.config.get("repo_upgrade");
  if (value === undefined || value === null || isFalse(value) || pyStr(value) === "none") return;
  const kind = pyStr(value);
  const only = kind === "security" || kind === "bugfix" ? ` --${kind}` : "";
  const excluded = boot.config.get("repo_upgrade_exclude") ?? [];
  const exclude = Array.isArray(excluded) ? excluded.map((name) => ` --exclude=${pyStr(name)}`).join("") : "";
  const release = boot.config.get("repo_releasever");
  const version = release === undefined || release === null ? "" : ` --releasever=${pyStr(release)}`;
  boot.command(`${manager} upgrade${only}${exclude}${version}`);
  boot.note("repo-upgrade", { kind }, boot.because("repo_upgrade"));
}
