import { isTrue } from "../../../config/options.ts";
import type { Since } from "../../../distro/version.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import { dictOf, isDict, type PyDict, type PyKey, type PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { sortedKeys } from "../../../python/order.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { dumpYaml, inDumpOrder } from "../../../python/yaml/dump.ts";
import { contains } from "../state/ipAddress.ts";
import { checkOrder } from "../state/nameOrder.ts";
import { pyInt } from "../state/normalize.ts";
import type { NetworkState } from "../state/state.ts";
import { parameterNames } from "../state/stateV2.ts";
import { DYNAMIC_IPV6, isIpv6Subnet } from "../state/subnets.ts";

/** What the image's netplan can do. */
export interface NetplanFeatures {
  /** Whether it knows the key ipv6-mtu. */
  readonly ipv6Mtu: boolean;
  /** Whether it knows default routes by the name "default". */
  readonly defaultByName: boolean;
}

/** What cloud-init's netplan renderer writes, as text without its header and as what a YAML reader makes of it. */
export interface NetplanDocument {
  readonly text: string;
  readonly root: PyDict;
}

/**
 * Renders for netplan (net/netplan.py, 18.5 to 26.2): a version 2 configuration as it is, a version 1 configuration as
 * sections of version 2.
 * @throws Raises if the renderer raises
 */
export function renderNetplan(state: NetworkState, features: NetplanFeatures, since: Since): NetplanDocument {
  if (state.version !== 2) return new NetplanSections(state, features, since).render();
  const root = dictOf({ network: state.config });
  return { text: dumpYaml(root), root: inDumpOrder(root) };
}

class NetplanSections {
  readonly #state: NetworkState;
  readonly #features: NetplanFeatures;
  readonly #since: Since;
  readonly #sections = new Map<string, PyDict>(
    ["ethernets", "bonds", "bridges", "vlans"].map((name) => [name, new Map()]),
  );

  constructor(state: NetworkState, features: NetplanFeatures, since: Since) {
    this.#state = state;
    this.#features = features;
    this.#since = since;
  }

  render(): NetplanDocument {
    for (const iface of this.#state.interfaces.values())
      this.#add(new Map([...iface].filter(([, value]) => value !== null)));
    this.#addGlobalNameservers();
    const network = dictOf({ version: 2 });
    let text = "network:\n    version: 2\n";
    for (const [name, devices] of this.#sections) {
      if (devices.size === 0) continue;
      checkOrder(devices.keys());
      network.set(name, inDumpOrder(devices));
      const dump = dumpYaml(dictOf({ [name]: devices }), { aliases: "copied" });
      // textwrap.indent (since 22.3) does not change blank lines.
      text += dump.replace(this.#since("22.3") ? /^(?=.*\S)/gm : /^(?=[\s\S])/gm, "    ");
    }
    return { text, root: dictOf({ network }) };
  }

  #add(iface: PyDict): void {
    const name = (iface.get("name") ?? null) as PyKey;
    switch (iface.get("type")) {
      case "physical":
        this.#sections.get("ethernets")?.set(name, this.#ethernet(iface));
        break;
      case "bond":
        this.#sections.get("bonds")?.set(name, this.#bond(iface));
        break;
      case "bridge": {
        if (!iface.has("bridge_ports") && this.#since("24.2")) return;
        this.#sections.get("bridges")?.set(name, this.#bridge(iface));
        break;
      }
      case "vlan":
        this.#sections.get("vlans")?.set(name, this.#vlan(iface));
        break;
    }
  }

  #ethernet(iface: PyDict): PyDict {
    const entry: PyDict = new Map();
    const mac = iface.get("mac_address");
    const match =
      iface.get("match") ??
      (mac === undefined ? null : dictOf({ macaddress: asText(mac, "mac_address").toLowerCase() }));
    if (match !== null) {
      entry.set("set-name", iface.get("name") ?? null);
      entry.set("match", match);
    }
    if (iface.has("keep_configuration")) entry.set("critical", iface.get("keep_configuration") ?? null);
    this.#addAddresses(iface, entry);
    return entry;
  }

  #bond(iface: PyDict): PyDict {
    const entry: PyDict = new Map();
    const names = parameterNames("bond", this.#since);
    const parameters: PyDict = new Map();
    for (const prefix of ["bond_", "bond-"])
      for (const [key, value] of iface) {
        const name = pyStr(key).startsWith(prefix) ? names.get(pyStr(key).replaceAll("_", "-")) : undefined;
        if (name !== undefined) parameters.set(name, value);
      }
    if (parameters.size > 0) entry.set("parameters", parameters);
    this.#addMac(iface, entry);
    if (iface.get("bond-slaves") === "none") {
      const members = [...this.#state.interfaces]
        .filter(([, other]) => other.get("bond-master") === iface.get("name"))
        .map(([id]) => id);
      checkOrder(members);
      if (members.length > 0) entry.set("interfaces", sortedKeys(members));
    }
    this.#addAddresses(iface, entry);
    return entry;
  }

  #bridge(iface: PyDict): PyDict {
    const entry = dictOf({ interfaces: sortedKeys(items(iface.get("bridge_ports"), "bridge_ports") as PyKey[]) });
    const parameters: PyDict = new Map();
    for (const [key, value] of iface) {
      const name = parameterNames("bridge", this.#since).get(pyStr(key)) ?? null;
      if (name === null) continue;
      parameters.set(name, name === "path-cost" || name === "port-priority" ? portNumbers(value) : value);
    }
    if (parameters.size > 0) entry.set("parameters", parameters);
    this.#addMac(iface, entry);
    this.#addAddresses(iface, entry);
    return entry;
  }

  #vlan(iface: PyDict): PyDict {
    const entry = dictOf({ id: iface.get("vlan_id") ?? null, link: iface.get("vlan-raw-device") ?? null });
    const mac = iface.get("mac_address");
    if (mac !== undefined) entry.set("macaddress", asText(mac, "mac_address").toLowerCase());
    this.#addAddresses(iface, entry);
    return entry;
  }

  #addMac(iface: PyDict, entry: PyDict): void {
    const mac = iface.get("mac_address");
    if (truthy(mac)) entry.set("macaddress", asText(mac, "mac_address").toLowerCase());
  }

  /** Addresses, routes and name servers of an interface's subnets. */
  #addAddresses(iface: PyDict, entry: PyDict): void {
    const addresses: PyValue[] = [];
    const routes: PyValue[] = [];
    const servers: PyValue[] = [];
    const search: PyValue[] = [];
    for (const item of items(iface.get("subnets") ?? [], "subnets")) {
      const subnet = asDict(item, "a subnet");
      const type = asText(subnet.get("type"), "the type of a subnet");
      const metric = (this.#since("25.2") ? subnet.get("metric") : undefined) ?? null;
      if (type.startsWith("dhcp")) addDhcp(entry, type === "dhcp" ? "dhcp4" : type, metric);
      else if (this.#since("19.4") && DYNAMIC_IPV6.includes(type)) addDhcp(entry, "dhcp6", metric);
      else if (type === "static" || (type === "static6" && this.#since("20.1"))) {
        const address =
          pyStr(subnet.get("address")) + (subnet.has("prefix") ? `/${pyInt(subnet.get("prefix"), "prefix")}` : "");
        this.#addGateway(subnet, address, entry, routes, metric);
        if (subnet.has("dns_nameservers"))
          for (const one of items(subnet.get("dns_nameservers"), "dns_nameservers")) servers.push(one);
        if (subnet.has("dns_search")) for (const one of items(subnet.get("dns_search"), "dns_search")) search.push(one);
        if (subnet.has("mtu")) entry.set(this.#mtuKey(subnet), subnet.get("mtu") ?? null);
        for (const route of items(subnet.get("routes") ?? [], "routes"))
          routes.push(this.#route(asDict(route, "a route"), metric));
        addresses.push(address);
      }
    }
    this.#addMtu(iface, entry);
    if (addresses.length > 0) entry.set("addresses", addresses);
    if (routes.length > 0) entry.set("routes", routes);
    if (servers.length > 0) entry.set("nameservers", dictOf({ addresses: servers }));
    if (search.length > 0) {
      const nameservers = entry.get("nameservers");
      entry.set("nameservers", new Map([...(isDict(nameservers) ? nameservers : []), ["search", search]]));
    }
    const acceptRa = iface.get("accept-ra");
    if (acceptRa !== undefined && this.#since("19.4")) entry.set("accept-ra", isTrue(pyStr(acceptRa)));
  }

  #addGateway(subnet: PyDict, address: string, entry: PyDict, routes: PyValue[], metric: PyValue): void {
    const gateway = subnet.get("gateway");
    if (!truthy(gateway)) return;
    if (!this.#since("23.1")) {
      entry.set(asText(gateway, "gateway").includes(":") ? "gateway6" : "gateway4", gateway);
      return;
    }
    const all = asText(gateway, "gateway").includes(":") ? "::/0" : "0.0.0.0/0";
    const route = dictOf({ via: gateway, to: this.#features.defaultByName ? "default" : all });
    if (contains(address, pyStr(gateway)) === false) route.set("on-link", true);
    if (metric !== null) route.set("metric", metric);
    routes.push(route);
  }

  #route(route: PyDict, subnetMetric: PyValue): PyDict {
    const entry = dictOf({
      via: route.get("gateway") ?? null,
      to: `${pyStr(route.get("network"))}/${pyStr(route.get("prefix"))}`,
    });
    const metric = route.get("metric") ?? subnetMetric;
    if (this.#since("25.2") ? metric !== null : route.has("metric")) entry.set("metric", metric);
    return entry;
  }

  #mtuKey(subnet: PyDict): string {
    if (!isIpv6Subnet(subnet, this.#since)) return "mtu";
    if (!this.#since("19.3")) return "mtu6";
    return this.#features.ipv6Mtu ? "ipv6-mtu" : "mtu";
  }

  /** The device's own MTU, unless a subnet says otherwise. */
  #addMtu(iface: PyDict, entry: PyDict): void {
    if (!iface.has("mtu")) return;
    const subnetMtu = entry.get("mtu");
    if (!truthy(subnetMtu) || subnetMtu === iface.get("mtu")) entry.set("mtu", iface.get("mtu") ?? null);
  }

  /** Name servers without an interface go to all interfaces with addresses and without name servers. */
  #addGlobalNameservers(): void {
    const { nameservers, search } = this.#state;
    if (nameservers.length === 0 && search.length === 0) return;
    for (const devices of this.#sections.values())
      for (const device of devices.values()) {
        const entry = asDict(device, "an interface");
        if (!entry.has("nameservers") && entry.has("addresses"))
          entry.set("nameservers", dictOf({ addresses: [...nameservers], search: [...search] }));
      }
  }
}

function addDhcp(entry: PyDict, type: string, metric: PyValue): void {
  entry.set(type, true);
  if (metric === null) return;
  const key = `${type}-overrides`;
  const overrides = entry.get(key);
  entry.set(key, new Map([...(isDict(overrides) ? overrides : []), ["route-metric", metric]]));
}

/** `eth0 100` of each line as `eth0: 100`. */
function portNumbers(value: PyValue): PyDict {
  const numbers: PyDict = new Map();
  for (const item of items(value, "a bridge parameter")) {
    const [port, number, more] = asText(item, "a bridge parameter")
      .split(/\s+/)
      .filter((word) => word !== "");
    if (port === undefined || number === undefined || more !== undefined)
      throw new Raises(`"${pyStr(item)}" must be a port and a number`);
    numbers.set(port, pyInt(number, "a bridge parameter"));
  }
  return numbers;
}
