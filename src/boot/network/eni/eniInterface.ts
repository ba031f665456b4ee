import type { Since } from "../../../distro/version.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import type { PyDict, PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { compareText } from "../../../python/order.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { parseIpv4, parseIpv6, parseNetwork } from "../state/ipAddress.ts";
import { isIpv6Subnet } from "../state/subnets.ts";
import { renderEniRoute } from "./eniRoute.ts";

/** Keys of a subnet that ifupdown knows under the same name, `_` written as `-`. */
const SUBNET_KEYS = [
  "address",
  "broadcast",
  "metric",
  "gateway",
  "pointopoint",
  "mtu",
  "scope",
  "dns_search",
  "dns_nameservers",
];
/** Keys of an interface that are not options of ifupdown. */
const NO_OPTIONS = ["control", "device_id", "driver", "index", "inet", "mode", "name", "subnets", "type"];
/** Options that occur once for each of their values. */
const REPEATED = ["bridge_pathcost", "bridge_portprio", "bridge_waitport"];
const WITH_HARDWARE_ADDRESS = ["bond", "bridge", "infiniband", "vlan"];

/** One interface of an interfaces file (eni.Renderer._render_iface, 19.4 to 26.2): a stanza for each of its subnets. */
export class EniInterface {
  /** The interface's attributes, and those that its subnets add: they stay for the subnets that follow. */
  readonly #iface: PyDict;
  readonly #usesIp: boolean;
  readonly #since: Since;
  readonly #acceptRa: PyValue;
  readonly #sections: string[][] = [];
  /** The first name servers and search domains of a subnet, which the others also get (since 25.2). */
  #dns: PyDict | undefined;

  constructor(iface: PyDict, usesIp: boolean, since: Since) {
    this.#iface = new Map(iface);
    this.#usesIp = usesIp;
    this.#since = since;
    this.#acceptRa = iface.get("accept-ra") ?? null;
    if (since("24.4")) this.#iface.delete("config_id");
    this.#iface.delete("accept-ra");
    this.#iface.delete("wakeonlan");
    if (truthy(iface.get("wakeonlan"))) this.#iface.set("ethernet-wol", "g");
  }

  render(): string[][] {
    const subnets = this.#iface.get("subnets");
    if (!truthy(subnets)) return [this.#withoutSubnets()];
    const waiting: PyDict[] = [];
    for (const [index, subnet] of items(subnets, "subnets").entries())
      this.#addSubnet(asDict(subnet, "a subnet"), index, waiting);
    if (waiting.length > 0) this.#addIpv6Routes(waiting);
    return this.#sections;
  }

  #withoutSubnets(): string[] {
    const { name, inet, mode } = this.#head();
    const lines = this.#iface.has("bond-master") || this.#iface.has("bond-slaves") ? [`auto ${name}`] : [];
    return [...lines, `iface ${name} ${inet} ${mode}`, ...this.#attributes(undefined)];
  }

  /** @param waiting IPv6 routes that wait for a subnet of their family (since 25.2) */
  #addSubnet(given: PyDict, index: number, waiting: PyDict[]): void {
    const isIpv6 = isIpv6Subnet(given, this.#since);
    this.#iface.set("index", index);
    this.#iface.set("control", given.get("control") ?? "auto");
    this.#iface.set("inet", isIpv6 ? "inet6" : "inet");
    this.#setMode(asText(given.get("type"), "the type of a subnet"), isIpv6);
    const auto = `auto ${pyStr(this.#iface.get("name"))}`;
    if (this.#sections.some((lines) => lines.includes(auto))) this.#iface.set("control", "alias");
    const subnet = this.#since("25.2") ? this.#withDns(given) : given;
    const lines = [
      ...this.#start(),
      ...this.#subnetOptions(subnet, isIpv6),
      ...(index === 0 ? this.#attributes(isIpv6 ? undefined : given.get("mtu")) : []),
    ];
    const routes = items(subnet.get("routes") ?? [], "routes").map((route) => asDict(route, "a route"));
    for (const route of routes) {
      if (this.#since("25.2") && !isIpv6 && parseNetwork(pyStr(route.get("network") ?? ""))?.version === 6)
        waiting.push(route);
      else for (const one of this.#route(route)) lines.push(one);
    }
    if (isIpv6) for (const route of waiting.splice(0)) for (const one of this.#route(route)) lines.push(one);
    this.#sections.push(lines);
  }

  #setMode(type: string, isIpv6: boolean): void {
    let mode = type;
    let setsAcceptRa = false;
    if (["dhcp4", "dhcp6", "ipv6_dhcpv6-stateful"].includes(type)) {
      mode = "dhcp";
      setsAcceptRa = true;
    } else if (type === "ipv6_dhcpv6-stateless" || type === "ipv6_slaac") {
      mode = "auto";
      this.#iface.set("dhcp", type === "ipv6_slaac" ? "0" : "1");
    } else if (isIpv6) {
      if (this.#since("20.1")) mode = "static";
      setsAcceptRa = this.#since("20.1") || type === "static";
    }
    this.#iface.set("mode", mode);
    if (setsAcceptRa && this.#acceptRa !== null) this.#iface.set("accept_ra", truthy(this.#acceptRa) ? "1" : "0");
  }

  #withDns(subnet: PyDict): PyDict {
    const own = subnet.has("dns_search") || subnet.has("dns_nameservers");
    if (own) {
      this.#dns ??= new Map(["dns_search", "dns_nameservers"].map((key) => [key, subnet.get(key) ?? null]));
      return subnet;
    }
    return this.#dns === undefined ? subnet : new Map([...subnet, ...this.#dns]);
  }

  /** A stanza for IPv6 routes of an interface that has no IPv6 subnet (since 25.2). */
  #addIpv6Routes(routes: readonly PyDict[]): void {
    const { name } = this.#head();
    const lines = [verb(this.#iface.get("control"), name), `iface ${name} inet6 static`];
    if (this.#dns !== undefined) for (const one of this.#subnetOptions(this.#dns, true)) lines.push(one);
    for (const route of routes) for (const one of this.#route(route)) lines.push(one);
    this.#sections.push(lines);
  }

  #route(route: PyDict): string[] {
    return renderEniRoute(route, "    ", this.#usesIp, this.#since);
  }

  #head(): { name: string; inet: string; mode: string } {
    const text = (key: string): string => pyStr(this.#iface.get(key));
    return { name: text("name"), inet: text("inet"), mode: text("mode") };
  }

  #start(): string[] {
    const { name, inet, mode } = this.#head();
    return [verb(this.#iface.get("control"), name), `iface ${name} ${inet} ${mode}`];
  }

  #subnetOptions(subnet: PyDict, isIpv6: boolean): string[] {
    const lines: string[] = [];
    for (const [key, given] of subnet) {
      if (typeof key !== "string" || !SUBNET_KEYS.includes(key)) continue;
      let value = given;
      if (key === "address") {
        if (!subnet.has("prefix")) throw new Raises("a subnet that is not static has an address");
        value = `${pyStr(given)}/${pyStr(subnet.get("prefix"))}`;
      }
      if (!truthy(value)) continue;
      if (key.startsWith("dns_") && this.#since("25.2")) {
        const kept = this.#dnsOption(key, value, subnet, isIpv6);
        if (kept === undefined) continue;
        value = kept;
      }
      lines.push(`    ${key.replaceAll("_", "-")} ${Array.isArray(value) ? joined(value) : pyStr(value)}`);
    }
    return lines.sort(compareText);
  }

  /** Since 25.2 only name servers of the subnet's family; since 26.1 no search domains without any. */
  #dnsOption(key: string, value: PyValue, subnet: PyDict, isIpv6: boolean): PyValue | undefined {
    const ofFamily = (item: PyValue): boolean => isOfFamily(item, isIpv6);
    if (key === "dns_nameservers") {
      if (!Array.isArray(value)) return ofFamily(value) ? value : undefined;
      const kept = value.filter(ofFamily);
      return kept.length === 0 && this.#since("26.1") ? undefined : kept;
    }
    const servers = subnet.get("dns_nameservers");
    if (!this.#since("26.1")) return value;
    if (Array.isArray(servers)) return servers.some(ofFamily) ? value : undefined;
    return typeof servers === "string" && !ofFamily(servers) ? undefined : value;
  }

  /** Options of the interface itself, which occur only in its first stanza. */
  #attributes(ipv4Mtu: PyValue | undefined): string[] {
    const type = pyStr(this.#iface.get("type"));
    const lines: string[] = [];
    for (const [key, given] of this.#iface) {
      const name = pyStr(key);
      const value = typeof given === "boolean" ? (given ? "on" : "off") : given;
      if (!truthy(value) || NO_OPTIONS.includes(name) || (name === "dns" && this.#since("25.2"))) continue;
      if (name === "mac_address" && !WITH_HARDWARE_ADDRESS.includes(type)) continue;
      if (name === "mtu" && truthy(ipv4Mtu)) continue;
      const renamed = name === "mac_address" ? "hwaddress" : name;
      const option = this.#since("25.2") ? renamed.replaceAll("_", "-") : renamed;
      const values = REPEATED.includes(name) ? items(value, name) : [Array.isArray(value) ? joined(value) : value];
      for (const item of values) lines.push(`    ${option} ${pyStr(item)}`);
    }
    return lines.sort(compareText);
  }
}

function verb(control: PyValue | undefined, name: string): string {
  if (control === "auto") return `auto ${name}`;
  return control === "hotplug" ? `allow-hotplug ${name}` : `# control-${pyStr(control)} ${name}`;
}

function joined(values: readonly PyValue[]): string {
  return values.map((value) => asText(value, "an item of a list")).join(" ");
}

/** Python's ipaddress accepts integers as addresses of either family. */
function isOfFamily(value: PyValue, isIpv6: boolean): boolean {
  if (typeof value === "number" || typeof value === "boolean") return Number(value) >= 0;
  const text = pyStr(value);
  return (isIpv6 ? parseIpv6(text) : parseIpv4(text)) !== undefined || parseNetwork(text)?.version === (isIpv6 ? 6 : 4);
}
