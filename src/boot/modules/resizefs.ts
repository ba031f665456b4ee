import { isTrue } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";

const PROGRAMS: readonly (readonly [fileSystem: string, program: string])[] = [
  ["btrfs", "btrfs filesystem resize max /"],
  ["ext", "resize2fs"],
  ["xfs", "xfs_growfs /"],
  ["ufs", "growfs -y /"],
  ["zfs", "zpool online -e"],
  ["hammer2", "hammer2 growfs /"],
  ["bcachefs", "bcachefs device resize"],
];

/** cc_resizefs: grows the root file system to the size of its device, at every boot (18.5 to 26.2). */
export const resizefs = defineModule({
  name: "resizefs",
  frequency: "always",
  distros: "all",
  activatedBy: [],
  keys: {
    resize_rootfs: form.values(true, false, "noblock"),
  },
  run(boot, args) {
    const wanted = args[0] === undefined ? boot.config.text("resize_rootfs", "True")! : pyStr(args[0]);
    if (!isTrue(wanted) && wanted.trim().toLowerCase() !== "noblock") return;
    const type = rootType(boot);
    const known = PROGRAMS.find(([prefix]) => type?.startsWith(prefix));
    boot.command(`${known?.[1] ?? "resize2fs or another program"} (the root file system, which is known only at boot)`);
  },
});

/** The root's type as fstab has it; undefined if it does not say. */
function rootType(boot: ModuleRun): string | undefined {
  const lines = (boot.text("/etc/fstab") ?? "").split("\n").map((line) => line.trim().split(/\s+/));
  return lines.find(([device, point]) => !device!.startsWith("#") && point === "/")?.[2]?.toLowerCase();
}
