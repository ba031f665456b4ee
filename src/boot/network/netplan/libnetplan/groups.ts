import type { PyValue } from "../../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../../python/errors.ts";
import type { Device, Parser } from "./device.ts";
import { isIp4, mappingOf, readBool, readUint, readWord, scalarText, sequenceOf, textOut, uintOut } from "./scalars.ts";
import { list, map, type Out, plain, quoted } from "./yamlOut.ts";

const BOND_MODES = ["balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"];

/** Parameters of a bond in the order in which they are written, with older spellings. */
const BOND_PARAMETERS: readonly (readonly [key: string, type: "text" | "number" | "bool", ...aliases: string[]])[] = [
  ["mode", "text"],
  ["mii-monitor-interval", "text"],
  ["up-delay", "text"],
  ["down-delay", "text"],
  ["lacp-rate", "text"],
  ["transmit-hash-policy", "text"],
  ["ad-select", "text"],
  ["arp-validate", "text"],
  ["arp-all-targets", "text"],
  ["fail-over-mac-policy", "text"],
  ["primary-reselect-policy", "text"],
  ["learn-packet-interval", "text"],
  ["arp-interval", "text"],
  ["primary", "text"],
  ["min-links", "number"],
  ["all-members-active", "bool", "all-slaves-active"],
  ["gratuitous-arp", "number", "gratuitious-arp"],
  ["packets-per-member", "number", "packets-per-slave"],
  ["resend-igmp", "number"],
  ["arp-ip-targets", "text"],
];

/** Reads a bond's parameters. They are written if any of them differs from the default. */
export function readBondParameters(value: PyValue, bond: Device, parser: Parser): void {
  const given = new Map<string, Out>();
  let isWritten = false;
  for (const [name, item] of mappingOf(value)) {
    const [key, type] = BOND_PARAMETERS.find(([first, , ...aliases]) => first === name || aliases.includes(name)) ?? [];
    if (key === undefined) throw new Raises(`unknown key '${name}'`);
    if (key === "arp-ip-targets") {
      const targets = sequenceOf(item).map((target) => scalarText(target));
      if (!targets.every(isIp4)) throw new Raises("malformed address");
      given.set(key, list(targets.map(plain)));
      isWritten = true;
    } else if (key === "primary") {
      if (readPrimary(scalarText(item), bond, parser)) given.set(key, quoted(bond.primary ?? ""));
      isWritten = true;
    } else if (type === "number") {
      const number = readUint(item);
      given.set(key, uintOut(number, 0));
      isWritten ||= number !== 0;
    } else if (type === "bool") {
      const flag = readBool(item);
      given.set(key, plain(flag));
      isWritten ||= flag;
    } else {
      if (key === "mode" && ["balance-tcp", "balance-slb"].includes(scalarText(item)))
        throw new CannotTell("the network configuration, because Open vSwitch is not simulated");
      if (key === "mode") readWord(item, BOND_MODES);
      if (key === "lacp-rate") readWord(item, ["slow", "fast"]);
      given.set(key, textOut(item));
      isWritten = true;
    }
  }
  bond.set("parameters", isWritten ? map(BOND_PARAMETERS.map(([key]) => [key, given.get(key)])) : undefined);
}

/** Whether the primary member is known. */
function readPrimary(id: string, bond: Device, parser: Parser): boolean {
  const member = parser.find(id);
  if (member === undefined) return false;
  if (bond.primary === id) return true;
  if (bond.primary !== undefined) throw new Raises(`${bond.id}: bond already has a primary member`);
  if (member.primary !== undefined) throw new Raises(`${bond.id}: interface '${id}' is already a primary`);
  member.primary = id;
  bond.primary = id;
  return true;
}

/** Adds devices as members to a bond, bridge or VRF. */
export function readMembers(value: PyValue, group: Device, parser: Parser): void {
  for (const item of sequenceOf(value)) {
    const id = scalarText(item);
    const member = parser.find(id);
    if (member === undefined) continue;
    const other = (held: Device | undefined): boolean => held !== undefined && held !== group;
    if (group.kind === "vrfs") {
      if (other(member.vrf)) throw new Raises(`${group.id}: interface '${id}' is already assigned to a vrf`);
      member.vrf = group;
      continue;
    }
    if (other(member.bond) || other(member.bridge))
      throw new Raises(`${group.id}: interface '${id}' is already assigned`);
    if (group.kind === "bonds") member.bond = group;
    else member.bridge = group;
  }
}

const BRIDGE_TIMES = ["ageing-time", "forward-delay", "hello-time", "max-age"];

/** Reads a bridge's parameters; costs and priorities of its ports belong to the ports. */
export function readBridgeParameters(value: PyValue, bridge: Device, parser: Parser): void {
  const given = new Map<string, Out>();
  for (const [name, item] of mappingOf(value)) {
    const key = name === "aging-time" ? "ageing-time" : name;
    if (BRIDGE_TIMES.includes(key)) given.set(key, textOut(item));
    else if (key === "priority") given.set(key, uintOut(readUint(item), 0));
    else if (key === "stp") given.set(key, plain(readBool(item)));
    else if (key === "path-cost" || key === "port-priority") readPorts(item, key, parser);
    else throw new Raises(`unknown key '${name}'`);
  }
  bridge.set("parameters", map([...BRIDGE_TIMES, "priority", "stp"].map((key) => [key, given.get(key)])));
}

function readPorts(value: PyValue, key: "path-cost" | "port-priority", parser: Parser): void {
  for (const [id, item] of mappingOf(value)) {
    const port = parser.find(id);
    if (port === undefined) continue;
    const field = key === "path-cost" ? "pathCost" : "portPriority";
    // A second pass over the document finds the value of the first one.
    if (port[field] !== 0) throw new Raises(`interface '${id}' already has a ${key}`);
    const number = readUint(item);
    if (key === "port-priority" && number > 63) throw new Raises("invalid port priority value");
    port[field] = number;
  }
}

/** A bridge's parameters with those of its ports, in the order of its ports. */
export function writeBridgeParameters(bridge: Device, ports: readonly Device[]): Out | undefined {
  const own = bridge.settings.get("parameters");
  if (own === undefined || !("map" in own)) return undefined;
  const ofPorts = (field: "portPriority" | "pathCost"): Out | undefined => {
    const set = ports.filter((port) => port[field] !== 0);
    return set.length === 0 ? undefined : map(set.map((port) => [port.id, plain(port[field])]));
  };
  const extra = map([
    ["port-priority", ofPorts("portPriority")],
    ["path-cost", ofPorts("pathCost")],
  ]);
  return { map: [...own.map, ...("map" in extra ? extra.map : [])] };
}
