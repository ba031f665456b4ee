import type { Since } from "../distro/version.ts";

/** Datasources in the order of the built-in datasource_list, with the version that added each (18.2 to 26.2). */
const DATASOURCES: readonly (readonly [name: string, since: string])[] = [
  ["NoCloud", "0"],
  ["ConfigDrive", "0"],
  ["LXD", "21.4"],
  ["OpenNebula", "0"],
  ["DigitalOcean", "0"],
  ["Azure", "0"],
  ["AltCloud", "0"],
  ["OVF", "0"],
  ["MAAS", "0"],
  ["GCE", "0"],
  ["OpenStack", "0"],
  ["AliYun", "0"],
  ["Vultr", "21.2"],
  ["Ec2", "0"],
  ["CloudSigma", "0"],
  ["CloudStack", "0"],
  ["SmartOS", "0"],
  ["Bigstep", "0"],
  ["Scaleway", "0"],
  ["Hetzner", "0"],
  ["IBMCloud", "0"],
  ["Oracle", "18.4"],
  ["Exoscale", "19.3"],
  ["RbxCloud", "19.4"],
  ["UpCloud", "21.1"],
  ["VMware", "21.3"],
  ["NWCS", "22.4"],
  ["Akamai", "23.3"],
  ["WSL", "24.1"],
  ["CloudCIX", "24.4"],
  ["None", "0"],
];

/** Every datasource of any version. */
export const datasourceNames: readonly string[] = DATASOURCES.map(([name]) => name);

/** The datasources of a version, in the order of its built-in datasource_list. */
export function datasourcesOf(since: Since): string[] {
  const known = DATASOURCES.filter(([, first]) => since(first)).map(([name]) => name);
  if (since("25.1")) {
    known.splice(known.indexOf("VMware"), 1);
    known.splice(known.indexOf("OVF"), 0, "VMware");
  }
  return known;
}

/** The datasource with this name, ignoring case; undefined if there is none. */
export function datasourceNamed(name: string): string | undefined {
  return datasourceNames.find((known) => known.toLowerCase() === name.toLowerCase());
}

/** Datasources that never provide a network configuration: DataSource.network_config stays None (18.5 to 26.2). */
const WITHOUT_NETWORK = new Set("Akamai AltCloud Bigstep CloudSigma CloudStack Exoscale GCE MAAS None WSL".split(" "));

/** Whether a datasource may provide a network configuration; an unknown one may. */
export function mayGiveNetwork(datasource: string | undefined): boolean {
  return datasource === undefined || !WITHOUT_NETWORK.has(datasource);
}

/** Datasources that configure the network at every boot, with the version that began to do so (default_update_events). */
const AT_EVERY_BOOT: Readonly<Record<string, string>> = {
  AliYun: "23.4",
  Azure: "18.4",
  GCE: "23.2",
  Hetzner: "25.3",
  RbxCloud: "19.3",
  Scaleway: "21.3",
  SmartOS: "19.3",
};

/** Whether a datasource configures the network at every boot, not only at an instance's first one. */
export function configuresEveryBoot(datasource: string, since: Since): boolean {
  const first = AT_EVERY_BOOT[datasource];
  return first !== undefined && since(first);
}

/** Datasources that every version looks for only after the network is up. */
const NEEDING_NETWORK = new Set("AltCloud Bigstep CloudCIX Exoscale None".split(" "));

/** Whether cloud-init looks for a datasource only after the network is up. */
export function needsNetwork(datasource: string | undefined): boolean {
  return datasource !== undefined && NEEDING_NETWORK.has(datasource);
}
