import type { Since } from "../../../distro/version.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import { isDict, type PyDict, type PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { readInt } from "../../../python/numbers.ts";
import { Float } from "../../../python/scalars.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { ipv4Netmask, ipv4Prefix, ipv6Prefix, parseIpv4, parseIpv6, parseNetwork } from "./ipAddress.ts";

/**
 * A list of subnets with addresses, prefixes and routes in one form (network_state._normalize_subnets, 18.5 to 26.2).
 */
export function normalizeSubnets(subnets: PyValue | undefined, since: Since): PyDict[] {
  if (!truthy(subnets)) return [];
  return items(subnets, "subnets").map((subnet) => normalizeSubnet(asDict(subnet, "a subnet"), since));
}

function normalizeSubnet(subnet: PyDict, since: Since): PyDict {
  const normal: PyDict = new Map([...subnet].filter(([, value]) => truthy(value)));
  if (["static", "static6"].includes(pyStr(subnet.get("type"))))
    update(normal, normalizeAddress(normal, since("20.4") ? ["address", "ip_address"] : ["address"], since));
  const routes = subnet.has("routes") ? items(subnet.get("routes"), "routes") : [];
  normal.set(
    "routes",
    routes.map((route) => normalizeRoute(asDict(route, "a route"), since)),
  );
  for (const key of ["dns_search", "dns_nameservers"]) {
    const value = normal.get(key);
    if (value !== undefined && !Array.isArray(value)) normal.set(key, words(asText(value, key)));
  }
  return normal;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** A route with its network, prefix and whole metric (network_state._normalize_route, 18.5 to 26.2). */
export function normalizeRoute(route: PyDict, since: Since): PyDict {
  const normal: PyDict = new Map([...route].filter(([, value]) => value !== null && value !== ""));
  const destination = normal.get("destination");
  if (destination !== undefined) {
    normal.delete("destination");
    normal.set("network", destination);
  }
  update(normal, normalizeAddress(normal, ["network", "destination"], since));
  const metric = normal.get("metric");
  if (truthy(metric)) normal.set("metric", pyInt(metric, "the metric of a route"));
  return normal;
}

function update(dict: PyDict, by: PyDict): void {
  for (const [key, value] of by) dict.set(key, value);
}

/**
 * The entries of a subnet or route with the address apart from its prefix, and an IPv4 netmask
 * (network_state._normalize_net_keys).
 * @param addressKeys where the address may stand; the first one that is set counts
 */
function normalizeAddress(network: PyDict, addressKeys: readonly string[], since: Since): PyDict {
  const keepsZero = since("23.1");
  const net: PyDict = new Map([...network].filter(([, value]) => truthy(value) || (keepsZero && isZero(value))));
  const key = addressKeys.find((name) => truthy(net.get(name)));
  if (key === undefined) throw new Raises(`a subnet or route has no ${addressKeys[0]}`);
  const { address, version, prefix } = since("22.2") ? readAddress(net, key, since) : readLooseAddress(net, key, since);
  if (address !== undefined) net.set(key, address);
  net.set("prefix", prefix);
  if (version === 6) net.delete("netmask");
  else net.set("netmask", netmaskOf(prefix));
  return net;
}

interface AddressFacts {
  /** The address if it was written with a prefix. */
  readonly address: string | undefined;
  readonly version: 4 | 6;
  readonly prefix: number;
}

/** Since 22.2: an invalid address is an error. */
function readAddress(net: PyDict, key: string, since: Since): AddressFacts {
  let text = pyStr(net.get(key));
  if (text === "default" && since("25.3")) text = defaultNetwork(pyStr(net.get("gateway")));
  const parsed = parseNetwork(text);
  if (parsed === undefined) throw new Raises(`${text} is not a valid IP address`);
  const { version } = parsed;
  const slash = text.indexOf("/");
  if (slash >= 0) return { address: text.slice(0, slash), version, prefix: parsed.prefix };
  const netmask = net.get("netmask");
  if (net.has("prefix")) return { address: undefined, version, prefix: pyInt(net.get("prefix"), "prefix") };
  if (truthy(netmask)) return { address: undefined, version, prefix: maskPrefix(netmask, version) };
  return { address: undefined, version, prefix: version === 6 ? 64 : 24 };
}

/** The network that `default` means, by the family of the gateway (since 25.3). */
function defaultNetwork(gateway: string): string {
  if (parseIpv4(gateway) !== undefined) return "0.0.0.0/0";
  if (parseIpv6(gateway) !== undefined) return "::/0";
  throw new Raises(`${gateway} is not a valid gateway`);
}

/** Until 22.1: an address with a colon is IPv6, anything else IPv4. */
function readLooseAddress(net: PyDict, key: string, since: Since): AddressFacts {
  const given = net.get(key);
  // An address with options is a mapping, which does not change.
  const isCollection = isDict(given) || Array.isArray(given);
  const version = pyStr(given).includes(":") ? 6 : 4;
  const prefixOf = (mask: PyValue): number => (since("22.1") ? maskPrefix(mask, version) : looseMaskPrefix(mask));
  const text = isCollection ? "" : asText(given, "an address");
  const slash = text.indexOf("/");
  if (slash >= 0) {
    const mask = text.slice(slash + 1);
    return { address: text.slice(0, slash), version, prefix: wholeNumber(mask) ?? prefixOf(mask) };
  }
  const netmask = net.get("netmask");
  if (truthy(netmask)) return { address: undefined, version, prefix: prefixOf(netmask) };
  if (net.has("prefix")) return { address: undefined, version, prefix: pyInt(net.get("prefix"), "prefix") };
  return { address: undefined, version, prefix: version === 6 ? 64 : 24 };
}

function maskPrefix(mask: PyValue, version: 4 | 6): number {
  const prefix = version === 6 ? ipv6Prefix(pyStr(mask)) : ipv4Prefix(pyStr(mask));
  if (prefix === undefined) throw new Raises(`${pyStr(mask)} is not a valid netmask`);
  return prefix;
}

/** Until 21.4: an IPv4 mask counts the ones of its four parts, whatever their order. */
function looseMaskPrefix(mask: PyValue): number {
  const text = pyStr(mask);
  const number = typeof mask === "string" ? wholeNumber(mask) : pyInt(mask, "netmask");
  if (number !== undefined) return number;
  if (text.includes(":")) return looseIpv6MaskPrefix(text);
  const parts = text.split(".").map((part) => wholeNumber(part));
  if (parts.length !== 4) throw new Raises(`${text} is not a valid netmask`);
  return parts.reduce<number>((sum, part) => {
    if (part === undefined) throw new Raises(`${text} is not a valid netmask`);
    return sum + Math.abs(part).toString(2).replaceAll("0", "").length;
  }, 0);
}

function looseIpv6MaskPrefix(text: string): number {
  let prefix = 0;
  for (const word of text.split(":")) {
    const bits = word === "" ? 0 : Number.parseInt(word, 16);
    if (bits === 0) break;
    if (!/^[0-9a-fA-F]{1,4}$/.test(word) || !/^1*0*$/.test(bits.toString(2).padStart(16, "0")))
      throw new Raises(`${text} is not a valid netmask`);
    prefix += bits.toString(2).replaceAll("0", "").length;
  }
  return prefix;
}

function netmaskOf(prefix: number): string {
  if (prefix < 0 || prefix > 32) throw new Raises(`${prefix} is not a valid IPv4 prefix length`);
  return ipv4Netmask(prefix);
}

function isZero(value: PyValue): boolean {
  return value === 0 || value === 0n || value === false || (value instanceof Float && value.value === 0);
}

/** Python's int() of a value. @throws Raises if it raises */
export function pyInt(value: PyValue | undefined, what: string): number {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return Number(value);
  if (typeof value === "string") {
    const number = wholeNumber(value);
    if (number !== undefined) return number;
  }
  if (value instanceof Float && Number.isFinite(value.value)) return Math.trunc(value.value);
  throw new Raises(`${what} must be an integer, not ${pyStr(value)}`);
}

/** int() of a string; undefined if it raises ValueError. */
function wholeNumber(text: string): number | undefined {
  const number = readInt(text, 10);
  return number === undefined ? undefined : Number(number);
}
