import { unknown } from "../../../../image/unknown.ts";
import { asDict } from "../../../../python/checked.ts";
import { dictOf, type PyDict, type PyValue } from "../../../../python/dataModel.ts";
import { truthy } from "../../../../python/value.ts";
import { amazonNetwork } from "./amazon.ts";
import { azureNetwork } from "./azure.ts";
import { type CloudNetwork, dictsOf, missing, nameOfCard, need } from "./cloudNetwork.ts";
import { digitalOceanNetwork } from "./digitalOcean.ts";
import { upCloudNetwork } from "./upCloud.ts";
import { vmwareNetwork } from "./vmware.ts";
import { vultrNetwork } from "./vultr.ts";

/** A finished configuration among the meta-data; cards of private networks follow (DataSourceHetzner, 18.5 to 26.2). */
const hetzner: CloudNetwork = (metaData, boot) => {
  const ready = metaData.get("network-config");
  if (!truthy(ready)) throw missing("Hetzner");
  const cards = boot.since("25.3") ? privateCards(metaData) : [];
  if (cards.length === 0) return ready;
  const network = asDict(ready, "network-config");
  return new Map(network).set("config", [...dictsOf(network, "config"), ...cards]);
};

function privateCards(metaData: PyDict): PyValue[] {
  if (!truthy(metaData.get("private-networks"))) return [];
  return dictsOf(metaData, "private-networks").map((network) => {
    const mac = need(network, "mac_address");
    const subnets = [dictOf({ ipv4: true, type: "dhcp" })];
    return dictOf({ type: "physical", mac_address: mac, name: nameOfCard(mac), subnets });
  });
}

/** A finished configuration whose interfaces get the names that the machine gives them (DataSourceNWCS, 22.4 to 26.2). */
const nwcs: CloudNetwork = (metaData) => {
  if (!metaData.has("network")) throw missing("NWCS");
  const network = asDict(metaData.get("network"), "network");
  const config = dictsOf(network, "config").map((card) =>
    new Map(card).set("name", nameOfCard(need(card, "mac_address"))),
  );
  return new Map(network).set("config", config);
};

/** DHCP on the one interface that the container or virtual machine uses (DataSourceLXD, 21.4 to 26.2). */
const lxd: CloudNetwork = () => {
  const subnets = [dictOf({ type: "dhcp", control: "auto" })];
  const device = dictOf({ type: "physical", name: unknown("the first interface"), subnets });
  return dictOf({ version: 1, config: [device] });
};

const cloudCix: CloudNetwork = (metaData) => metaData.get("network");

/** Datasources of which it is known how they generate a network configuration from their meta-data. */
export const CLOUD_NETWORKS: Readonly<Record<string, CloudNetwork>> = {
  Azure: azureNetwork,
  CloudCIX: cloudCix,
  DigitalOcean: digitalOceanNetwork,
  Ec2: amazonNetwork,
  Hetzner: hetzner,
  LXD: lxd,
  NWCS: nwcs,
  UpCloud: upCloudNetwork,
  VMware: vmwareNetwork,
  Vultr: vultrNetwork,
};

/** Datasources that generate one from data which are not simulated. */
const NOT_SIMULATED = new Set("OpenNebula Oracle RbxCloud Scaleway SmartOS".split(" "));

/** Throws CannotTell for a datasource whose network configuration is not simulated. */
export function refuseUnknown(datasource: string, metaData: PyDict): void {
  if (NOT_SIMULATED.has(datasource) || (datasource === "AliYun" && metaData.get("network") !== undefined))
    throw missing(datasource);
}
