import { defineChange, type Has, upstreamHas } from "../../../distro/library/change.ts";
import type { Since } from "../../../distro/version.ts";
import { unknown } from "../../../image/unknown.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import { dictOf, type PyDict, type PyKey, type PyValue, sizeOf } from "../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../python/errors.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { asKey } from "../state/names.ts";

const LINK_KEYS = new Set("name type mac_address subnets params mtu".split(" "));
const SUBNET_KEYS = new Set(
  "type address netmask broadcast metric gateway pointopoint scope dns_nameservers dns_search".split(" "),
);
const ROUTE_KEYS = new Set("network destination netmask gateway metric".split(" "));
/** The types of links that 18.5 treats as network cards; later versions treat all but bonds and VLANs so. */
const CARD_TYPES = new Set<PyValue>([
  null,
  ..."bgpovs bridge dvs ethernet hw_veb hyperv ovs phy tap vhostuser vif".split(" "),
]);

/** No real machine's network has more values. */
const MAX_VALUES = 20_000;

/**
 * OpenStack's network_data.json as a version 1 configuration (helpers.openstack.convert_net_json, 18.5 to 26.2). A link
 * is identified only by its MAC address: it gets the name of the machine's interface with this address, which is
 * unknown.
 * @throws Raises if the real function raises
 * @throws CannotTell if it is too large
 */
export function fromNetworkData(given: PyValue, since: Since, has: Has = upstreamHas(since)): PyDict {
  if (sizeOf(given, MAX_VALUES) >= MAX_VALUES)
    throw new CannotTell("the network configuration, because network_data.json is too large");
  return new NetworkData(asDict(given, "network_data.json"), since, has).convert();
}

const FILE = "sources/helpers/openstack.py";
const CONVERSION = /def convert_net_json\(/;

/** A bond's MAC address is the interface's, not among the bond's parameters: since 24.2, and in Debian's 22.4.2. */
const BONDS_HAVE_MACS = defineChange({
  name: "a bond's MAC address is the interface's",
  file: FILE,
  since: "24.2",
  made: /cfg\.update\(\{"mac_address": link_mac_addr\}\)/,
  beside: CONVERSION,
});
/** A bond keeps the name that the cloud gives it: since 26.1, but not on Ubuntu 22.04, 24.04 and 25.10. */
const BONDS_HAVE_NAMES = defineChange({
  name: "bonds keep the names that the cloud gives them",
  file: FILE,
  since: "26.1",
  made: /if cfg\.get\("name"\) is None:\s+link_name = /,
  beside: CONVERSION,
});
/** A link without a name is named by its ID, and its MAC address is dropped: only on Azure Linux and Mariner. */
const NAMES_BY_ID = defineChange({
  name: "links in network_data.json are named by their IDs, without MAC addresses",
  file: FILE,
  since: undefined,
  made: /cfg\["name"\] = link\["id"\]/,
  beside: CONVERSION,
});

interface Link {
  name: PyValue;
  readonly mac: PyValue;
}

class NetworkData {
  readonly #data: PyDict;
  readonly #since: Since;
  readonly #links = new Map<PyKey, Link>();
  /** Values to fill in once the names of all links are known. */
  readonly #updates: (() => void)[] = [];
  readonly #has: Has;
  #bonds = 0;
  #subnets = 0;

  constructor(data: PyDict, since: Since, has: Has) {
    this.#data = data;
    this.#since = since;
    this.#has = has;
  }

  convert(): PyDict {
    const [links, networks, services] = ["links", "networks", "services"].map((key) => listOf(this.#data, key));
    const config = items(links, "links").map((link) => this.#command(asDict(link, "a link"), networks));
    const nameless = config.filter((command) => command.get("type") === "physical" && !command.has("name"));
    if (nameless.length > 0 || this.#updates.length > 0)
      for (const link of this.#links.values()) if (!truthy(link.name) && truthy(link.mac)) link.name = nameOf(link.mac);
    for (const command of nameless) {
      const mac = command.get("mac_address");
      if (!truthy(mac)) throw new Raises("a link in network_data.json has neither a MAC address nor a name");
      command.set("name", nameOf(mac));
    }
    for (const update of this.#updates) update();
    for (const service of items(services, "services"))
      config.push(new Map([...asDict(service, "a service"), ["type", "nameserver"]]));
    return dictOf({ version: 1, config });
  }

  #command(link: PyDict, networks: PyValue | undefined): PyDict {
    const command = only(link, LINK_KEYS);
    const given = link.get("ethernet_mac_address");
    const id = asKey(asId(need(link, "id")));
    const isNamedById = !command.has("name") && this.#has(NAMES_BY_ID);
    if (isNamedById) command.set("name", need(link, "id"));
    const mac = truthy(given) && !isNamedById ? asText(given, "ethernet_mac_address").toLowerCase() : null;
    const type = need(link, "type");
    const info: Link = { name: command.get("name") ?? null, mac };
    const subnets = items(networks, "networks").flatMap((item) => {
      const network = asDict(item, "a network");
      return asId(need(network, "link")) === id ? [this.#subnet(network, command)] : [];
    });
    command.set("subnets", subnets);
    if (type === "bond") this.#bond(link, command, mac, info);
    else if (type === "vlan") this.#links.set(id, this.#vlan(link, command));
    else if (CARD_TYPES.has(type) || this.#since("19.1")) command.set("type", "physical").set("mac_address", mac);
    else throw new Raises(`a link in network_data.json has an unknown type: ${pyStr(type)}`);
    if (type !== "vlan") this.#links.set(id, info);
    return command;
  }

  #subnet(network: PyDict, command: PyDict): PyDict {
    if (++this.#subnets > MAX_VALUES)
      throw new CannotTell("the network configuration, because network_data.json is too large");
    const subnet = only(network, SUBNET_KEYS);
    if (this.#since("24.3")) {
      const routes = items(listOf(network, "routes"), "routes").map((route) =>
        only(asDict(route, "a route"), ROUTE_KEYS),
      );
      if (routes.length > 0) subnet.set("routes", routes);
    } else if (network.has("routes")) subnet.set("routes", network.get("routes") ?? null);
    const type = need(network, "type");
    const kind = this.#kind(type);
    if (kind !== undefined) subnet.set("type", kind);
    if (kind === "static" || kind === "static6") subnet.set("address", network.get("ip_address") ?? null);
    if (kind === "static6") command.set("accept-ra", false);
    const servers = this.#nameservers(network);
    if (servers.length > 0) subnet.set("dns_nameservers", servers);
    if (this.#since("19.4") && (type === "ipv6_dhcpv6-stateful" || type === "ipv6_dhcp"))
      command.set("accept-ra", true);
    if (type === "ipv4" || type === "ipv6") subnet.set(type, true);
    return subnet;
  }

  /** The type of a subnet in version 1; undefined if it does not change. */
  #kind(type: PyValue): string | undefined {
    if (!this.#since("19.4")) {
      const isDynamic =
        typeof type === "string" ? type.includes("dhcp") : items(type, "a network's type").includes("dhcp");
      if (!isDynamic) return "static";
      const text = asText(type, "a network's type");
      if (!text.startsWith("ipv6")) return "dhcp4";
      return this.#since("19.3") ? text : "dhcp6";
    }
    const kinds: Readonly<Record<string, string>> = {
      ipv4_dhcp: "dhcp4",
      ipv6_dhcp: "dhcp6",
      ipv6_slaac: "ipv6_slaac",
      "ipv6_dhcpv6-stateless": "ipv6_dhcpv6-stateless",
      "ipv6_dhcpv6-stateful": "ipv6_dhcpv6-stateful",
      ipv4: "static",
      ipv6: this.#since("20.4") ? "static6" : "static",
      ...(this.#since("20.4") ? { static: "static", static6: "static6" } : {}),
    };
    return typeof type === "string" && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  }

  /** Name servers of the network, since 24.3 those of its routes before them and each once. */
  #nameservers(network: PyDict): PyValue[] {
    if (!this.#since("23.2")) return [];
    const addresses = (from: PyDict): PyValue[] =>
      items(listOf(from, "services"), "services").flatMap((item) => {
        const service = asDict(item, "a service");
        return service.get("type") === "dns" ? [need(service, "address")] : [];
      });
    if (!this.#since("24.3")) return addresses(network);
    const servers = items(listOf(network, "routes"), "routes").flatMap((route) => addresses(asDict(route, "a route")));
    for (const address of addresses(network)) if (!servers.includes(address)) servers.push(address);
    return servers;
  }

  #bond(link: PyDict, command: PyDict, mac: string | null, info: Link): void {
    const params: PyDict = new Map();
    if (mac !== null) (this.#has(BONDS_HAVE_MACS) ? command : params).set("mac_address", mac);
    for (const [key, value] of link) {
      const name = pyStr(key);
      if (name === "bond_links" || !name.startsWith("bond")) continue;
      const at = name.indexOf("bond_");
      params.set(this.#since("24.2") ? `bond-${at === -1 ? name : name.slice(at + 5)}` : name, value);
    }
    const members = need(link, "bond_links");
    if (!this.#has(BONDS_HAVE_NAMES) || (command.get("name") ?? null) === null) {
      info.name = `bond${this.#bonds}`;
      command.set("name", info.name);
    }
    this.#bonds++;
    command.set("params", params);
    this.#updates.push(() => command.set("bond_interfaces", this.#named(members)));
  }

  #vlan(link: PyDict, command: PyDict): Link {
    const [lower, number, mac] = [need(link, "vlan_link"), need(link, "vlan_id"), need(link, "vlan_mac_address")];
    const suffix = `.${pyStr(number)}`;
    if (suffix.includes("%")) throw new Raises("vlan_id in network_data.json is not a number");
    command.set("vlan_id", number);
    // Some versions give a VLAN the MAC address of its link.
    if (!this.#since("24.2") || this.#since("25.1.1")) command.set("mac_address", mac);
    this.#updates.push(() => command.set("vlan_link", this.#named(lower)).set("name", this.#named(lower, suffix)));
    return { name: pyStr(lower) + suffix, mac };
  }

  /** The names of links that are referred to by their IDs. */
  #named(ids: PyValue, suffix = ""): PyValue {
    const named = (given: PyValue): string => {
      const link = this.#links.get(asKey(asId(given)));
      if (link === undefined) throw new Raises(`network_data.json has no link ${pyStr(given)}`);
      return pyStr(link.name) + suffix;
    };
    return Array.isArray(ids) ? ids.map(named) : named(ids);
  }
}

function nameOf(mac: PyValue): string {
  // Short enough for YAML not to fold it.
  return unknown(`the interface with ${pyStr(mac)}`);
}

function only(from: PyDict, keys: ReadonlySet<PyKey>): PyDict {
  return new Map([...from].filter(([key]) => keys.has(key)));
}

function listOf(from: PyDict, key: string): PyValue {
  return from.has(key) ? (from.get(key) ?? null) : [];
}

function need(from: PyDict, key: string): PyValue {
  if (!from.has(key)) throw new Raises(`${key} is missing from an entry in network_data.json`);
  return from.get(key) ?? null;
}

/** An id as it compares: True is 1. */
function asId(id: PyValue): PyValue {
  return typeof id === "boolean" ? Number(id) : id;
}
