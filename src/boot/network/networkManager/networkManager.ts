import { type Has, upstreamHas } from "../../../distro/library/change.ts";
import type { Since } from "../../../distro/version.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import type { PyDict, PyKey, PyValue } from "../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../python/errors.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { asKey, isUnknown } from "../state/names.ts";
import type { NetworkState } from "../state/state.ts";
import { isIpv6Subnet } from "../state/subnets.ts";
import { RELAXES_DHCP, SORTS_DNS } from "./changes.ts";
import { NetworkManagerProfile } from "./networkManagerProfile.ts";

/**
 * A profile in /etc/NetworkManager/system-connections: the part of its name that comes from the interface, and its
 * text.
 */
export interface NetworkManagerFile {
  readonly interface: PyKey;
  readonly text: string;
}

/** NetworkManager's names for types of interfaces; null: it gets no profile. */
const TYPES: Readonly<Record<string, string | null>> = {
  physical: "ethernet",
  vlan: "vlan",
  bond: "bond",
  bridge: "bridge",
  infiniband: "infiniband",
  loopback: null,
};

/** Every interface gets all name servers without an interface: no real machine has more, and they take long to write. */
const MAX_SHARED = 50_000;

/**
 * The profiles of cloud-init's renderer for NetworkManager, in the order in which it writes them
 * (net/network_manager.py, 22.2 to 26.2).
 * @throws Raises if the renderer raises
 * @throws CannotTell for texts that are too long, or with percent signs that ConfigParser expands
 */
export function renderNetworkManager(
  state: NetworkState,
  since: Since,
  has: Has = upstreamHas(since),
): NetworkManagerFile[] {
  if ((state.nameservers.length + state.search.length) * state.interfaces.size > MAX_SHARED)
    throw new CannotTell("the network configuration, because it is too large");
  const profiles = new Map<PyKey, NetworkManagerProfile>();
  for (const iface of state.interfaces.values())
    profiles.set(idOf(iface), new NetworkManagerProfile(asKey(iface.get("name")), since, has));
  for (const iface of state.interfaces.values()) describe(iface, profiles, state, since, has);
  return [...profiles]
    .filter(([, profile]) => profile.has("connection", "type"))
    .map(([id, profile]) => ({ interface: id, text: String(profile) }));
}

/** Profiles are identified by the names of their interfaces or, since 24.4, by the IDs of version 2. */
function idOf(iface: PyDict): PyKey {
  const id = iface.get("config_id");
  return asKey(truthy(id) ? id : iface.get("name"));
}

type Profiles = ReadonlyMap<PyKey, NetworkManagerProfile>;

function profileOf(iface: PyKey, profiles: Profiles): NetworkManagerProfile {
  const profile = profiles.get(iface);
  if (profile === undefined) throw new Raises(`the interface ${pyStr(iface)} does not exist`);
  return profile;
}

/** How a profile refers to another one: by its UUID, or by name if there is none. */
function reference(iface: PyValue | undefined, profiles: Profiles): PyValue {
  const id = asKey(iface);
  return profiles.get(id)?.uuid ?? id;
}

function describe(iface: PyDict, profiles: Profiles, state: NetworkState, since: Since, has: Has): void {
  const profile = profileOf(idOf(iface), profiles);
  const given = iface.get("type");
  const type = typeof given === "string" && Object.hasOwn(TYPES, given) ? TYPES[given] : undefined;
  if (type === undefined)
    throw new Raises(`the interface ${pyStr(iface.get("name"))} has an unknown type: ${pyStr(given)}`);
  if (type === null) return;
  profile.set("connection", "type", type);
  if (iface.has("bond-master")) {
    profile.set("connection", "slave-type", "bond");
    profile.set("connection", "master", reference(iface.get("bond-master"), profiles));
  }
  profile.set(type);
  const mtu = addSubnets(iface, type, profile, state, since, has) ?? iface.get("mtu") ?? null;
  for (const [option, key] of options(type, since)) {
    const value = iface.get(key) ?? null;
    if (value !== null) profile.set(type, option, typeof value === "boolean" ? String(value) : pyStr(value));
  }
  addLink(iface, type, mtu, profile, profiles, since);
  if (type === "bridge" || !profile.has(type, "mac-address"))
    profile.set("connection", "interface-name", iface.get("name"));
}

/** Addresses, routes and name servers; returns the MTU of the last IPv4 subnet that has one. */
function addSubnets(
  iface: PyDict,
  type: string,
  profile: NetworkManagerProfile,
  state: NetworkState,
  since: Since,
  has: Has,
): PyValue | undefined {
  const subnets = items(iface.get("subnets"), "subnets").map((subnet) => asDict(subnet, "a subnet"));
  let mtu: PyValue | undefined;
  const nameservers: PyValue[] = [];
  const search: PyValue[] = [];
  // Without subnets NetworkManager would use DHCP.
  if (type === "bond" && subnets.length === 0 && since("24.3"))
    for (const family of ["ipv4", "ipv6"] as const) profile.setMethod(family, null);
  for (const subnet of subnets) {
    const family = isIpv6Subnet(subnet, since) ? "ipv6" : "ipv4";
    profile.setMethod(family, subnet.get("type") ?? null);
    if (subnet.has("address")) profile.addAddress(family, subnet);
    if (subnet.has("gateway")) profile.set(family, "gateway", subnet.get("gateway"));
    for (const route of items(subnet.get("routes"), "routes")) profile.addRoute(family, asDict(route, "a route"));
    if (subnet.has("metric") && since("26.2")) profile.set(family, "route-metric", pyStr(subnet.get("metric")));
    const [servers, domains] = ["dns_nameservers", "dns_search"].map((key) => items(subnet.get(key) ?? [], key));
    if (has(SORTS_DNS)) {
      for (const one of servers!) nameservers.push(one);
      for (const one of domains!) search.push(one);
    } else {
      for (const server of servers!) profile.addNameserver(server);
      if (subnet.has("dns_search")) profile.addSearch(family, domains!);
    }
    if (family === "ipv4" && subnet.has("mtu")) mtu = subnet.get("mtu");
  }
  if (has(SORTS_DNS)) addDns(iface, nameservers, search, profile, state);
  if (has(RELAXES_DHCP)) profile.relaxDhcp();
  return mtu;
}

/** Name servers of the interface's subnets and its own, else those without an interface. */
function addDns(
  iface: PyDict,
  nameservers: PyValue[],
  search: PyValue[],
  profile: NetworkManagerProfile,
  state: NetworkState,
): void {
  if (iface.has("dns")) {
    const dns = asDict(iface.get("dns"), "dns");
    const others = (key: string, known: readonly PyValue[]) => {
      const there = new Set(known);
      return items(dns.get(key), key).filter((item) => !there.has(item));
    };
    for (const one of others("nameservers", nameservers)) nameservers.push(one);
    for (const one of others("search", search)) search.push(one);
  }
  for (const server of nameservers.length > 0 ? nameservers : state.nameservers) profile.addNameserver(server);
  const domains = search.length > 0 ? search : state.search;
  if (domains.length > 0) profile.addSearch("ipv4", domains);
}

function addLink(
  iface: PyDict,
  type: string,
  mtu: PyValue,
  profile: NetworkManagerProfile,
  profiles: Profiles,
  since: Since,
): void {
  const mac = iface.get("mac_address") ?? null;
  const addMac = (): void => {
    if (mac !== null) profile.set(type, "mac-address", macAddress(mac));
  };
  if (type === "ethernet") {
    // 0x40: a magic packet wakes the machine.
    if (iface.get("wakeonlan") === true) profile.set(type, "wake-on-lan", "64");
    if (mtu !== null) profile.set(type, "mtu", pyStr(mtu));
    addMac();
  } else if (type === "vlan") {
    if (iface.has("vlan-raw-device")) profile.set(type, "parent", reference(iface.get("vlan-raw-device"), profiles));
  } else if (type === "bond") {
    if (mtu !== null && since("24.3")) profile.set("ethernet", "mtu", pyStr(mtu));
  } else if (type === "bridge") {
    for (const port of items(iface.get("bridge_ports"), "bridge_ports")) {
      const other = profileOf(asKey(port), profiles);
      other.setDefault("connection", "slave-type", "bridge");
      other.setDefault("connection", "master", profile.uuid);
    }
    addMac();
  } else if (mtu !== null) {
    profile.set(type, "transport-mode", "datagram");
    profile.set(type, "mtu", pyStr(mtu));
    addMac();
  }
}

/** A placeholder stays as it is. */
function macAddress(mac: PyValue): string {
  const text = asText(mac, "mac_address");
  return isUnknown(text) ? text : text.replaceAll("-", ":").toUpperCase();
}

type Options = readonly (readonly [option: string, key: string])[];

/** Options of a type that are copied from attributes of the interface. */
function options(type: string, since: Since): Options {
  switch (type) {
    case "bond":
      return bondOptions(since);
    case "bridge":
      return [
        ["stp", "bridge_stp"],
        ["priority", "bridge_bridgeprio"],
      ];
    case "vlan":
      return [["id", "vlan_id"]];
    default:
      return [];
  }
}

/** The names of a bond's parameters have underscores since 24.3, and are complete since 24.4. */
function bondOptions(since: Since): Options {
  const spelt = (name: string) => `bond-${since("24.3") ? name : name.replaceAll("_", "-")}`;
  return [
    ["mode", "bond-mode"],
    ["miimon", since("24.3") ? "bond-miimon" : "bond_miimon"],
    ...["xmit_hash_policy", "num_grat_arp", "downdelay", "updelay", "fail_over_mac", "primary_reselect", "primary"].map(
      (name) => [name, spelt(name)] as const,
    ),
    ...(since("24.4") ? LATER_BOND_OPTIONS.map((name) => [name, `bond-${name}`] as const) : []),
  ];
}

const LATER_BOND_OPTIONS = [
  "active_slave",
  "ad_actor_sys_prio",
  "ad_actor_system",
  "ad_select",
  "ad_user_port_key",
  "all_slaves_active",
  "arp_all_targets",
  "arp_interval",
  "arp_ip_target",
  "arp_validate",
  "lacp_rate",
  "lp_interval",
  "min_links",
  "num_unsol_na",
  "packets_per_slave",
  "peer_notif_delay",
  "resend_igmp",
  "tlb_dynamic_lb",
  "use_carrier",
];
