import { isFalse } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { defineFact } from "../../distro/library/fact.ts";
import { hasUnknown, unknown } from "../../image/unknown.ts";
import { mapping } from "../../python/checked.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { answerDebconf, debconfAnswer } from "../system/debconfDatabase.ts";
import { programs } from "../system/programs.ts";

/** Ubuntu keeps the default that upstream changed. */
const ENABLED = defineFact({
  name: "whether cc_grub_dpkg is enabled by default",
  file: "config/cc_grub_dpkg.py",
  read: (source) => {
    const [, enabled] =
      source.calls("handle", "get").find(({ positional }) => positional[0] === "enabled")?.positional ?? [];
    return typeof enabled === "boolean" ? enabled : undefined;
  },
  byVersion: (since) => !since("24.4"),
});

/** cc_grub_dpkg: stores the disk for GRUB's package to install to in debconf's database (18.5 to 26.2). */
export const grubDpkg = defineModule({
  name: "grub_dpkg",
  frequency: "once-per-instance",
  distros: () => ["ubuntu", "debian"],
  activatedBy: (since) => (since("24.4") ? ["grub_dpkg", "grub-dpkg"] : []),
  needs: [...programs("debconf-set-selections grub-probe"), "var/cache/debconf/config.dat"],
  keys: {
    "grub-dpkg": form.deprecated(form.openKeys({}), "22.2", "write grub_dpkg instead"),
    grub_dpkg: form.keys({
      enabled: form.flag,
      "grub-efi/install_devices": form.since("23.2", form.text),
      "grub-pc/install_devices": form.text,
      "grub-pc/install_devices_empty": form.either(form.flag, form.text),
    }),
  },
  run(boot) {
    const given = boot.config.get(boot.config.has("grub_dpkg") ? "grub_dpkg" : "grub-dpkg") ?? null;
    const config = truthy(given) ? mapping(given, "grub_dpkg") : {};
    const enabled: ConfigValue = config.enabled === undefined ? boot.fact(ENABLED) : config.enabled;
    if (isFalse(enabled) || boot.lacks("debconf-set-selections")) return;
    // Since 23.2 the machine's firmware decides; the image of an EFI machine shows where GRUB is installed.
    const efi = boot.since("23.2") && debconfAnswer(boot, "grub-efi/install_devices") !== "";
    const question = `${efi ? "grub-efi" : "grub-pc"}/install_devices`;
    const disk = config[question];
    const found = boot.lacks("grub-probe") ? "" : unknown("the disk that grub-probe finds");
    const value = disk === undefined ? found : pyStr(disk);
    const because = boot.because("grub_dpkg");
    answerDebconf(boot, "grub-pc", question, value, because);
    if (!efi) answerDebconf(boot, "grub-pc", `${question}_empty`, isEmpty(config[`${question}_empty`], value), because);
    boot.command(
      `debconf-set-selections (${question}: ${disk === undefined ? "the disk that grub-probe finds" : value})`,
    );
  },
});

function isEmpty(given: ConfigValue | undefined, devices: string): string {
  if (given === undefined || given === null)
    return hasUnknown(devices) ? unknown("whether the disk exists") : String(devices === "");
  return pyStr(given).toLowerCase();
}
