import { asDict, text as asText, items } from "../../../python/checked.ts";
import { isDict, type PyDict, type PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { compare } from "../../../python/order.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { checkOrder } from "../state/nameOrder.ts";
import type { NetworkState } from "../state/state.ts";

/** Options of a bond that netifrc has too. */
const BOND = new Set(
  `mode xmit_hash_policy miimon min_links arp_interval arp_ip_target arp_validate ad_select num_grat_arp downdelay
  updelay lacp_rate fail_over_mac primary primary_reselect all_slaves_active`.split(/\s+/),
);
const BRIDGE: ReadonlyMap<string, string> = new Map([
  ["bridge_ageing", "bridge_ageing_time"],
  ["bridge_bridgeprio", "bridge_priority"],
  ["bridge_fd", "bridge_forward_delay"],
  ["bridge_hello", "bridge_hello_time"],
  ["bridge_maxage", "bridge_max_age"],
  ["bridge_pathcost", "brport_path_cost"],
  ["bridge_portprio", "brport_priority"],
  ["bridge_stp", "bridge_stp_state"],
]);
const DHCP4: readonly PyValue[] = ["dhcp", "dhcp4"];
const DHCP6: readonly PyValue[] = ["dhcp", "dhcp6", "ipv6_dhcpv6-stateful", "ipv6_dhcpv6-stateless", "ipv6_slaac"];

/**
 * /etc/conf.d/net without its header, as the renderer writes it that Gentoo adds to cloud-init (net/netifrc.py, 25.1).
 * @throws Raises if the renderer raises
 */
export function renderNetifrc(state: NetworkState): string {
  const lines: string[] = [];
  const interfaces = [...state.interfaces.values()];
  const loopback = interfaces.find((iface) => iface.get("name") === "lo");
  if (loopback === undefined) lines.push(...dns("lo", state.nameservers, state.search));
  else lines.push(...interfaceLines("lo", loopback, state));
  lines.push("");
  const members = new Map<string, Set<string>>();
  const vlans = new Map<string, string[]>();
  for (const iface of interfaces) {
    const name = nameOf(iface);
    if (name === "lo") continue;
    const bond = iface.get("bond-master") ?? null;
    if (truthy(bond)) members.set(pyStr(bond), (members.get(pyStr(bond)) ?? new Set()).add(name));
    lines.push(...kindLines(name, iface, vlans), ...interfaceLines(name, iface, undefined), "");
  }
  lines.push("");
  for (const [bond, names] of members) lines.push(assigned("slaves", bond, sorted([...names])));
  if (members.size > 0) lines.push("");
  for (const [link, ids] of vlans) lines.push(assigned("vlans", link, sorted(ids)));
  return lines.join("\n");
}

/** What a VLAN, bridge or bond has before the addresses. */
function kindLines(name: string, iface: PyDict, vlans: Map<string, string[]>): string[] {
  switch (iface.get("type")) {
    case "vlan": {
      const id = iface.get("vlan_id");
      if (typeof id !== "number" && typeof id !== "bigint") throw new Raises("the ID of a VLAN must be a number");
      const link = asText(iface.get("vlan-raw-device"), "the link of a VLAN");
      vlans.set(link, [...(vlans.get(link) ?? []), pyStr(id)]);
      return [`${link}_vlan${pyStr(id)}_name="${name}"`];
    }
    case "bridge": {
      const ports = items(iface.get("bridge_ports"), "bridge_interfaces").map((port) => pyStr(port));
      const parameters = [...iface].flatMap(([key, value]) => {
        const option = BRIDGE.get(pyStr(key));
        if (option === undefined) return [];
        if (!isDict(value)) return [assigned(option, name, [flagAsNumber(value)])];
        return [...value].map(([port, one]) => assigned(option, pyStr(port), [pyStr(one)]));
      });
      return [assigned("bridge", name, sorted(ports)), ...parameters];
    }
    case "bond":
      return [...iface].flatMap(([key, value]) => {
        const option = pyStr(key)
          .replaceAll("-", "_")
          .replace(/^bond_/, "");
        if (!/^bond[-_]/.test(pyStr(key)) || !BOND.has(option)) return [];
        return [assigned(option, name, Array.isArray(value) ? value.map((one) => pyStr(one)) : [flagAsNumber(value)])];
      });
    default:
      return [];
  }
}

/** What every interface has. The loopback interface has the name servers without an interface. */
function interfaceLines(name: string, iface: PyDict, state: NetworkState | undefined): string[] {
  const lists = { routes: [] as PyValue[], dns: [] as PyValue[], search: [] as PyValue[] };
  const overrides: [PyValue[], PyValue[]] = [[], []];
  const addresses: string[] = [];
  let [uses4, uses6] = [false, false];
  for (const one of items(iface.get("subnets") ?? [], "subnets")) {
    const subnet = asDict(one, "a subnet");
    const all = (key: string) => items(subnet.get(key) ?? [], key);
    overrides[0].push(...all("dhcp4-overrides"));
    overrides[1].push(...all("dhcp6-overrides"));
    lists.dns.push(...all("dns_nameservers"));
    lists.search.push(...all("dns_search"));
    const type = subnet.get("type") ?? null;
    const isDhcp = DHCP4.includes(type) || DHCP6.includes(type);
    uses4 ||= DHCP4.includes(type);
    uses6 ||= DHCP6.includes(type);
    const address = subnet.get("address") ?? null;
    if (!isDhcp && truthy(address)) addresses.push(addressText(pyStr(address), subnet));
    const gateway = subnet.get("gateway") ?? null;
    if (truthy(gateway)) lists.routes.push(new Map([["gateway", gateway]]));
    lists.routes.push(...all("routes"));
  }
  if (uses4 || uses6) addresses.push("dhcp");
  const options = overrides.flat().map((option) => pyStr(option));
  const mtu = iface.get("mtu") ?? null;
  return [
    assigned("config", name, [(addresses.length > 0 ? addresses : ["null"]).join("\n")]),
    ...(options.length > 0 ? [assigned("dhcp", name, options)] : []),
    ...(uses4 === uses6 ? [] : [assigned("dhcpcd", name, [uses4 ? "-4" : "-6"])]),
    ...(lists.routes.length > 0 ? [assigned("routes", name, [`\n${lists.routes.map(routeText).join("\n")}`])] : []),
    ...dns(name, [...lists.dns, ...(state?.nameservers ?? [])], [...lists.search, ...(state?.search ?? [])]),
    ...(truthy(mtu) ? [assigned("mtu", name, [pyStr(mtu)])] : []),
    ...(truthy(iface.get("wakeonlan") ?? null) ? [assigned("ethtool_change", name, ["wol g"])] : []),
  ];
}

function addressText(address: string, subnet: PyDict): string {
  const prefix = subnet.get("prefix") ?? null;
  return truthy(prefix) ? `${address}/${pyStr(prefix)}` : `${address} netmask ${pyStr(subnet.get("netmask") ?? null)}`;
}

function routeText(one: PyValue): string {
  const route = asDict(one, "a route");
  const gateway = route.get("gateway");
  if (gateway === undefined) throw new Raises("a route has no gateway");
  const prefix = route.get("prefix") ?? (route.has("netmask") ? prefixOf(pyStr(route.get("netmask")!)) : undefined);
  const network = route.get("network");
  const isDefault =
    network === undefined || (["0.0.0.0", "::"].includes(pyStr(network)) && (prefix === undefined || prefix === 0));
  const to = isDefault ? "default" : `${pyStr(network)}${prefix === undefined ? "" : `/${pyStr(prefix)}`}`;
  const metric = route.has("metric") ? `metric ${pyStr(route.get("metric")!)} ` : "";
  return `${to} ${metric}via ${pyStr(gateway)}`;
}

/** The prefix of a mask such as 255.255.255.0. */
function prefixOf(mask: string): number {
  const bytes = mask.split(".").map(Number);
  return bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
}

function dns(name: string, servers: readonly PyValue[], search: readonly PyValue[]): string[] {
  return [
    ...(servers.length > 0
      ? [
          assigned(
            "dns_servers",
            name,
            servers.map((one) => asText(one, "a name server")),
          ),
        ]
      : []),
    ...(search.length > 0
      ? [
          assigned(
            "dns_search",
            name,
            search.map((one) => asText(one, "a search domain")),
          ),
        ]
      : []),
  ];
}

/** Variables have an underscore in place of a dot. */
function assigned(option: string, name: string, values: readonly string[]): string {
  return `${option}_${name.replaceAll(".", "_")}="${values.join(" ")}"`;
}

function nameOf(iface: PyDict): string {
  return asText(iface.get("name"), "the name of an interface");
}

function flagAsNumber(value: PyValue): string {
  return typeof value === "boolean" ? String(Number(value)) : pyStr(value);
}

function sorted(names: readonly string[]): string[] {
  checkOrder(names);
  return [...names].sort(compare);
}
