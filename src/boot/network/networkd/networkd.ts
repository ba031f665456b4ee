import { isTrue } from "../../../config/options.ts";
import type { Since } from "../../../distro/version.ts";
import { unknown } from "../../../image/unknown.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import { dictOf, isDict, type PyDict, type PyKey, type PyValue } from "../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../python/errors.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { contains } from "../state/ipAddress.ts";
import { asKey, isUnknown } from "../state/names.ts";
import type { NetworkState } from "../state/state.ts";
import { joined, NetworkdGroups } from "./networkdGroups.ts";
import { NetworkdUnit, type UnitFormat } from "./networkdUnit.ts";

/** A file in /etc/systemd/network: its device's name, its extension and its text. */
export interface NetworkdFile {
  readonly device: PyKey;
  readonly extension: "network" | "netdev";
  readonly text: string;
}

/** DHCP overrides of a version 2 configuration, as systemd.network(5) names them. */
const OVERRIDES: readonly (readonly [override: string, option: string])[] = [
  ["use-dns", "UseDNS"],
  ["use-domains", "UseDomains"],
  ["use-hostname", "UseHostname"],
  ["use-ntp", "UseNTP"],
];
const OVERRIDES_OF_DHCP4: typeof OVERRIDES = [
  ["send-hostname", "SendHostname"],
  ["hostname", "Hostname"],
  ["route-metric", "RouteMetric"],
  ["use-mtu", "UseMTU"],
  ["use-routes", "UseRoutes"],
];

/**
 * Every interface gets all routes and name servers without an interface: no real machine has more, and they take long
 * to write.
 */
const MAX_SHARED = 50_000;

/** The kinds of devices whose routing policies cloud-init reads. */
const KINDS = ["ethernets", "bonds", "vlans", "bridges"];

/**
 * The files of cloud-init's renderer for systemd-networkd, in the order in which it writes them (net/networkd.py, 21.3
 * to 26.2).
 * @throws Raises if the renderer raises
 * @throws CannotTell for VLANs and bonds of 25.2, whose short-lived forms are not simulated, and for too large
 *   configurations
 */
export function renderNetworkd(state: NetworkState, format: UnitFormat, since: Since): NetworkdFile[] {
  const shared = state.routes.length + state.nameservers.length + state.search.length;
  if (shared * state.interfaces.size > MAX_SHARED)
    throw new CannotTell("the network configuration, because it is too large");
  if (
    since("25.2") &&
    !since("25.3") &&
    isDict(state.config) &&
    (state.config.has("vlans") || state.config.has("bonds"))
  )
    throw new CannotTell("the network configuration, because its VLANs and bonds are not simulated");
  const groups = since("25.3") ? new NetworkdGroups(state, format, since) : undefined;
  const policies = since("25.3") ? routingPolicies(state) : new Map<PyKey, PyValue>();
  const ethernets = state.version === 2 && state.interfaces.size > 0 ? readEthernets(state, since) : undefined;
  const goesByName = !(groups?.isEmpty ?? true) || policies.size > 0 || hasDhcpSettings(state);
  const networks = new Map<PyKey, string>();
  for (const iface of state.interfaces.values()) {
    const unit = new NetworkdUnit(format, since);
    const name = asKey(iface.get("name"));
    groups?.describe(name, unit);
    addPolicy(policies.get(name), unit);
    addLink(iface, unit, since);
    const dhcp = addSubnets(iface, unit, since);
    addNameservers(iface, state, unit, since);
    for (const [index, route] of state.routes.entries()) addRoute(`c${index}`, route, unit, since);
    if (ethernets !== undefined) addDhcpSettings(ethernetOf(name, ethernets, since), dhcp, unit, since);
    const isTold = !isUnknown(name) || !goesByName;
    networks.set(name, isTold ? String(unit) : unknown("the configuration of an interface of this name"));
  }
  return [
    ...[...networks].map(([device, text]) => ({ device, extension: "network" as const, text })),
    ...(groups?.files ?? []).map(([device, text]) => ({ device, extension: "netdev" as const, text })),
  ];
}

function addLink(iface: PyDict, unit: NetworkdUnit, since: Since): void {
  const isPhysical = iface.get("type") === "physical";
  for (const [key, option] of [
    ["name", "Name"],
    ["driver", "Driver"],
    ["mac_address", "MACAddress"],
  ] as const) {
    const value = iface.get(key);
    if (!truthy(value)) continue;
    unit.add(key === "mac_address" && !isPhysical && since("25.2") ? "Link" : "Match", option, value);
  }
  const mtu = iface.get("mtu");
  if (truthy(mtu)) unit.add("Link", "MTUBytes", mtu);
  if (truthy(iface.get("optional"))) unit.add("Link", "RequiredForOnline", "no");
}

/** Addresses, routes and DHCP of an interface's subnets; returns networkd's word for the kinds of DHCP. */
function addSubnets(iface: PyDict, unit: NetworkdUnit, since: Since): string {
  const dhcp = new Set<"ipv4" | "ipv6">();
  let routes = 0;
  for (const item of items(iface.get("subnets") ?? [], "subnets")) {
    const subnet = asDict(item, "a subnet");
    if (!subnet.has("type")) throw new Raises("a subnet has no type");
    const type = subnet.get("type");
    if (type === "dhcp" || type === "dhcp4") dhcp.add("ipv4");
    else if (type === "dhcp6") dhcp.add("ipv6");
    for (const route of items(subnet.get("routes") ?? [], "routes"))
      addRoute(`r${routes++}`, asDict(route, "a route"), unit, since);
    if (!subnet.has("address")) continue;
    const prefix = subnet.has("prefix") ? `/${pyStr(subnet.get("prefix"))}` : "";
    const address = asText(subnet.get("address"), "an address") + prefix;
    unit.addAddress(address);
    const gateway = subnet.get("gateway");
    if (gateway !== undefined) {
      const id = `a${routes++}`;
      unit.addRoute(id, "Gateway", gateway);
      if (since("24.2") && contains(address, pyStr(gateway)) === false) unit.addRoute(id, "GatewayOnLink", "yes");
    }
    for (const [key, option] of [
      ["dns_nameservers", "DNS"],
      ["dns_search", "Domains"],
    ] as const) {
      const values = subnet.get(key);
      if (values !== undefined) unit.add("Network", option, joined(values, key));
    }
  }
  const kinds = dhcp.size === 2 ? "yes" : ([...dhcp][0] ?? "no");
  unit.add("Network", "DHCP", kinds);
  addRouterAdvertisements(iface.get("accept-ra"), kinds, unit, since);
  return kinds;
}

function addRouterAdvertisements(accept: PyValue | undefined, dhcp: string, unit: NetworkdUnit, since: Since): void {
  if (typeof accept !== "boolean" || !since("21.4")) return;
  if (!since("24.2") && dhcp !== "ipv6" && dhcp !== "yes") return;
  unit.add("Network", "IPv6AcceptRA", since("25.2") ? (accept ? "yes" : "no") : accept);
}

function addRoute(id: string, route: PyDict, unit: NetworkdUnit, since: Since): void {
  const prefix = route.has("prefix") ? `/${pyStr(route.get("prefix"))}` : "";
  const network = route.get("network");
  if (network !== undefined) unit.addRoute(id, "Destination", asText(network, "a network") + prefix);
  for (const [key, option, version] of [
    ["gateway", "Gateway", "21.3"],
    ["metric", "Metric", "21.3"],
    ["table", "Table", "25.3"],
  ] as const) {
    const value = route.get(key);
    if (value !== undefined && since(version)) unit.addRoute(id, option, value);
  }
}

/** An interface's own name servers; in version 1 an interface without any gets those without an interface. */
function addNameservers(iface: PyDict, state: NetworkState, unit: NetworkdUnit, since: Since): void {
  let dns = iface.get("dns");
  if (!truthy(dns)) {
    if (state.version === 2) return;
    dns = dictOf({ search: [...state.search], nameservers: [...state.nameservers] });
  }
  for (const [key, option] of [
    ["search", "Domains"],
    ["nameservers", "DNS"],
    ...(since("24.1") ? [] : ([["addresses", "DNS"]] as const)),
  ] as const) {
    const values = asDict(dns, "dns").get(key);
    if (truthy(values)) unit.add("Network", option, joined(values, key));
  }
}

/** The ethernet devices of a version 2 configuration by id and, where they are renamed (since 22.1), by that name. */
function readEthernets(state: NetworkState, since: Since): ReadonlyMap<PyKey, PyDict> {
  const devices = ethernetsOf(state);
  if (devices === undefined) throw new Raises("ethernets is missing from the network configuration");
  const byId = [...devices].map(([id, device]) => [id, asDict(device, "an ethernet device")] as const);
  const renamed = byId.flatMap(([, device]) => {
    const name = device.get("set-name");
    return since("22.1") && name !== undefined && !Array.isArray(name) && !isDict(name)
      ? [[name, device] as const]
      : [];
  });
  // A new name comes before an id, and the first device of it before others.
  return new Map([...byId, ...renamed.reverse()]);
}

/** The ethernet device that an interface of this name comes from, if any. */
function ethernetOf(name: PyKey, ethernets: ReadonlyMap<PyKey, PyDict>, since: Since): PyDict | undefined {
  const device = ethernets.get(name);
  if (device === undefined && !isUnknown(name) && !since("22.3.1"))
    throw new Raises(`${pyStr(name)} is missing from ethernets`);
  return device;
}

function ethernetsOf(state: NetworkState): PyDict | undefined {
  const devices = isDict(state.config) ? state.config.get("ethernets") : undefined;
  return devices === undefined ? undefined : asDict(devices, "ethernets");
}

/** Whether any ethernet device has settings of DHCP. */
function hasDhcpSettings(state: NetworkState): boolean {
  if (state.version !== 2) return false;
  const keys = ["dhcp4domain", "dhcp6domain", "dhcp4-overrides", "dhcp6-overrides"];
  return [...(ethernetsOf(state)?.values() ?? [])].some(
    (device) => isDict(device) && keys.some((key) => device.has(key)),
  );
}

/** DHCP overrides (since 22.4), and keys that only VMware's configurations have. */
function addDhcpSettings(device: PyDict | undefined, dhcp: string, unit: NetworkdUnit, since: Since): void {
  for (const version of ["4", "6"] as const) {
    const domain = device?.get(`dhcp${version}domain`);
    if (domain !== undefined) unit.add(`DHCPv${version}`, "UseDomains", isTrue(pyStr(domain)) ? "yes" : "no");
    const overrides = device?.get(`dhcp${version}-overrides`);
    if (overrides === undefined || !since("22.4")) continue;
    const given = items(overrides, "DHCP overrides");
    if (domain !== undefined && given.includes("use-domains"))
      throw new Raises(`dhcp${version}domain and use-domains of dhcp${version}-overrides are mutually exclusive`);
    if (dhcp !== "yes" && dhcp !== `ipv${version}`) continue;
    for (const [override, option] of version === "4" ? [...OVERRIDES, ...OVERRIDES_OF_DHCP4] : OVERRIDES)
      if (given.includes(override))
        unit.add(`DHCPv${version}`, option, asDict(overrides, "DHCP overrides").get(override) ?? null);
  }
}

/** The routing policies of a version 2 configuration by device (since 25.3). */
function routingPolicies(state: NetworkState): ReadonlyMap<PyKey, PyValue> {
  const { config } = state;
  const policies = new Map<PyKey, PyValue>();
  for (const kind of isDict(config) ? KINDS : [])
    for (const [id, device] of isDict(config) ? asDict(config.get(kind) ?? new Map(), kind) : []) {
      const policy = asDict(device, "a device").get("routing-policy");
      if (policy !== undefined) policies.set(id, policy);
    }
  return policies;
}

function addPolicy(policy: PyValue | undefined, unit: NetworkdUnit): void {
  if (!truthy(policy)) return;
  for (const [index, rule] of items(policy, "routing-policy").entries())
    for (const [key, value] of asDict(rule, "a routing policy")) {
      const name = asText(key, "a key of a routing policy").toLowerCase();
      unit.addRule(index, name.slice(0, 1).toUpperCase() + name.slice(1), value);
    }
}
