/** IP addresses and networks as Python's ipaddress module reads them (Python 3.9 to 3.14). */

/** A network whose host bits may be set, as ip_network(text, strict=False) accepts it. */
export interface IpNetwork {
  readonly version: 4 | 6;
  readonly address: bigint;
  readonly prefix: number;
}

/** An IPv4 address as a number; undefined if it is invalid. */
export function parseIpv4(text: string): bigint | undefined {
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((octet) => /^(?:0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) < 256))
    return undefined;
  return octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

/** An IPv6 address, with or without a scope (`%eth0`), as a number; undefined if it is invalid. */
export function parseIpv6(text: string): bigint | undefined {
  const [address = "", scope, more] = text.split("%");
  if (scope === "" || more !== undefined || address.length > 45) return undefined;
  const dotted = /^(.*:)([^:]*\.[^:]*)$/.exec(address);
  const tail = dotted === null ? undefined : parseIpv4(dotted[2] ?? "");
  if (dotted !== null && tail === undefined) return undefined;
  const parts = (tail === undefined ? address : `${dotted?.[1]}${hex(tail >> 16n)}:${hex(tail & 0xffffn)}`).split(":");
  const gaps = parts.flatMap((part, index) => (part === "" && index > 0 && index < parts.length - 1 ? [index] : []));
  if (parts.length < 3 || parts.length > 9 || gaps.length > 1) return undefined;
  const gap = gaps[0];
  const before = parts.slice(0, gap ?? parts.length);
  const after = gap === undefined ? [] : parts.slice(gap + 1);
  // A colon at either end is allowed only as part of the gap.
  if (before[0] === "" && gap === 1) before.shift();
  if (after.at(-1) === "" && gap === parts.length - 2) after.pop();
  const groups = [...before, ...after];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  if (gap === undefined ? groups.length !== 8 : groups.length > 7) return undefined;
  const zeros = new Array<string>(8 - groups.length).fill("0");
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

function hex(value: bigint): string {
  return value.toString(16);
}

/**
 * A network such as `10.0.0.1/24`, `10.0.0.1/255.255.255.0`, `fe80::/64` or an address alone; undefined if it is
 * invalid.
 */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [address = "", mask, more] = text.split("/");
  if (more !== undefined) return undefined;
  const v4 = parseIpv4(address);
  if (v4 !== undefined) {
    const prefix = mask === undefined ? 32 : ipv4Prefix(mask);
    return prefix === undefined ? undefined : { version: 4, address: v4, prefix };
  }
  const v6 = parseIpv6(address);
  const prefix = mask === undefined ? 128 : prefixNumber(mask, 128);
  return v6 === undefined || prefix === undefined ? undefined : { version: 6, address: v6, prefix };
}

/** The prefix length that an IPv4 mask means: a number, a netmask or a host mask. */
export function ipv4Prefix(mask: string): number | undefined {
  const number = prefixNumber(mask, 32);
  if (number !== undefined) return number;
  const bits = parseIpv4(mask);
  return bits === undefined ? undefined : (leadingOnes(bits, 32) ?? leadingOnes(bits ^ 0xffffffffn, 32));
}

/** The prefix length that an IPv6 mask means: a number, or a netmask such as `ffff:ffff::`. */
export function ipv6Prefix(mask: string): number | undefined {
  const number = prefixNumber(mask, 128);
  if (number !== undefined) return number;
  const v4 = parseIpv4(mask);
  if (v4 !== undefined) return v4 === 0n ? 0 : undefined;
  const bits = parseIpv6(mask);
  return bits === undefined ? undefined : leadingOnes(bits, 128);
}

function prefixNumber(text: string, most: number): number | undefined {
  return /^[0-9]{1,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

/** The number of leading ones of a mask, if only zeros follow. */
function leadingOnes(mask: bigint, width: number): number | undefined {
  const text = mask.toString(2).padStart(width, "0");
  return /^1*0*$/.test(text) ? text.indexOf("0") + (text.includes("0") ? 0 : width + 1) : undefined;
}

/** The netmask of a prefix length: 255.255.255.0 for 24. */
export function ipv4Netmask(prefix: number): string {
  const ones = "1".repeat(prefix).padEnd(32, "0");
  return [0, 8, 16, 24].map((start) => Number.parseInt(ones.slice(start, start + 8), 2)).join(".");
}

/** Whether a network contains an address; undefined if either is invalid. */
export function contains(network: string, address: string): boolean | undefined {
  const net = parseNetwork(network);
  const v4 = parseIpv4(address);
  const value = v4 ?? parseIpv6(address);
  if (net === undefined || value === undefined) return undefined;
  if (net.version !== (v4 === undefined ? 6 : 4)) return false;
  const hostBits = BigInt((net.version === 4 ? 32 : 128) - net.prefix);
  return value >> hostBits === net.address >> hostBits;
}
