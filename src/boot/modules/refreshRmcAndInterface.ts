import { defineModule } from "../module.ts";
import { programs } from "../system/programs.ts";

const SCRIPTS = "/etc/sysconfig/network-scripts";

/**
 * cc_refresh_rmc_and_interface: removed interfaces with only IPv6 from NetworkManager, on IBM's POWER (20.4 to
 * 23.1).
 */
export const refreshRmcAndInterface = defineModule({
  name: "refresh_rmc_and_interface",
  frequency: "always",
  distros: "all",
  activatedBy: [],
  since: "20.4",
  until: "23.2",
  needs: programs("rmcctrl"),
  keys: {},
  run(boot) {
    if (!boot.which("rmcctrl")) return;
    for (const name of boot.image.list(SCRIPTS)) {
      const path = `${SCRIPTS}/${name}`;
      if (!name.startsWith("ifcfg-") || boot.text(path)?.includes("IPV6INIT") !== true) continue;
      boot.mayChange(
        path,
        "cloud-init removes the interface from NetworkManager if it has no IPv4 address",
        boot.listed,
      );
    }
    boot.command("systemctl restart NetworkManager");
  },
});
