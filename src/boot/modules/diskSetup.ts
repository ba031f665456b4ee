import * as form from "../../config/schema/forms.ts";
import { isMapping } from "../../python/checked.ts";
import type { ConfigObject } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";
import { mountKeys } from "./mounts/schema.ts";

/**
 * cc_disk_setup: partitions disks and creates file systems on them (18.5 to 26.2). No file of the image changes; the
 * disks and their content are known only at boot.
 */
export const diskSetup = defineModule({
  name: "disk_setup",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["disk_setup", "fs_setup"],
  needs: programs("sfdisk sgdisk"),
  keys: {
    device_aliases: mountKeys.device_aliases,
    disk_setup: form.named(
      form.keys({
        layout: form.either(
          form.values("remove"),
          form.flag,
          form.list(form.either(form.whole, form.tuple(form.either(form.whole, form.text), 2, 2))),
        ),
        overwrite: form.flag,
        table_type: form.values("mbr", "gpt"),
      }),
    ),
    fs_setup: form.list(
      form.keys({
        cmd: form.either(form.texts, form.text),
        device: form.text,
        extra_opts: form.either(form.texts, form.text),
        filesystem: form.text,
        label: form.text,
        overwrite: form.flag,
        partition: form.either(form.whole, form.text),
        replace_fs: form.text,
      }),
    ),
  },
  run(boot) {
    const aliases = (boot.since("21.3") ? boot.config.get("device_aliases") : undefined) ?? {};
    const device = (name: string) =>
      isMapping(aliases) && typeof aliases[name] === "string" ? (aliases[name] as string) : name;
    const disks = boot.config.get("disk_setup") ?? null;
    if (isMapping(disks))
      for (const [name, disk] of Object.entries(disks)) if (isMapping(disk)) partition(boot, device(name), disk);
    const systems = boot.config.get("fs_setup") ?? null;
    if (Array.isArray(systems))
      for (const system of systems)
        if (isMapping(system)) makeFileSystem(boot, device(pyStr(system.device ?? null)), system);
  },
});

function partition(boot: ModuleRun, device: string, { layout, table_type }: ConfigObject): void {
  if (!truthy(layout ?? null)) return;
  if (typeof layout === "string" && layout.toLowerCase() === "remove") boot.command(`wipefs --all ${device}`);
  else if (table_type !== "gpt") boot.command(`sfdisk --force ${device}`);
  else boot.command(boot.which("sgdisk") ? `sgdisk ${device}` : `sfdisk -X gpt --force ${device}`);
}

function makeFileSystem(boot: ModuleRun, device: string, system: ConfigObject): void {
  const label = truthy(system.label ?? null) ? ` -L ${pyStr(system.label!)}` : "";
  if (truthy(system.cmd ?? null)) boot.command(pyStr(system.cmd!));
  else if (truthy(system.filesystem ?? null)) {
    const type = pyStr(system.filesystem!);
    const program = type === "swap" ? `mk${type}` : `mkfs.${type}`;
    boot.command(`${program}${label} ${device}`);
  }
}
