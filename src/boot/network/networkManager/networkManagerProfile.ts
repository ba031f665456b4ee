import { createHash } from "node:crypto";
import type { Has } from "../../../distro/library/change.ts";
import type { Since } from "../../../distro/version.ts";
import { unknown } from "../../../image/unknown.ts";
import { text as asText } from "../../../python/checked.ts";
import type { PyDict, PyKey, PyValue } from "../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../python/errors.ts";
import { pyStr } from "../../../python/value.ts";
import { parseIpv6 } from "../state/ipAddress.ts";
import { isUnknown } from "../state/names.ts";
import { HAS_PRIORITY, METHODS, SORTS_BY_GATEWAY, SORTS_DNS, SORTS_ROUTES } from "./changes.ts";

type Family = "ipv4" | "ipv6";

/** No real machine has more name servers and search domains, and they take long to write. */
const MAX_APPENDED = 2000;

/** The name space of the UUIDs that cloud-init gives its profiles. */
const NAME_SPACE = "a3924cb809e043e9890b77972a800108";

/** A version 5 UUID (RFC 9562), derived from a name. */
function uuidOf(name: string): string {
  const digest = createHash("sha1").update(Buffer.from(NAME_SPACE, "hex")).update(name, "utf8").digest();
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  return digest.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** A NetworkManager keyfile that is being built: sections of keys, as Python's ConfigParser keeps and writes them. */
export class NetworkManagerProfile {
  readonly uuid: string;
  readonly #sections = new Map<string, Map<string, string>>();
  readonly #numbers = new Map<string, number>();
  readonly #since: Since;
  readonly #sortsDns: boolean;
  readonly #sortsRoutes: boolean;
  readonly #sortsByGateway: boolean;
  readonly #methods: ReadonlyMap<string, string>;
  #appended = 0;

  constructor(name: PyKey, since: Since, has: Has) {
    this.#since = since;
    this.#sortsDns = has(SORTS_DNS);
    this.#sortsRoutes = has(SORTS_ROUTES);
    this.#sortsByGateway = has(SORTS_BY_GATEWAY);
    this.#methods = has(METHODS);
    const text = asText(name, "the name of an interface");
    this.uuid = isUnknown(text) ? unknown("the UUID derived from the name of the interface") : uuidOf(text);
    this.set("connection", "id", `cloud-init ${text}`);
    this.set("connection", "uuid", this.uuid);
    if (has(HAS_PRIORITY)) this.set("connection", "autoconnect-priority", "120");
    this.set("user", "org.freedesktop.NetworkManager.origin", "cloud-init");
  }

  /** Sets a key; without one, only creates the section. @throws Raises for what ConfigParser rejects */
  set(section: string, key?: string, value?: PyValue): void {
    const keys = this.#sections.get(section) ?? new Map<string, string>();
    this.#sections.set(section, keys);
    if (key === undefined) return;
    const text = asText(value, `the value of ${key}`);
    if (hasLonePercent(text)) throw new Raises(`the value of ${key} contains %, which must be written %%: ${text}`);
    keys.set(key, text);
  }

  setDefault(section: string, key: string, value: string): void {
    if (!this.has(section, key)) this.set(section, key, value);
  }

  has(section: string, key?: string): boolean {
    const keys = this.#sections.get(section);
    return keys !== undefined && (key === undefined || keys.has(key));
  }

  #get(section: string, key: string): string | undefined {
    const value = this.#sections.get(section)?.get(key);
    if (value?.includes("%"))
      throw new CannotTell(`the network configuration, because the percent sign in ${key} is not simulated`);
    return value;
  }

  /** Sets the method for a type of subnet; it does not weaken an earlier subnet's. */
  setMethod(family: Family, type: PyValue): void {
    const since = this.#since;
    this.setDefault(family, "method", "disabled");
    const known = type === null ? "disabled" : this.#methods.get(pyStr(type));
    if (known === undefined) this.set(family, "may-fail", "true");
    const method = known ?? "auto";
    const earlier = this.#get(family, "method");
    if (earlier === "dhcp" || (earlier === "auto" && method === "manual")) return;
    if (since("23.4") && ROUTER_TYPES.includes(pyStr(type))) this.setDefault("ipv4", "method", "disabled");
    this.set(family, "method", method);
    this.setDefault(family, "may-fail", "false");
    if (family === "ipv6" && !since("22.3.1")) this.setDefault(family, "addr-gen-mode", "stable-privacy");
  }

  addAddress(family: Family, subnet: PyDict): void {
    const prefix = subnet.get("prefix");
    if (prefix === undefined) throw new Raises("an address has no prefix, because its subnet is not static");
    this.set(
      family,
      this.#nextKey(family, "address"),
      `${asText(subnet.get("address"), "an address")}/${pyStr(prefix)}`,
    );
  }

  /** @param family of the subnet, which counts where the renderer does not sort */
  addRoute(family: Family, route: PyDict): void {
    const since = this.#since;
    const network = route.get("network") ?? null;
    const gateway = route.get("gateway");
    if (!this.#sortsRoutes) {
      const way = gateway === undefined ? "" : `,${asText(gateway, "a gateway")}`;
      const value = `${asText(network, "the network of a route")}/${pyStr(route.get("prefix"))}${way}`;
      this.set(family, this.#nextKey(family, "route"), value);
      return;
    }
    if (this.#sortsByGateway && gateway === undefined) throw new Raises("a route has no gateway");
    const own: Family = parseIpv6(pyStr(this.#sortsByGateway ? gateway : network)) === undefined ? "ipv4" : "ipv6";
    let value = `${pyStr(network)}/${pyStr(route.get("prefix"))}`;
    if (gateway !== undefined) value += `,${pyStr(gateway)}`;
    const metric = route.get("metric");
    if (metric !== undefined && since("24.4")) {
      const isDefault = route.get("prefix") === 0 && ["::", "0.0.0.0"].includes(pyStr(network));
      if (!isDefault) value += `,${pyStr(metric)}`;
      else if (this.has(own)) this.set(own, "route-metric", pyStr(metric));
      else throw new Raises(`a default route has a metric, but its interface has no other ${own} setting`);
    }
    const key = this.#nextKey(own, "route");
    this.set(own, key, value);
    if (route.has("mtu") && !this.#sortsByGateway) this.set(own, `${key}_options`, `mtu=${pyStr(route.get("mtu"))}`);
  }

  /** With SORTS_DNS only if the family has other settings, since 24.3 only if it is not disabled. */
  addNameserver(server: PyValue): void {
    const isIpv6 = typeof server === "number" || parseIpv6(pyStr(server)) !== undefined;
    const family = isIpv6 ? "ipv6" : "ipv4";
    if (!this.#sortsDns) this.setDefault(family, "method", "disabled");
    else if (!this.#takesDns(family)) return;
    this.#append(family, "dns", asText(server, "a name server"));
  }

  /** @param family of the subnet, which counts where the renderer does not sort */
  addSearch(family: Family, domains: readonly PyValue[]): void {
    const families: readonly Family[] = this.#sortsDns
      ? (["ipv4", "ipv6"] as const).filter((each) => this.#takesDns(each))
      : [family];
    for (const each of families)
      this.#append(each, "dns-search", domains.map((domain) => asText(domain, "a search domain")).join(";"));
  }

  #append(family: Family, key: string, item: string): void {
    if (++this.#appended > MAX_APPENDED) throw new CannotTell("the network configuration, because it is too large");
    this.set(family, key, `${this.#get(family, key) ?? ""}${item};`);
  }

  #takesDns(family: Family): boolean {
    return this.has(family) && !(this.#since("24.3") && this.#get(family, "method") === "disabled");
  }

  /** One of two kinds of DHCP may fail. */
  relaxDhcp(): void {
    const families = ["ipv4", "ipv6"] as const;
    const needsBoth = families.every(
      (family) =>
        this.#get(family, "may-fail") === "false" && ["dhcp", "auto"].includes(this.#get(family, "method") ?? ""),
    );
    if (needsBoth) for (const family of families) this.set(family, "may-fail", "true");
  }

  #nextKey(section: string, prefix: string): string {
    let number = this.#numbers.get(section + prefix) ?? 1;
    while (this.has(section, `${prefix}${number}`)) number++;
    this.#numbers.set(section + prefix, number);
    return `${prefix}${number}`;
  }

  toString(): string {
    const sections = [...this.#sections].map(([name, keys]) => {
      const lines = [...keys].map(([key, value]) => `${key}=${value.replaceAll("\n", "\n\t")}\n`);
      return `[${name}]\n${lines.join("")}\n`;
    });
    return `# Generated by cloud-init. Changes will be lost.\n\n${sections.join("")}`;
  }
}

/** A percent sign that is neither doubled nor part of a reference to a key. */
function hasLonePercent(text: string): boolean {
  return (
    text.includes("%") &&
    text
      .replaceAll("%%", "")
      .replace(/%\([^)]{1,99}\)s/g, "")
      .includes("%")
  );
}

/** Types of subnets that router advertisements announce. */
const ROUTER_TYPES = ["ipv6_dhcpv6-stateful", "ipv6_dhcpv6-stateless", "ipv6_slaac"];
