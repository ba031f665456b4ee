import { hasUnknown } from "../../../../image/unknown.ts";
import type { PyValue } from "../../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../../python/errors.ts";
import type { Device, Kind, Parser } from "./device.ts";
import { readBondParameters, readBridgeParameters, readMembers } from "./groups.ts";
import { NO_TABLE, readRoutes, readRules } from "./routes.ts";
import {
  boolOut,
  isIp4,
  isIp6,
  mappingOf,
  readBool,
  readId,
  readMac,
  readText,
  readUint,
  readWord,
  scalarText,
  sequenceOf,
  textOut,
  trueOut,
  uintOut,
} from "./scalars.ts";
import { list, map, type Out, plain, quoted } from "./yamlOut.ts";

const UNSET = 0xffffffff;

type ReadKey = (value: PyValue, device: Device, parser: Parser) => Out | undefined;

/** Reads one key of a device into the device. @throws Raises for a key or value that libnetplan rejects */
export function readKey(key: string, value: PyValue, device: Device, parser: Parser): void {
  if (NOT_SIMULATED.includes(key))
    throw new CannotTell(`the network configuration, because its key ${key} is not simulated`);
  const special = KIND_KEYS[device.kind][key];
  if (special !== undefined) {
    special(value, device, parser);
    return;
  }
  const read = COMMON_KEYS[key] ?? (device.kind === "ethernets" ? PHYSICAL_KEYS[key] : undefined);
  const since = Object.hasOwn(KEY_SINCE, key) ? KEY_SINCE[key] : undefined;
  if (read === undefined || (since !== undefined && !parser.since(since))) throw new Raises(`unknown key '${key}'`);
  device.set(key, read(value, device, parser));
}

const NOT_SIMULATED = ["networkmanager", "openvswitch", "auth", "wakeonwlan", "delay-virtual-functions-rebind"];

const KEY_SINCE: Readonly<Record<string, string>> = {
  "ra-overrides": "1.1",
  hairpin: "1.0",
  "port-mac-learning": "1.0",
};

function table<Read>(entries: Record<string, Read>): Readonly<Record<string, Read | undefined>> {
  return Object.assign(Object.create(null), entries);
}

/** Keys of every kind of device. */
const COMMON_KEYS = table<ReadKey>({
  "accept-ra": boolOut,
  "activation-mode": (value) => quoted(readWord(value, ["manual", "off"])),
  addresses: readAddresses,
  critical: trueOut,
  "ignore-carrier": trueOut,
  dhcp4: boolOut,
  dhcp6: boolOut,
  "dhcp-identifier": (value) => {
    const word = readWord(value, ["duid", "mac"], true);
    return word.toLowerCase() === "duid" ? undefined : quoted(word);
  },
  "dhcp4-overrides": readDhcpOverrides,
  "dhcp6-overrides": readDhcpOverrides,
  "ra-overrides": readRaOverrides,
  gateway4: (value) => plain(readAddress(value, isIp4)),
  gateway6: (value) => plain(readAddress(value, isIp6)),
  "ipv6-address-generation": (value) => quoted(readWord(value, ["eui64", "stable-privacy"])),
  "ipv6-address-token": (value) => quoted(readAddress(value, isIp6)),
  "ipv6-mtu": (value) => uintOut(readUint(value), 0),
  "ipv6-privacy": boolOut,
  "link-local": readLinkLocal,
  macaddress: readSetMac,
  mtu: (value) => uintOut(readUint(value), 0),
  nameservers: readNameservers,
  optional: trueOut,
  "optional-addresses": readOptionalAddresses,
  renderer: (value, device) => {
    if (device.kind === "vlans" && scalarText(value) === "sriov")
      throw new CannotTell("the network configuration, because its SR-IOV settings are not simulated");
    return plain(readWord(value, ["networkd", "NetworkManager"]));
  },
  routes: (value, device, parser) => {
    device.routes = readRoutes(value, (version) => parser.since(version));
    return undefined;
  },
  "routing-policy": (value, device) => {
    device.rules = readRules(value);
    return undefined;
  },
  hairpin: boolOut,
  "port-mac-learning": boolOut,
  "neigh-suppress": boolOut,
});

const PHYSICAL_KEYS = table<ReadKey>({
  match: readMatch,
  "set-name": (value, device) => {
    device.hasSetName = true;
    return textOut(value);
  },
  wakeonlan: boolOut,
  "emit-lldp": trueOut,
  "receive-checksum-offload": boolOut,
  "transmit-checksum-offload": boolOut,
  "tcp-segmentation-offload": boolOut,
  "tcp6-segmentation-offload": boolOut,
  "generic-segmentation-offload": boolOut,
  "generic-receive-offload": boolOut,
  "large-receive-offload": boolOut,
  link: (value, _device, parser) => {
    const link = parser.find(scalarText(value));
    return link === undefined ? undefined : quoted(link.id);
  },
  "virtual-function-count": (value) => uintOut(readUint(value), UNSET),
  "embedded-switch-mode": (value) => quoted(readWord(value, ["switchdev", "legacy"])),
  "infiniband-mode": (value) => quoted(readWord(value, ["datagram", "connected"])),
});

type ReadInto = (value: PyValue, device: Device, parser: Parser) => void;

const KIND_KEYS: Readonly<Record<Kind, Readonly<Record<string, ReadInto | undefined>>>> = {
  ethernets: table<ReadInto>({}),
  "dummy-devices": table<ReadInto>({}),
  bonds: table<ReadInto>({ interfaces: readMembers, parameters: readBondParameters }),
  bridges: table<ReadInto>({ interfaces: readMembers, parameters: readBridgeParameters }),
  vlans: table<ReadInto>({
    id: (value, device) => {
      device.vlanId = readUint(value);
    },
    link: (value, device, parser) => {
      device.vlanLink = parser.find(scalarText(value)) ?? device.vlanLink;
    },
  }),
  vrfs: table<ReadInto>({
    interfaces: readMembers,
    table: (value, device) => {
      device.vrfTable = readUint(value);
    },
  }),
};

function readAddress(value: PyValue, isAddress: (text: string) => boolean): string {
  const text = scalarText(value);
  if (!isAddress(text)) throw new Raises(`invalid address '${text}'`);
  return text;
}

/** IPv4 before IPv6, those with options first. */
function readAddresses(value: PyValue): Out | undefined {
  const options = new Map<string, Out>();
  const families: [Set<string>, Set<string>] = [new Set(), new Set()];
  for (const item of sequenceOf(value)) {
    const pair = item instanceof Map ? mappingOf(item)[0] : undefined;
    const text = pair === undefined ? scalarText(item) : pair[0];
    const slash = text.lastIndexOf("/");
    if (slash < 0) throw new Raises(`address '${text}' is missing /prefixlength`);
    const address = text.slice(0, slash);
    const family = isIp4(address) ? 0 : isIp6(address) ? 1 : undefined;
    if (family === undefined) throw new Raises(`malformed address '${text}'`);
    if (pair !== undefined) {
      if (options.has(text)) break;
      options.set(text, readAddressOptions(pair[1]));
      continue;
    }
    const prefix = Number(/^[\t-\r ]*\+?([0-9]+)/.exec(text.slice(slash + 1))?.[1] ?? 0);
    if (prefix === 0 || prefix > [32, 128][family]!) throw new Raises(`invalid prefix length in address '${text}'`);
    families[family].add(text);
  }
  const items = [
    ...[...options].map(([text, option]): Out => ({ map: [[quoted(text), option]] })),
    ...families.flatMap((family) => [...family].map(quoted)),
  ];
  return items.length === 0 ? undefined : list(items);
}

function readAddressOptions(value: PyValue): Out {
  const given = new Map<string, Out>();
  for (const [key, item] of mappingOf(value)) {
    if (key === "lifetime") given.set(key, quoted(readWord(item, ["0", "forever"], true)));
    else if (key === "label") given.set(key, textOut(item));
    else throw new Raises(`unknown key '${key}'`);
  }
  return map([
    ["label", given.get("label")],
    ["lifetime", given.get("lifetime")],
  ]);
}

function readNameservers(value: PyValue): Out | undefined {
  let search: Set<string> | undefined;
  const ip4 = new Set<string>();
  const ip6 = new Set<string>();
  for (const [key, item] of mappingOf(value)) {
    const items = sequenceOf(item);
    if (key === "search") search = new Set(items.map(readText));
    else if (key === "addresses")
      for (const server of items)
        (isIp4(scalarText(server)) ? ip4 : ip6).add(readAddress(server, (text) => isIp4(text) || isIp6(text)));
    else throw new Raises(`unknown key '${key}'`);
  }
  if (ip4.size + ip6.size + (search?.size ?? 0) === 0) return undefined;
  return map([
    ["addresses", ip4.size + ip6.size === 0 ? undefined : list([...ip4, ...ip6].map(plain))],
    ["search", search === undefined ? undefined : list([...search].map(plain))],
  ]);
}

const OVERRIDE_FLAGS = ["use-dns", "use-ntp", "send-hostname", "use-hostname", "use-mtu", "use-routes"];

function readDhcpOverrides(value: PyValue): Out | undefined {
  const given = new Map<string, Out>();
  for (const [key, item] of mappingOf(value)) {
    if (OVERRIDE_FLAGS.includes(key)) given.set(key, boolOut(item));
    else if (key === "use-domains") given.set(key, plain(readText(item)));
    else if (key === "hostname") given.set(key, textOut(item));
    else if (key === "route-metric") given.set(key, uintOut(readUint(item), UNSET));
    else throw new Raises(`unknown key '${key}'`);
  }
  const keys = [...OVERRIDE_FLAGS, "use-domains", "hostname", "route-metric"];
  return given.size === 0 ? undefined : map(keys.map((key) => [key, given.get(key)]));
}

function readRaOverrides(value: PyValue): Out | undefined {
  const given = new Map<string, Out>();
  for (const [key, item] of mappingOf(value)) {
    if (key === "use-dns") given.set(key, boolOut(item));
    else if (key === "use-domains")
      given.set(key, plain(scalarText(item).toLowerCase() === "route" ? "route" : readBool(item)));
    else if (key === "table") given.set(key, uintOut(readUint(item), NO_TABLE));
    else throw new Raises(`unknown key '${key}'`);
  }
  return given.size === 0 ? undefined : map(["use-dns", "use-domains", "table"].map((key) => [key, given.get(key)]));
}

/** Written unless it is the default, which is IPv6 only. */
function readLinkLocal(value: PyValue): Out | undefined {
  const families = sequenceOf(value).map((item) => readWord(item, ["ipv4", "ipv6"], true).toLowerCase());
  const ipv4 = families.includes("ipv4");
  if (families.includes("ipv6") && !ipv4) return undefined;
  return list(["ipv4", "ipv6"].filter((family) => families.includes(family)).map(plain));
}

function readOptionalAddresses(value: PyValue): Out | undefined {
  const all = ["ipv4-ll", "ipv6-ra", "dhcp4", "dhcp6", "static"];
  const given = sequenceOf(value).map((item) => readWord(item, all, true).toLowerCase());
  return given.length === 0 ? undefined : list(all.filter((name) => given.includes(name)).map(plain));
}

function readSetMac(value: PyValue, _device: Device, parser: Parser): Out {
  const text = scalarText(value);
  const words = parser.since("1.0") ? ["preserve", "permanent", "random", "stable"] : [];
  return quoted(words.includes(text) ? text : readMac(value));
}

function readMatch(value: PyValue, device: Device): Out {
  device.hasMatch = true;
  const given = new Map<string, Out>();
  for (const [key, item] of mappingOf(value)) {
    if (key === "macaddress") given.set(key, quoted(readMac(item)));
    else if (key === "name") given.set(key, quoted(readId(item)));
    else if (key === "driver") given.set(key, readDriver(item));
    else throw new Raises(`unknown key '${key}'`);
  }
  return map(["name", "macaddress", "driver"].map((key) => [key, given.get(key)]));
}

function readDriver(value: PyValue): Out {
  const drivers = Array.isArray(value) ? value.map(readText) : [readText(value)];
  if (drivers.length === 0) throw new Raises("invalid sequence for 'driver'");
  if (drivers.some((driver) => driver.includes(" ") && !hasUnknown(driver)))
    throw new Raises("A 'driver' glob cannot contain whitespace");
  return drivers.length === 1 ? quoted(drivers[0]!) : list(drivers.map(quoted));
}
