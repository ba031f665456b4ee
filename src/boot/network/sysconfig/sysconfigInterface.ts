import type { Since } from "../../../distro/version.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import { dictOf, type PyDict, type PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { ipv4Netmask, parseIpv6 } from "../state/ipAddress.ts";
import { pyInt } from "../state/normalize.ts";
import { isIpv6Subnet } from "../state/subnets.ts";
import type { SysconfigForm } from "./sysconfigForm.ts";
import { SysconfigRoutes } from "./sysconfigRoutes.ts";
import { variablesText } from "./sysconfigValues.ts";

/** Types of subnets whose routes come from router advertisements, with the version that knows each. */
const DYNAMIC_IPV6 = ["dhcp6", "ipv6_slaac", "ipv6_dhcpv6-stateless", "ipv6_dhcpv6-stateful"];

/** The file of one interface, and its routes. */
export class SysconfigInterface {
  readonly path: string;
  readonly values: PyDict;
  readonly routes: SysconfigRoutes;
  readonly #form: SysconfigForm;
  readonly #since: Since;

  constructor(iface: PyDict, form: SysconfigForm, since: Since) {
    const name = iface.get("name") ?? null;
    this.path = form.interfacePath + pyStr(name);
    this.values = new Map([...(form.isSuse ? [] : dictOf({ DEVICE: name, TYPE: "Ethernet" })), ...form.defaults] as [
      string,
      PyValue,
    ][]);
    this.routes = new SysconfigRoutes(pyStr(name), form.routePaths, since);
    this.#form = form;
    this.#since = since;
    this.#addDevice(iface);
  }

  text(): string {
    return variablesText(this.values, this.#since);
  }

  /** Addresses, DHCP and routes of the interface. */
  addSubnets(given: PyValue | undefined, hasDefaultRoute: boolean): void {
    const subnets = items(given ?? [], "subnets").map((subnet) => asDict(subnet, "a subnet"));
    this.#set("BOOTPROTO", this.#form.isSuse ? (this.values.delete("BRIDGE") ? "dhcp" : "static") : "none");
    for (const subnet of subnets) this.#addType(subnet);
    this.#addAddresses(subnets, hasDefaultRoute);
    if (!this.#form.isSuse) for (const subnet of subnets) this.#addRoutes(subnet);
  }

  #set(key: string, value: PyValue): void {
    this.values.set(key, value);
  }

  #addDevice(iface: PyDict): void {
    const type = pyStr(iface.get("type"));
    const hasMac = type === "physical" || (type === "infiniband" && this.#since("19.3"));
    const mac = iface.get("mac_address") ?? null;
    const mtu = iface.get("mtu") ?? null;
    const acceptRa = iface.get("accept-ra") ?? null;
    if (mac !== null && hasMac) this.#set(this.#form.isSuse ? "LLADDR" : "HWADDR", mac);
    if (mtu !== null) this.#set("MTU", mtu);
    if (acceptRa !== null && !this.#form.isSuse) this.#set("IPV6_FORCE_ACCEPT_RA", acceptRa);
    if (truthy(iface.get("wakeonlan")) && type === "physical") this.#set("ETHTOOL_OPTS", "wol g");
  }

  /** The effect of a subnet's type on the whole interface. */
  #addType(subnet: PyDict): void {
    const type = pyStr(subnet.get("type"));
    const { isSuse } = this.#form;
    if (!this.#knows(type)) throw new Raises(`a subnet has an unknown type: ${type}`);
    if (type === "static" || type === "static6") this.#addStatic(subnet);
    else if (type === "manual") {
      if (!isSuse) this.#set("ONBOOT", this.values.has("MTU"));
    } else if (isSuse) this.#addSuseDhcp(type);
    else if (type === "dhcp" || type === "dhcp4") this.#set("BOOTPROTO", "dhcp");
    else this.#addIpv6(type);
    if (subnet.get("control") !== "manual") return;
    if (!isSuse) this.#set("ONBOOT", false);
    if (isSuse || this.values.has("STARTMODE")) this.#set("STARTMODE", "manual");
  }

  #knows(type: string): boolean {
    const since: Readonly<Record<string, string>> = {
      dhcp: "0",
      dhcp4: "0",
      dhcp6: "0",
      static: "0",
      static6: "20.1",
      manual: "0",
      "ipv6_dhcpv6-stateful": "19.3",
      "ipv6_dhcpv6-stateless": "19.3",
      ipv6_slaac: "19.4",
    };
    return Object.hasOwn(since, type) && this.#since(since[type] ?? "0");
  }

  #addSuseDhcp(type: string): void {
    const before = pyStr(this.values.get("BOOTPROTO"));
    // Since 23.4 it matters that an interface already has both kinds of DHCP, and `dhcp` means only IPv4.
    const after = this.#since("23.4");
    if (type === "dhcp" || type === "dhcp4") {
      const isBoth = before === "dhcp6" || (after ? before === "dhcp" : type === "dhcp");
      this.#set("BOOTPROTO", isBoth ? "dhcp" : "dhcp4");
      return;
    }
    this.#set("BOOTPROTO", before === "dhcp4" || (after && before === "dhcp") ? "dhcp" : "dhcp6");
    this.#set("DHCLIENT6_MODE", type === "dhcp6" || type === "ipv6_dhcpv6-stateful" ? "managed" : "info");
  }

  /** DHCPv6 and router advertisements. */
  #addIpv6(type: string): void {
    this.#set("IPV6INIT", true);
    const isStateless = type === "ipv6_dhcpv6-stateless";
    if (isStateless || type === "ipv6_slaac") this.#set("IPV6_AUTOCONF", true);
    if (type === "ipv6_slaac" || (isStateless && !this.#since("19.4"))) return;
    this.#set("DHCPV6C", true);
    if (isStateless) this.#set("DHCPV6C_OPTIONS", "-S");
    if (type !== "ipv6_dhcpv6-stateful" || !this.#since("21.1")) return;
    this.#set("IPV6_AUTOCONF", false);
    if (this.#since("23.4")) this.#set("IPV6_FAILURE_FATAL", true);
    else this.#set("BOOTPROTO", "dhcp");
  }

  #addStatic(subnet: PyDict): void {
    const { isSuse } = this.#form;
    const isIpv6 = isIpv6Subnet(subnet, this.#since);
    const mtu = subnet.get("mtu");
    if (!isIpv6) {
      if (mtu !== undefined) this.#set("MTU", mtu);
    } else if (!isSuse) {
      this.#set("IPV6INIT", true);
      if (mtu !== undefined) this.#set("IPV6_MTU", mtu);
      if (!this.#since("20.4")) return;
      this.#set("IPV6_FORCE_ACCEPT_RA", false);
      this.#set("IPV6_AUTOCONF", false);
    }
  }

  #addAddresses(subnets: readonly PyDict[], hasDefaultRoute: boolean): void {
    const { isSuse } = this.#form;
    let ipv4 = 0;
    let ipv6 = 0;
    for (const subnet of subnets) {
      const type = pyStr(subnet.get("type"));
      const isStatic = type === "static" || type === "static6";
      const metric = subnet.get("metric");
      if (metric !== undefined && !isSuse && (isStatic || this.#since("19.3"))) this.#setMetric(subnet, metric);
      if (type === "dhcp" || type === "dhcp4") {
        if (this.#since("19.1") && !isSuse && hasDefaultRoute && this.values.get("BOOTPROTO") !== "none")
          this.#set("DHCLIENT_SET_DEFAULT_ROUTE", false);
      } else if (isStatic) {
        if (!subnet.has("address")) throw new Raises("a subnet has no address");
        if (isIpv6Subnet(subnet, this.#since)) this.#addIpv6Address(subnet, ipv6++);
        else {
          const suffix = ipv4 === 0 ? "" : ipv4;
          this.#set(`IPADDR${suffix}`, subnet.get("address") ?? null);
          this.#set(`NETMASK${suffix}`, ipv4Netmask(pyInt(subnet.get("prefix"), "prefix")));
          ipv4++;
        }
        if (!isSuse) this.#addGatewayAndNameservers(subnet);
      }
    }
  }

  #setMetric(subnet: PyDict, metric: PyValue): void {
    if (!this.#form.hasRouteMetrics) this.#set("METRIC", metric);
    else this.#set(isIpv6Subnet(subnet, this.#since) ? "IPV6_ROUTE_METRIC" : "IPV4_ROUTE_METRIC", metric);
  }

  /** @param index how many IPv6 addresses the interface has already */
  #addIpv6Address(subnet: PyDict, index: number): void {
    const address = `${pyStr(subnet.get("address"))}/${pyStr(subnet.get("prefix"))}`;
    if (!this.#form.isSuse) {
      if (index === 0) this.#set("IPV6ADDR", address);
      else {
        const more = index === 1 ? "" : `${pyStr(this.values.get("IPV6ADDR_SECONDARIES"))} `;
        this.#set("IPV6ADDR_SECONDARIES", more + address);
      }
      if (!this.#since("19.1") || this.#since("20.1")) return;
    }
    // From 19.1 to 19.4 all distros had SUSE's variables too, with a gap after the second one.
    const suffix = index === 1 && !this.#form.isSuse ? 0 : index;
    this.#set(index === 0 ? "IPADDR6" : `IPADDR6_${suffix}`, address);
  }

  #addGatewayAndNameservers(subnet: PyDict): void {
    const gateway = subnet.get("gateway");
    if (gateway !== undefined) {
      this.#set("DEFROUTE", true);
      this.#set(isIpv6Address(gateway, this.#since) ? "IPV6_DEFAULTGW" : "GATEWAY", gateway);
    }
    const search = subnet.get("dns_search");
    if (search !== undefined) {
      const domains = items(search, "dns_search").map((domain) => asText(domain, "a search domain"));
      this.#set("DOMAIN", domains.join(" "));
    }
    const servers = items(subnet.get("dns_nameservers") ?? [], "dns_nameservers");
    for (const [index, server] of servers.slice(0, 3).entries()) this.#set(`DNS${index + 1}`, server);
  }

  #addRoutes(subnet: PyDict): void {
    const isDynamic = this.#since("19.4") && DYNAMIC_IPV6.includes(pyStr(subnet.get("type")));
    for (const item of items(subnet.get("routes") ?? [], "routes")) {
      const route = asDict(item, "a route");
      const gateway = route.get("gateway");
      const saysIpv6 = truthy(subnet.get("ipv6"));
      if (!saysIpv6 && gateway === undefined) throw new Raises("a route has no gateway");
      const isIpv6 = saysIpv6 || isIpv6Address(gateway ?? null, this.#since);
      if (isDefaultRoute(route) && !isDynamic) this.#addDefaultRoute(subnet, route, isIpv6);
      else this.routes.add(route);
    }
  }

  /** The interface's own file contains its default route. */
  #addDefaultRoute(subnet: PyDict, route: PyDict, isIpv6: boolean): void {
    const { routes } = this;
    if ((truthy(subnet.get("ipv4")) && routes.hasDefaultIpv4) || (truthy(subnet.get("ipv6")) && routes.hasDefaultIpv6))
      throw new Raises("an interface has two default routes");
    this.#set("DEFROUTE", true);
    if (this.values.get("BOOTPROTO") === "dhcp" && this.#since("19.1")) this.#set("DHCLIENT_SET_DEFAULT_ROUTE", true);
    const gateway = route.get("gateway");
    if (gateway !== undefined) {
      this.#set(isIpv6 ? "IPV6_DEFAULTGW" : "GATEWAY", gateway);
      if (isIpv6) routes.hasDefaultIpv6 = true;
      else routes.hasDefaultIpv4 = true;
    }
    const metric = route.get("metric");
    if (metric !== undefined) this.#setMetric(subnet, metric);
  }
}

export function isDefaultRoute(route: PyDict): boolean {
  const network = route.get("network");
  return route.get("prefix") === 0 && (network === "::" || network === "0.0.0.0");
}

/** Until 22.1 an address with a colon is one of IPv6, since then a number too. */
function isIpv6Address(address: PyValue, since: Since): boolean {
  if (!since("22.2")) return truthy(address) && pyStr(address).includes(":");
  const isNumber = typeof address === "number" || typeof address === "bigint" || typeof address === "boolean";
  return isNumber ? Number(address) >= 0 : parseIpv6(pyStr(address)) !== undefined;
}
