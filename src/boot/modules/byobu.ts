import * as form from "../../config/schema/forms.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { installCommand, programs } from "../system/programs.ts";
import { userKeys } from "../users/userKeys.ts";
import { configuredAccounts, defaultUserOf } from "../users/users.ts";
import { distrosBy } from "./distroNames.ts";

/** cc_byobu: turns the terminal multiplexer on or off for the default user or for all (18.5 to 26.2). */
export const byobu = defineModule({
  name: "byobu",
  frequency: "once-per-instance",
  distros: distrosBy([
    ["0", "ubuntu", "debian"],
    ["25.2", "raspberry-pi-os"],
  ]),
  activatedBy: [],
  needs: programs("byobu"),
  keys: {
    byobu_by_default: form.values(
      "enable-system",
      "enable-user",
      "disable-system",
      "disable-user",
      "enable",
      "disable",
      "user",
      "system",
    ),
    ...userKeys,
  },
  run(boot, args) {
    const given = args[0] === undefined ? (boot.config.text("byobu_by_default") ?? "") : pyStr(args[0]);
    if (given === "") return;
    if (boot.lacks("byobu")) boot.command(installCommand(boot, ["byobu"]));
    const value = given === "user" || given === "system" ? `enable-${given}` : given;
    const enable = value.startsWith("enable");
    const user = defaultUserOf(configuredAccounts(boot));
    if ((value.endsWith("-user") || value === "disable") && user !== undefined)
      boot.command(`sudo -Hu ${user} byobu-launcher-${enable ? "install" : "uninstall"}`);
    if (enable || value.endsWith("-system") || value === "disable")
      boot.command("dpkg-reconfigure byobu --frontend=noninteractive");
    const profile = "/etc/profile.d/Z97-byobu.sh";
    boot.mayChange(profile, "the byobu package links it if byobu starts by default", boot.because("byobu_by_default"));
  },
});
