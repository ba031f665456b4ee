import { isMapping, mapping } from "../../python/checked.ts";
import { Raises } from "../../python/errors.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { installCommand } from "../system/programs.ts";
import { ubuntuProKeys } from "./ubuntuPro/schema.ts";

const OLD_KEYS = ["ubuntu-advantage", "ubuntu_advantage"];

/** cc_ubuntu_pro, cc_ubuntu_advantage before 24.1: attaches the machine to Ubuntu Pro (18.5 to 26.2). */
export const ubuntuPro = defineModule({
  name: "ubuntu_pro",
  frequency: "once-per-instance",
  distros: () => ["ubuntu"],
  activatedBy: (since) => (since("24.1") ? ["ubuntu_pro", ...OLD_KEYS] : OLD_KEYS),
  keys: ubuntuProKeys,
  run(boot) {
    const old = OLD_KEYS.filter((key) => boot.config.has(key));
    if (boot.since("24.1") && old.length > 1)
      throw new Raises(`${old.join(" and ")} must not both be set`, boot.because(old[0]!));
    const key = boot.since("24.1") && boot.config.has("ubuntu_pro") ? "ubuntu_pro" : old.at(-1);
    const given = key === undefined ? null : (boot.config.get(key) ?? null);
    if (key === undefined || given === null) return;
    const config = mapping(given, key);
    if (config.commands !== undefined)
      throw new Raises(`${key}.commands is no longer supported`, boot.because(key, "commands"));
    const program = boot.since("24.1") ? "pro" : "ua";
    if (boot.lacks(program)) boot.command(installCommand(boot, ["ubuntu-advantage-tools"]));
    if (isMapping(config.config))
      for (const name of Object.keys(config.config).sort())
        boot.command(`${program} config ${config.config[name] === null ? "unset" : "set"} ${name}`);
    if (Object.keys(config).every((name) => name === "features")) return;
    boot.command(`${program} attach`);
    const services = serviceNames(config.enable);
    if (services.length > 0) boot.command(`${program} enable ${services.join(" ")}`);
    boot.note("ubuntu-pro", {});
  },
});

function serviceNames(value: ConfigValue | undefined): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map((name) => pyStr(name)) : [];
}
