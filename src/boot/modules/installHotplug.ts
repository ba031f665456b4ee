import { findPair } from "../../config/merge.ts";
import type { CloudData } from "../../config/seed.ts";
import { unknown } from "../../image/unknown.ts";
import { isMapping } from "../../python/checked.ts";
import { pyStr } from "../../python/value.ts";
import { defaultUpdateEvents } from "../cloud/updateEvents.ts";
import { coreKeys } from "../coreKeys.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";

const DIRECTORY = "/etc/udev/rules.d";
/** The drivers that DataSourceVMware handles (25.2 to 26.2). */
const VMWARE_DRIVERS = ["e1000", "e1000e", "vlance", "vmxnet2", "vmxnet3", "vrdma"];

const ofDrivers = (names: readonly string[]): string => `ENV{ID_NET_DRIVER}=="${names.join("|")}"`;

/** The network cards that a datasource alone handles, with the first version (extra_hotplug_udev_rules). */
const CARDS: Readonly<Record<string, readonly [since: string, match: (cloud: CloudData) => string]>> = {
  Ec2: ["24.1", () => ofDrivers(["vif", "ena", "ixgbevf"])],
  Hetzner: ["25.3", () => 'SUBSYSTEM=="net", ATTR{address}=="86:*"'],
  VMware: ["25.2", ({ metaData }) => ofDrivers(driversIn(metaData) ?? VMWARE_DRIVERS)],
};

function driversIn(metaData: CloudData["metaData"]): string[] | undefined {
  const own = metaData && findPair(metaData, "network-drivers")?.value;
  return own?.type === "sequence" ? own.children.map((name) => pyStr(name).trim()) : undefined;
}

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
  const extra =
    datasource === undefined && boot.since("24.1") ? unknown("additional rules for the cloud") : cardRules(boot);
  const actions = boot.since("25.2") ? "add" : "add|remove";
  const library = boot.image.stat("/usr/libexec/cloud-init") === undefined ? "/usr/lib" : "/usr/libexec";
  return `# Installed by cloud-init due to network hotplug userdata
ACTION!="${actions}", GOTO="cloudinit_end"${extra}
LABEL="cloudinit_hook"
SUBSYSTEM=="net", RUN+="${library}/cloud-init/hook-hotplug"
LABEL="cloudinit_end"
`;
}

function cardRules(boot: ModuleRun): string {
  const { datasource = "" } = boot.cloud;
  const [since, match] = (Object.hasOwn(CARDS, datasource) && CARDS[datasource]) || [];
  if (since === undefined || match === undefined || !boot.since(since)) return "";
  return `\n\n${match(boot.cloud)}, GOTO="cloudinit_hook"\nGOTO="cloudinit_end"\n`;
}
