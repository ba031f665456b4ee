import { originOf } from "../../python/tree.ts";
import { truthy } from "../../python/value.ts";
import type { ModuleRun } from "../moduleRun.ts";

/** The files that DataSourceAzure removes from an Ubuntu image, since it configures every network card itself. */
const UBUNTU_SCRIPTS = [
  "/etc/netplan/90-hotplug-azure.yaml",
  "/usr/local/sbin/ephemeral_eth.sh",
  "/etc/udev/rules.d/10-net-device-added.rules",
];

/** How a datasource itself changes the files of an instance while cloud-init looks for it (18.5 to 26.2). */
export function datasourceEffects(boot: ModuleRun): void {
  const { datasource, files = [], metaData } = boot.cloud;
  if (datasource === "Azure") azure(boot);
  if (datasource !== "ConfigDrive" || !boot.instance.isNew || metaData === undefined) return;
  for (const { path, bytes } of files) boot.write(path, bytes, originOf(metaData), { mode: 0o660 });
}

function azure(boot: ModuleRun): void {
  const own = boot.config.get("datasource", "Azure", "data_dir");
  const directory = typeof own === "string" ? own : "/var/lib/waagent";
  boot.mayChange(`${directory}/ovf-env.xml`, "the Azure datasource writes it", boot.listed);
  const applies = boot.config.node("datasource", "Azure", "apply_network_config");
  if (boot.facts.name !== "ubuntu" || (applies !== undefined && !truthy(applies))) return;
  for (const path of UBUNTU_SCRIPTS) if (boot.image.stat(path) !== undefined) boot.remove(path, boot.listed);
}
