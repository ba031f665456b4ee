import type { Has } from "../../../distro/library/change.ts";
import type { Since } from "../../../distro/version.ts";
import { unknown } from "../../../image/unknown.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import { dictOf, isDict, type PyDict, type PyKey, type PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { KEEPS_IDS, KEEPS_NAMESERVERS_APART } from "./changes.ts";
import type { InterfaceTable } from "./interfaces.ts";
import { normalizeRoute } from "./normalize.ts";

/** Parameters of bonds and bridges in version 2, by their names in version 1 (network_state.NET_CONFIG_TO_V2). */
export function parameterNames(kind: "bond" | "bridge", since: Since): ReadonlyMap<string, string | null> {
  if (kind === "bridge") return BRIDGE_PARAMETERS;
  const gratuitous = since("22.3") ? "gratuitous-arp" : "gratuitious-arp";
  return new Map([
    ...BOND_PARAMETERS,
    ["bond-num-grat-arp", gratuitous],
    ...(since("26.1") ? LATER_BOND_PARAMETERS : []),
  ]);
}

const BOND_PARAMETERS: readonly (readonly [string, string])[] = [
  ["bond-ad-select", "ad-select"],
  ["bond-arp-interval", "arp-interval"],
  ["bond-arp-ip-target", "arp-ip-target"],
  ["bond-arp-validate", "arp-validate"],
  ["bond-downdelay", "down-delay"],
  ["bond-fail-over-mac", "fail-over-mac-policy"],
  ["bond-lacp-rate", "lacp-rate"],
  ["bond-miimon", "mii-monitor-interval"],
  ["bond-min-links", "min-links"],
  ["bond-mode", "mode"],
  ["bond-primary", "primary"],
  ["bond-primary-reselect", "primary-reselect-policy"],
  ["bond-updelay", "up-delay"],
  ["bond-xmit-hash-policy", "transmit-hash-policy"],
];

const LATER_BOND_PARAMETERS: readonly (readonly [string, string])[] = [
  ["bond-all-slaves-active", "all-slaves-active"],
  ["bond-arp-all-targets", "arp-all-targets"],
  ["bond-learn-packet-interval", "learn-packet-interval"],
  ["bond-packets-per-slave", "packets-per-slave"],
];

/** null: the parameter has no name in version 2. */
const BRIDGE_PARAMETERS: ReadonlyMap<string, string | null> = new Map([
  ["bridge_ageing", "ageing-time"],
  ["bridge_bridgeprio", "priority"],
  ["bridge_fd", "forward-delay"],
  ["bridge_gcint", null],
  ["bridge_hello", "hello-time"],
  ["bridge_maxage", "max-age"],
  ["bridge_maxwait", null],
  ["bridge_pathcost", "path-cost"],
  ["bridge_portprio", "port-priority"],
  ["bridge_stp", "stp"],
  ["bridge_waitport", null],
]);

/** Reads a version 2 configuration, device by device, as commands of version 1 (18.5 to 26.2). */
export function readDevices(network: PyDict, table: InterfaceTable, since: Since, has: Has): void {
  for (const [kind, devices] of network) {
    if (kind === "version" || (kind === "renderer" && since("20.2"))) continue;
    if (kind === "ethernets") eachDevice(devices, (id, device) => readEthernet(id, device, table, since));
    else if (kind === "vlans") eachDevice(devices, (id, device) => readVlan(id, device, table, since));
    else if (kind === "bonds") eachDevice(devices, (id, device) => readGroup("bond", id, device, table, since));
    else if (kind === "bridges") eachDevice(devices, (id, device) => readGroup("bridge", id, device, table, since));
    else if (kind !== "wifis") throw new Raises(`unknown device type ${pyStr(kind)}`);
    readNameservers(devices, table, since, has);
  }
}

function eachDevice(devices: PyValue, read: (id: PyKey, device: PyDict) => void): void {
  for (const [id, device] of asDict(devices, "a group of devices"))
    read(id, asDict(device, `the interface ${pyStr(id)}`));
}

function readEthernet(id: PyKey, device: PyDict, table: InterfaceTable, since: Since): void {
  const match = device.has("match") ? asDict(device.get("match"), "match") : new Map();
  const mac = match.get("macaddress") ?? null;
  const command = dictOf({
    config_id: id,
    type: "physical",
    mac_address: mac,
    name: ethernetName(id, device, mac, since),
  });
  if (truthy(match.get("driver")) && since("19.3"))
    command.set("params", dictOf({ driver: match.get("driver") ?? null }));
  for (const [key, version] of [
    ["mtu", "0"],
    ["match", "0"],
    ["wakeonlan", "0"],
    ["accept-ra", "19.4"],
    ["optional", "24.4"],
  ] as const)
    if (device.has(key) && since(version)) command.set(key, device.get(key) ?? null);
  addSubnets(command, device, table, since);
  table.physical(command);
}

/** set-name, or (since 22.2) the name that the interface of this MAC address has on the machine, or the id. */
function ethernetName(id: PyKey, device: PyDict, mac: PyValue, since: Since): PyValue {
  if (!since("22.2")) return device.has("set-name") ? (device.get("set-name") ?? null) : id;
  const setName = device.get("set-name");
  if (truthy(setName)) return setName;
  return truthy(mac)
    ? unknown(`the name of the interface with the MAC address ${asText(mac, "macaddress").toLowerCase()}`)
    : id;
}

function readVlan(id: PyKey, device: PyDict, table: InterfaceTable, since: Since): void {
  const command = dictOf({
    type: "vlan",
    name: id,
    vlan_id: device.get("id") ?? null,
    vlan_link: device.get("link") ?? null,
  });
  if (since("25.3")) command.set("mac_address", device.get("macaddress") ?? null);
  if (device.has("mtu") && since("19.3")) command.set("mtu", device.get("mtu") ?? null);
  addSubnets(command, device, table, since);
  table.vlan(command);
}

/** Keys of a bond or bridge that are not parameters of the group itself (network_state.NETWORK_V2_KEY_FILTER). */
function readGroup(kind: "bond" | "bridge", id: PyKey, device: PyDict, table: InterfaceTable, since: Since): void {
  const given = device.get("parameters");
  if (given === undefined && since("19.2") && !since("20.3"))
    throw new Raises(`the ${kind} ${pyStr(id)} has no parameters`);
  const parameters = given === undefined ? new Map() : asDict(given, "parameters");
  respellGratuitousArp(parameters, since);
  const names = new Map<PyKey, string>([...parameterNames(kind, since)].map(([first, second]) => [second, first]));
  const params: PyDict = new Map();
  for (const [key, value] of parameters) {
    const name = names.get(key);
    if (name === undefined) throw new Raises(`the ${kind} ${pyStr(id)} has an unknown parameter: ${pyStr(key)}`);
    params.set(name, value);
  }
  const command = dictOf({ type: kind, name: id, [`${kind}_interfaces`]: device.get("interfaces") ?? null, params });
  if (device.has("mtu") && since("19.3")) command.set("mtu", device.get("mtu") ?? null);
  if (device.has("macaddress") && since("25.3")) command.set("mac_address", device.get("macaddress") ?? null);
  addSubnets(command, device, table, since);
  if (kind === "bond") table.bond(command);
  else table.bridge(command);
}

/** Changes the configuration itself: netplan then writes the other spelling (until 22.3). */
function respellGratuitousArp(parameters: PyDict, since: Since): void {
  if (!since("19.2")) return;
  const [from, to] = since("22.3") ? ["gratuitious-arp", "gratuitous-arp"] : ["gratuitous-arp", "gratuitious-arp"];
  const value = parameters.get(from);
  parameters.delete(from);
  if (truthy(value)) parameters.set(to, value);
}

function addSubnets(command: PyDict, device: PyDict, table: InterfaceTable, since: Since): void {
  const subnets = readSubnets(device, table, since);
  if (subnets.length > 0) command.set("subnets", subnets);
}

/** Addresses and routes of a device as subnets of version 1; routes belong to the first one. */
function readSubnets(device: PyDict, table: InterfaceTable, since: Since): PyDict[] {
  const subnets: PyDict[] = [];
  for (const type of ["dhcp4", "dhcp6"]) {
    if (since("19.1") ? !truthy(device.get(type)) : !device.has(type)) continue;
    if (type === "dhcp6") table.usesIpv6 = true;
    const subnet = dictOf({ type });
    const overrides = device.get(`${type}-overrides`) ?? (device.has(`${type}-overrides`) ? null : new Map());
    if (since("19.3") && overridesMetric(overrides)) subnet.set("metric", overrides.get("route-metric") ?? null);
    subnets.push(subnet);
  }
  for (const one of readAddresses(device)) subnets.push(one);
  const routes = device.has("routes") ? items(device.get("routes"), "routes") : [];
  const normal = routes.map((item) => {
    const route = asDict(item, "a route");
    const taken = dictOf({ destination: route.get("to") ?? null, gateway: route.get("via") ?? null });
    for (const [key, version] of [
      ["metric", "23.3"],
      ["mtu", "24.1"],
      ["table", "25.3"],
    ] as const)
      if (since(version)) taken.set(key, route.get(key) ?? null);
    return normalizeRoute(taken, since);
  });
  if (normal.length > 0) subnets[0]?.set("routes", normal);
  return subnets;
}

function overridesMetric(overrides: PyValue): overrides is PyDict {
  if (isDict(overrides)) return overrides.has("route-metric");
  return items(overrides, "DHCP overrides").includes("route-metric") && asDict(overrides, "DHCP overrides").size > 0;
}

function readAddresses(device: PyDict): PyDict[] {
  const gateways = new Map<string, PyValue>();
  let dns: PyDict | undefined;
  const addresses = device.has("addresses") ? items(device.get("addresses"), "addresses") : [];
  return addresses.map((address) => {
    const subnet = dictOf({ type: "static", address });
    const isIpv6 = isDict(address)
      ? address.has(":")
      : Array.isArray(address)
        ? address.includes(":")
        : asText(address, "an address").includes(":");
    const key = isIpv6 ? "gateway6" : "gateway4";
    if (device.has(key) && (gateways.get(key) ?? null) === null) {
      gateways.set(key, device.get(key) ?? null);
      subnet.set("gateway", device.get(key) ?? null);
    }
    if (device.has("nameservers") && (dns === undefined || dns.size === 0)) {
      const servers = asDict(device.get("nameservers"), "nameservers");
      dns = new Map();
      if (truthy(servers.get("addresses"))) dns.set("dns_nameservers", servers.get("addresses") ?? null);
      if (truthy(servers.get("search"))) dns.set("dns_search", servers.get("search") ?? null);
      for (const [name, value] of dns) subnet.set(name, value);
    }
    return subnet;
  });
}

/** The name servers of devices, which the renderers take from the interface (since 21.3). */
function readNameservers(devices: PyValue, table: InterfaceTable, since: Since, has: Has): void {
  if (!since("21.3")) return;
  const keepsIds = has(KEEPS_IDS);
  const keepsApart = has(KEEPS_NAMESERVERS_APART);
  for (const [id, item] of asDict(devices, "a group of devices")) {
    const device = asDict(item, `the interface ${pyStr(id)}`);
    if (!device.has("nameservers")) continue;
    const servers = asDict(device.get("nameservers"), "nameservers");
    const command = dictOf({ type: "nameserver" });
    for (const [from, to] of [
      ["search", "search"],
      ["addresses", "address"],
    ] as const) {
      const value = servers.get(from) ?? null;
      if (!keepsIds && servers.has(from) && !Array.isArray(value) && !isDict(value)) asText(value, from);
      if (truthy(value)) command.set(to, value);
    }
    // The first skipped device ends the handling of its kind of devices.
    if (!keepsApart && !table.nameserver(command)) return;
    if (!table.interfaceNameserver(command, keepsIds ? id : nameOnMachine(id, device, since))) return;
  }
}

/** Where IDs are not kept, an interface is found by its name on the machine. */
function nameOnMachine(id: PyKey, device: PyDict, since: Since): PyKey {
  const setName = device.get("set-name");
  const match = device.has("match") ? asDict(device.get("match"), "match") : new Map();
  const mac = match.get("macaddress");
  if (truthy(mac) && since("22.3")) asText(mac, "macaddress");
  return truthy(setName) && since("21.4") ? (setName as PyKey) : id;
}
