import { findPair } from "../../../config/merge.ts";
import { configBool } from "../../../config/options.ts";
import { defineDefault } from "../../../distro/library/change.ts";
import { unknown } from "../../../image/unknown.ts";
import { asDict } from "../../../python/checked.ts";
import { dictOf, isDict, type PyDict, type PyValue } from "../../../python/dataModel.ts";
import { CannotTell } from "../../../python/errors.ts";
import { compareText } from "../../../python/order.ts";
import type { Mapping } from "../../../python/tree.ts";
import { fromNode, pyStr, truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** Datasources that generate a network configuration from the cloud's meta-data (18.5 to 26.2). */
const WITH_OWN = new Set(
  "Azure CloudCIX DigitalOcean Hetzner LXD NWCS OpenNebula Oracle RbxCloud Scaleway SmartOS UpCloud Vultr".split(" "),
);
/** The place in the meta-data of some of them that contains that configuration. */
const AS_IT_IS: Readonly<Record<string, string>> = { CloudCIX: "network", Hetzner: "network-config" };

/**
 * The network configuration that a datasource generates from its meta-data; undefined if it generates none.
 * @throws CannotTell if that is not simulated
 */
export function fromMetaData(metaData: Mapping, boot: ModuleRun): PyValue | undefined {
  const { datasource = "" } = boot.cloud;
  const get = (key: string): PyValue | undefined => {
    const value = findPair(metaData, key)?.value;
    return value === undefined ? undefined : fromNode(value);
  };
  if (datasource === "Ec2") {
    const network = get("network");
    return isDict(network) ? ofAmazon(network, boot) : undefined;
  }
  const ready = get(AS_IT_IS[datasource] ?? "");
  if (truthy(ready) && get("private-networks") === undefined) return ready;
  if (WITH_OWN.has(datasource) || (datasource === "AliYun" && get("network") !== undefined))
    throw new CannotTell(`the network configuration that the datasource ${datasource} generates`);
  return undefined;
}

/** DHCP on the one interface and its further addresses: version 2 since 20.2 (DataSourceEc2, 18.5 to 26.2). */
function ofAmazon(network: PyDict, boot: ModuleRun): PyDict {
  const macs = asDict(asDict(network.get("interfaces"), "interfaces").get("macs"), "macs");
  const [first, ...more] = [...macs].filter(([, card]) => truthy(card));
  if (first === undefined || more.length > 0)
    throw new CannotTell("the network configuration of a machine with several interfaces");
  const mac = pyStr(first[0]).toLowerCase();
  const card = asDict(first[1], "an interface");
  const name = unknown(`the interface with ${mac}`);
  const hasIpv6 = truthy(card.get("ipv6s"));
  if (!boot.since("20.2")) {
    const subnets = ["dhcp4", ...(hasIpv6 ? ["dhcp6"] : [])].map((type) => dictOf({ type }));
    return dictOf({ version: 1, config: [dictOf({ type: "physical", name, subnets, mac_address: mac })] });
  }
  const device = dictOf({ dhcp4: true, dhcp6: hasIpv6, match: dictOf({ macaddress: mac }), "set-name": name });
  const given = boot.config.get("datasource", "Ec2", "apply_full_imds_network_config");
  const addresses = [
    ...furtherAddresses(card, "local-ipv4s", "subnet-ipv4-cidr-block", "24"),
    ...furtherAddresses(card, "ipv6s", "subnet-ipv6-cidr-block", "128"),
  ].sort(compareText);
  if (addresses.length > 0 && configBool(given, boot.fact(ALL_ADDRESSES))) device.set("addresses", addresses);
  return dictOf({ version: 2, ethernets: dictOf({ [name]: device }) });
}

/** Ubuntu 18.04 has only the first address by default. */
const ALL_ADDRESSES = defineDefault("apply_full_imds_network_config", "sources/DataSourceEc2.py", true);

/** The addresses after the first, which DHCP sets. */
function furtherAddresses(card: PyDict, key: string, block: string, length: string): string[] {
  const addresses = card.get(key);
  const [, given = length, ...rest] = pyStr(card.get(block)).split("/");
  const prefix = rest.length === 0 ? given : length;
  return Array.isArray(addresses) ? addresses.slice(1).map((address) => `${pyStr(address)}/${prefix}`) : [];
}
