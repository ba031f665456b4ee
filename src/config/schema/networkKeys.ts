import {
  any,
  either,
  type Form,
  flag,
  type Keys,
  keys,
  list,
  nothing,
  openKeys,
  secret,
  text,
  texts,
  unchecked,
  values,
  whole,
} from "./forms.ts";

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

/** What 802.1X asks for. */
const authenticated: Keys = {
  auth: secret(
    "password",
    unchecked({
      "anonymous-identity": any,
      "ca-certificate": any,
      "client-certificate": any,
      "client-key": any,
      identity: any,
      "key-management": any,
      method: any,
      "phase2-auth": any,
    }),
  ),
};

const link: Keys = {
  ...authenticated,
  addresses: list(any),
  dhcp4: values(true, false, "yes", "no"),
  dhcp6: values(true, false, "yes", "no"),
  gateway4: text,
  gateway6: text,
  match: openKeys({ driver: either(text, texts), macaddress: text, name: text }),
  mtu: whole,
  nameservers: openKeys({ addresses: texts, search: texts }),
  routes: list(openKeys({ metric: whole, to: text, via: text })),
  "set-name": text,
  wakeonlan: flag,
};

function links(more: Keys): Form {
  return { type: "object", additionalProperties: openKeys({ ...link, ...more }) };
}

/** Further keys that netplan takes. */
const NETPLAN: Keys = {
  "dummy-devices": any,
  modems: unchecked(
    {},
    unchecked({ password: secret("password", any), pin: secret("password", any), ...authenticated }),
  ),
  "nm-devices": unchecked(
    {},
    unchecked({ networkmanager: unchecked({ passthrough: secret("password", unchecked({})) }) }),
  ),
  openvswitch: any,
  tunnels: unchecked(
    {},
    unchecked({
      key: secret("key", any),
      keys: secret("key", any),
      peers: { items: unchecked({ keys: unchecked({ public: any, shared: secret("key", any) }) }) },
    }),
  ),
  "virtual-ethernets": any,
  vrfs: any,
  wifis: unchecked(
    {},
    unchecked({
      "access-points": unchecked({}, unchecked({ password: secret("password", any), ...authenticated })),
      ...authenticated,
    }),
  ),
};

/** Network configuration, version 1 and 2 (as cloud-init's network state reads it, 26.2). */
export const networkKeys = {
  1: keys({ config: either(list(entries), values("disabled")), version: values(1) }, ["version", "config"]),
  2: keys(
    {
      ...NETPLAN,
      bonds: links({ interfaces: texts, parameters: openKeys({}) }),
      bridges: links({ interfaces: texts, parameters: openKeys({}) }),
      ethernets: links({}),
      renderer: text,
      version: values(2),
      vlans: links({ id: whole, link: text }),
    },
    ["version"],
  ),
} as const;
