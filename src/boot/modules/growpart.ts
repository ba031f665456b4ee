import { isFalse } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { isMapping } from "../../python/checked.ts";
import { Raises } from "../../python/errors.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";

/** The key of an encrypted root, which is deleted once the root has grown (since 22.4). */
const KEY_FILE = "/cc_growpart_keydata";

/** cc_growpart: grows partitions into the free space behind them, at every boot (18.5 to 26.2). */
export const growpart = defineModule({
  name: "growpart",
  frequency: "always",
  distros: "all",
  activatedBy: [],
  needs: [...programs("gpart growpart"), "cc_growpart_keydata"],
  keys: {
    growpart: form.keys({
      devices: form.texts,
      ignore_growroot_disabled: form.flag,
      mode: form.values("auto", "growpart", "gpart", "off", false),
    }),
  },
  run(boot) {
    const config = boot.config.get("growpart") ?? (boot.config.has("growpart") ? null : {});
    if (!isMapping(config)) return;
    const mode: ConfigValue = config.mode === undefined ? "auto" : config.mode;
    if (isFalse(mode)) return;
    const heeded = config.ignore_growroot_disabled === undefined || isFalse(config.ignore_growroot_disabled);
    if (heeded && boot.image.stat("/etc/growroot-disabled")?.kind === "file") return;
    const devices = devicesOf(config.devices);
    if (devices.length === 0) return;
    const resizer = resizerOf(boot, pyStr(mode), devices);
    if (resizer === undefined) return;
    boot.command(`${resizer} (the partitions of ${devices.join(", ")}, which are known only at boot)`);
    if (boot.since("22.4") && boot.image.stat(KEY_FILE) !== undefined)
      boot.mayChange(KEY_FILE, "cloud-init deletes it once an encrypted partition has grown", boot.because("growpart"));
  },
});

function devicesOf(value: ConfigValue | undefined): string[] {
  if (value === undefined) return ["/"];
  if (value === null) return [];
  return Array.isArray(value) ? value.map((device) => pyStr(device)) : [pyStr(value)];
}

/** The program that grows partitions; undefined if "auto" finds none. @throws Raises if the requested one is missing */
function resizerOf(boot: ModuleRun, mode: string, devices: readonly string[]): string | undefined {
  const service = boot.since("23.2") && boot.image.stat("/etc/rc.d/growfs")?.kind === "file";
  const available: Readonly<Record<string, boolean>> = {
    growpart: !boot.lacks("growpart"),
    ...(boot.since("23.2") && { growfs: service && devices.join() === "/" }),
    gpart: boot.which("gpart") && boot.facts.family === "freebsd",
  };
  if (mode === "auto") return Object.keys(available).find((name) => available[name]);
  if (available[mode] !== true)
    throw new Raises(`growpart.mode "${mode}" is not available`, boot.because("growpart", "mode"));
  return mode;
}
