import {
  either,
  type Form,
  flag,
  type Keys,
  keys,
  list,
  nothing,
  openKeys,
  text,
  texts,
  values,
  whole,
} from "./forms.ts";
import { netplanKeys } from "./netplanKeys.ts";

const route = { destination: text, gateway: text, metric: whole, netmask: text, network: text, type: values("route") };
const subnet = keys({
  address: text,
  broadcast: text,
  control: values("manual", "auto", "hotplug"),
  dns_nameservers: list(text),
  dns_search: list(text),
  gateway: text,
  ipv4: flag,
  ipv6: flag,
  metric: whole,
  netmask: text,
  routes: list(openKeys(route)),
  type: values(
    "dhcp4",
    "dhcp",
    "dhcp6",
    "static",
    "static6",
    "ipv6_dhcpv6-stateful",
    "ipv6_dhcpv6-stateless",
    "ipv6_slaac",
    "manual",
  ),
});
const device: Keys = {
  "accept-ra": flag,
  // MAAS and curtin write it; cloud-init ignores it.
  id: text,
  keep_configuration: flag,
  mac_address: text,
  mtu: either(whole, nothing),
  name: text,
  subnets: list(subnet),
};

function entry(type: string, known: Keys, required: readonly string[]): Form {
  return keys({ ...known, type: values(type) }, ["type", ...required]);
}

/** An entry of `config` in version 1, by its type. */
const entries = either(
  entry("physical", device, ["name"]),
  entry("bond", { ...device, bond_interfaces: texts, params: openKeys({}) }, ["name", "bond_interfaces"]),
  entry("bridge", { ...device, bridge_interfaces: texts, params: openKeys({}) }, ["name", "bridge_interfaces"]),
  entry("vlan", { ...device, vlan_id: whole, vlan_link: text }, ["name", "vlan_link", "vlan_id"]),
  entry("infiniband", device, ["name"]),
  entry("loopback", device, ["name"]),
  entry("nameserver", { address: either(text, texts), interface: text, search: either(text, texts) }, ["address"]),
  entry("route", route, ["gateway"]),
);

/** Network configuration, version 1 (as cloud-init's network state reads it, 26.2) and 2. */
export const networkKeys = {
  1: keys({ config: either(list(entries), values("disabled")), version: values(1) }, ["version", "config"]),
  2: keys(netplanKeys, ["version"]),
} as const;
