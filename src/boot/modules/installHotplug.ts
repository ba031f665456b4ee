import { unknown } from "../../image/unknown.ts";
import { isMapping } from "../../python/checked.ts";
import { defaultUpdateEvents } from "../cloud/updateEvents.ts";
import { coreKeys } from "../coreKeys.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";

const DIRECTORY = "/etc/udev/rules.d";
/** It handles only its own kinds of network cards (DataSourceEc2, 24.1 to 26.2). */
const EC2_RULES = `

ENV{ID_NET_DRIVER}=="vif|ena|ixgbevf", GOTO="cloudinit_hook"
GOTO="cloudinit_end"
`;

/**
 * cc_install_hotplug: installs or removes a udev rule that configures network devices that appear later (21.4 to
 * 26.2). All datasources support it.
 */
export const installHotplug = defineModule({
  name: "install_hotplug",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  since: "21.4",
  needs: [...programs("udevadm"), "usr/lib/cloud-init", "usr/libexec/cloud-init"],
  keys: { updates: coreKeys.updates },
  run(boot) {
    const because = boot.because("updates", "network", "when");
    const file = `${DIRECTORY}/${boot.since("24.1") ? "90" : "10"}-cloud-init-hook-hotplug.rules`;
    const wanted = isWanted(boot);
    if (wanted === undefined)
      boot.mayChange(file, "cloud-init installs or removes it, depending on the cloud", because);
    else if (!wanted) {
      if (boot.image.stat(file) === undefined) return;
      boot.remove(file, because);
      boot.command("udevadm control --reload-rules");
    } else if (!boot.lacks("udevadm")) {
      boot.write(file, rules(boot), because);
      boot.command("udevadm control --reload-rules");
    }
  },
});

/** Whether devices are watched; undefined if only the cloud knows. */
function isWanted(boot: ModuleRun): boolean | undefined {
  const network = boot.config.get("updates", "network") ?? null;
  const enabled = boot.since("24.1") ? (boot.text("/var/lib/cloud/hotplug.enabled") ?? "") : "";
  if (/"network"/.test(enabled)) return true;
  if (isMapping(network) && Array.isArray(network.when)) return network.when.includes("hotplug");
  return defaultUpdateEvents(boot, boot.cloud.datasource)?.has("hotplug");
}

function rules(boot: ModuleRun): string {
  const { datasource } = boot.cloud;
  const ofCloud =
    datasource === undefined ? unknown("additional rules for the cloud") : datasource === "Ec2" ? EC2_RULES : "";
  const extra = boot.since("24.1") ? ofCloud : "";
  const actions = boot.since("25.2") ? "add" : "add|remove";
  const library = boot.image.stat("/usr/libexec/cloud-init") === undefined ? "/usr/lib" : "/usr/libexec";
  return `# Installed by cloud-init due to network hotplug userdata
ACTION!="${actions}", GOTO="cloudinit_end"${extra}
LABEL="cloudinit_hook"
SUBSYSTEM=="net", RUN+="${library}/cloud-init/hook-hotplug"
LABEL="cloudinit_end"
`;
}
