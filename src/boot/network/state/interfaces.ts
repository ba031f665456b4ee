import { isTrue } from "../../../config/options.ts";
import type { Has } from "../../../distro/library/change.ts";
import type { Since } from "../../../distro/version.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import { dictOf, type PyDict, type PyKey, type PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { KEEPS_IDS, NAMES_SERVERS_ALIKE } from "./changes.ts";
import { parseIpv6 } from "./ipAddress.ts";
import { asKey, isUnknown } from "./names.ts";
import { normalizeRoute, normalizeSubnets } from "./normalize.ts";

/**
 * Collects interfaces as cloud-init's NetworkStateInterpreter does, one command of a version 1 configuration at a time.
 */
export class InterfaceTable {
  readonly interfaces = new Map<PyKey, PyDict>();
  readonly routes: PyDict[] = [];
  readonly nameservers: PyValue[] = [];
  readonly search: PyValue[] = [];
  /** Whether any subnet is of IPv6. */
  usesIpv6 = false;
  readonly #ownNameservers = new Map<PyKey, Dns>();
  readonly #since: Since;
  readonly #keepsIds: boolean;
  readonly #namesAlike: boolean;

  constructor(since: Since, has: Has) {
    this.#since = since;
    this.#keepsIds = has(KEEPS_IDS);
    this.#namesAlike = has(NAMES_SERVERS_ALIKE);
  }

  /** Handles a command; false if its type is unknown. */
  handle(type: string, command: PyDict): boolean {
    const handlers: Record<string, (command: PyDict) => unknown> = {
      loopback: (given) => this.physical(given),
      physical: (given) => this.physical(given),
      infiniband: (given) => this.physical(given),
      vlan: (given) => this.vlan(given),
      bond: (given) => this.bond(given),
      bridge: (given) => this.bridge(given),
      nameserver: (given) => this.nameserver(given),
      route: (given) => this.#route(given),
    };
    const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
    if (handler === undefined) return false;
    handler(command);
    return true;
  }

  physical(command: PyDict): void {
    if (lacks(command, "name")) return;
    const name = asKey(command.get("name"));
    // A name that depends on the machine is usually the ID.
    const known = isUnknown(name) && command.has("config_id") ? asKey(command.get("config_id")) : name;
    const iface: PyDict = this.interfaces.get(known) ?? new Map();
    if (command.has("params"))
      for (const [key, value] of asDict(command.get("params"), "params")) iface.set(key, value);
    const subnets = normalizeSubnets(command.get("subnets"), this.#since);
    this.#checkTypes(subnets);
    const mac = command.get("mac_address") ?? null;
    const attributes: [string, PyValue][] = [
      ...(this.#keepsIds ? ([["config_id", command.get("config_id") ?? null]] as [string, PyValue][]) : []),
      ["name", name],
      ["type", command.get("type") ?? null],
      [
        "mac_address",
        truthy(mac) && !isUnknown(mac) && this.#since("25.3") ? asText(mac, "mac_address").toLowerCase() : mac,
      ],
      ["inet", "inet"],
      ["mode", "manual"],
      ["mtu", command.get("mtu") ?? null],
      ["address", null],
      ["gateway", null],
      ["subnets", subnets],
      ["accept-ra", this.#flag(command, "accept-ra", "19.4")],
      ["wakeonlan", this.#flag(command, "wakeonlan", "20.4")],
      ...(this.#since("24.4") ? ([["optional", this.#flag(command, "optional", "24.4")]] as [string, PyValue][]) : []),
      ...(this.#since("25.2")
        ? ([["keep_configuration", command.get("keep_configuration") ?? null]] as [string, PyValue][])
        : []),
    ];
    for (const [key, value] of attributes) iface.set(key, value);
    const id = this.#keepsIds && command.has("config_id") ? command.get("config_id") : known;
    this.interfaces.set(asKey(id), iface);
  }

  vlan(command: PyDict): void {
    if (lacks(command, "name", "vlan_id", "vlan_link")) return;
    this.physical(command);
    const name = asKey(command.get("name"));
    const iface = this.interfaces.get(name) ?? new Map();
    iface.set("vlan-raw-device", command.get("vlan_link") ?? null);
    iface.set("vlan_id", command.get("vlan_id") ?? null);
  }

  bond(command: PyDict): void {
    if (lacks(command, "name", "bond_interfaces", "params")) return;
    this.physical(command);
    const name = asKey(command.get("name"));
    const params = asDict(command.get("params"), "the params of a bond");
    const bond = this.interfaces.get(name) ?? new Map();
    for (const [key, value] of params) bond.set(key, value);
    bond.set("bond-slaves", "none");
    for (const member of items(command.get("bond_interfaces"), "bond_interfaces")) {
      const key = asKey(member);
      if (!this.interfaces.has(key)) this.physical(dictOf({ name: key, type: "bond" }));
      const iface = this.interfaces.get(key) ?? new Map();
      iface.set("bond-master", name);
      for (const [param, value] of params) iface.set(param, value);
    }
  }

  bridge(command: PyDict): void {
    if (lacks(command, "name", "bridge_interfaces")) return;
    const ports = command.get("bridge_interfaces") ?? null;
    for (const port of items(ports, "bridge_interfaces"))
      if (!this.interfaces.has(asKey(port))) this.physical(dictOf({ name: port }));
    this.physical(command);
    const iface = this.interfaces.get(asKey(command.get("name"))) ?? new Map();
    iface.set("bridge_ports", ports);
    if (command.has("params"))
      for (const [key, value] of asDict(command.get("params"), "params")) iface.set(key, value);
    const stp = iface.get("bridge_stp");
    if (stp === undefined || stp === null || typeof stp === "boolean") return;
    if (["on", "1", 1].includes(stp as string | number)) iface.set("bridge_stp", true);
    else if (["off", "0", 0].includes(stp as string | number)) iface.set("bridge_stp", false);
    else throw new Raises(`bridge_stp must be on or off, not ${pyStr(stp)}`);
  }

  /** False for a command that lacks an address, which is skipped. */
  nameserver(command: PyDict): boolean {
    if (lacks(command, "address")) return false;
    const dns = readDns(command);
    if (this.#since("21.3") && command.has("interface")) this.#ownNameservers.set(asKey(command.get("interface")), dns);
    else {
      for (const one of dns.nameservers) this.nameservers.push(one);
      for (const one of dns.search) this.search.push(one);
    }
    return true;
  }

  /** The name servers of one interface of a version 2 configuration (since 21.3). */
  interfaceNameserver(command: PyDict, id: PyKey): boolean {
    if (lacks(command, "address")) return false;
    const iface = this.interfaces.get(id);
    if (iface === undefined) throw new Raises(`name servers for the interface ${pyStr(id)}, which is not defined`);
    const { nameservers, search } = readDns(command);
    iface.set("dns", dictOf({ nameservers, search }));
    return true;
  }

  /** Adds name servers to the interfaces that they refer to, once all are known (since 21.3). */
  assignNameservers(): void {
    for (const [name, { nameservers, search }] of this.#ownNameservers) {
      const iface = this.interfaces.get(name);
      if (iface === undefined) throw new Raises(`name servers for the interface ${pyStr(name)}, which is not defined`);
      iface.set("dns", dictOf({ [this.#namesAlike ? "nameservers" : "addresses"]: nameservers, search }));
    }
  }

  #route(command: PyDict): void {
    if (lacks(command, "destination")) return;
    this.routes.push(normalizeRoute(command, this.#since));
  }

  /** To find the first IPv6 subnet, cloud-init needs the type of every subnet before it. */
  #checkTypes(subnets: readonly PyDict[]): void {
    for (const subnet of subnets) {
      if (this.usesIpv6) return;
      const type = asText(subnet.get("type"), "the type of a subnet");
      const address = pyStr(subnet.get("address"));
      const isIpv6 = this.#since("22.2") ? parseIpv6(address) !== undefined : address.includes(":");
      if (type.endsWith("6") || isIpv6) this.usesIpv6 = true;
    }
  }

  #flag(command: PyDict, key: string, since: string): boolean | null {
    const value = command.get(key) ?? null;
    return value === null || !this.#since(since) ? null : isTrue(pyStr(value));
  }
}

interface Dns {
  readonly nameservers: PyValue[];
  readonly search: PyValue[];
}

function readDns(command: PyDict): Dns {
  const listOf = (key: string): PyValue[] => {
    const value = command.get(key);
    if (value === undefined) return [];
    return Array.isArray(value) ? [...value] : [value];
  };
  return { nameservers: listOf("address"), search: listOf("search") };
}

/** Whether a command lacks one of these keys: cloud-init skips it with a warning. */
function lacks(command: PyDict, ...keys: string[]): boolean {
  return keys.some((key) => !command.has(key));
}
