import { pyStr, truthy } from "../../config/value.ts";
import { isMapping, mapping } from "../apt/pythonValue.ts";
import { defineModule } from "../module.ts";

const BRIDGE = "/etc/default/lxd-bridge";
const INIT_KEYS = [
  "network_address",
  "network_port",
  "storage_backend",
  "storage_create_device",
  "storage_create_loop",
  "storage_pool",
];

/** cc_lxd: installs and sets up LXD (18.5 to 26.2). Its own files are outside the image. */
export const lxd = defineModule({
  name: "lxd",
  frequency: "once-per-instance",
  distros: () => ["ubuntu"],
  activatedBy: ["lxd"],
  keys: { lxd: { type: "mapping" } },
  run(boot) {
    const given = boot.config.get("lxd") ?? null;
    if (!truthy(given)) return;
    const { init, preseed, bridge } = mapping(given, "lxd");
    boot.command("snap install lxd");
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
      boot.mayChange(BRIDGE, "LXD's package makes it anew", boot.because("lxd", "bridge"));
    }
  },
});
