import { isMapping, mapping } from "../../python/checked.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { installCommand, programs } from "../system/programs.ts";
import { lxdKeys } from "./lxd/schema.ts";

const BRIDGE = "/etc/default/lxd-bridge";
const INIT_KEYS = [
  "network_address",
  "network_port",
  "storage_backend",
  "storage_create_device",
  "storage_create_loop",
  "storage_pool",
];

/** The program that creates a storage pool, and its package. */
const STORAGE: Readonly<Record<string, readonly [program: string, name: string]>> = {
  btrfs: ["mkfs.btrfs", "btrfs-progs"],
  lvm: ["lvcreate", "lvm2"],
  zfs: ["zfs", "zfsutils-linux"],
};

/** cc_lxd: installs and sets up LXD (18.5 to 26.2). Its own files are outside the image. */
export const lxd = defineModule({
  name: "lxd",
  frequency: "once-per-instance",
  distros: () => ["ubuntu"],
  activatedBy: ["lxd"],
  needs: [...programs("lxd"), "snap/bin/lxd"],
  keys: lxdKeys,
  run(boot) {
    const given = boot.config.get("lxd") ?? null;
    if (!truthy(given)) return;
    const { init, preseed, bridge } = mapping(given, "lxd");
    install(boot, isMapping(init) ? init.storage_backend : undefined);
    if (boot.since("22.4") && truthy(preseed ?? null)) {
      boot.command("lxd init --preseed");
      return;
    }
    if (isMapping(init) && truthy(init)) {
      const options = INIT_KEYS.filter((key) => truthy(init[key] ?? null));
      const words = options.map((key) => ` --${key.replaceAll("_", "-")}=${pyStr(init[key]!)}`);
      boot.command(`lxd init --auto${words.join("")}`);
    }
    if (!isMapping(bridge) || !truthy(bridge)) return;
    if (boot.image.stat(BRIDGE) === undefined) boot.command("lxc network create");
    else {
      boot.command("dpkg-reconfigure lxd --frontend=noninteractive");
      boot.mayChange(BRIDGE, "the LXD package generates it again", boot.because("lxd", "bridge"));
    }
  },
});

/** A snap since 23.3, before Ubuntu's package. */
function install(boot: ModuleRun, backend: ConfigValue | undefined): void {
  const packages: string[] = [];
  if (boot.since("23.3")) {
    if (boot.image.stat("/snap/bin/lxd") === undefined) boot.command("snap install lxd");
  } else if (boot.lacks("lxd")) packages.push("lxd");
  const storage = typeof backend === "string" && Object.hasOwn(STORAGE, backend) ? STORAGE[backend] : undefined;
  if (storage !== undefined && boot.lacks(storage[0]) && (backend === "zfs" || boot.since("22.3")))
    packages.push(storage[1]);
  if (packages.length > 0) boot.command(installCommand(boot, packages));
}
