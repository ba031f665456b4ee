import type { ConfigValue } from "../../config/tree.ts";
import { isFalse, pyStr, truthy } from "../../config/value.ts";
import { mapping } from "../apt/pythonValue.ts";
import { defineModule } from "../module.ts";

/** cc_grub_dpkg: tells the package of GRUB, in debconf's database, the disk to install itself to (18.5 to 26.2). */
export const grubDpkg = defineModule({
  name: "grub_dpkg",
  frequency: "once-per-instance",
  distros: () => ["ubuntu", "debian"],
  activatedBy: (since) => (since("24.4") ? ["grub_dpkg", "grub-dpkg"] : []),
  keys: {
    "grub-dpkg": { type: "mapping", deprecated: "22.2" },
    grub_dpkg: { type: "mapping", default: {} },
  },
  run(boot) {
    const given = boot.config.get("grub_dpkg") ?? boot.config.get("grub-dpkg") ?? null;
    const config = truthy(given) ? mapping(given, "grub_dpkg") : {};
    const enabled: ConfigValue = config.enabled ?? !boot.since("24.4");
    if (isFalse(enabled) || boot.lacks("debconf-set-selections")) return;
    const disk = config["grub-pc/install_devices"];
    const where = disk === undefined ? "the disk that grub-probe finds" : pyStr(disk);
    boot.command(`debconf-set-selections (grub-pc/install_devices: ${where})`);
  },
});
