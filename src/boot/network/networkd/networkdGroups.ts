import type { Since } from "../../../distro/version.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import type { PyDict, PyKey, PyValue } from "../../../python/dataModel.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { asKey } from "../state/names.ts";
import type { NetworkState } from "../state/state.ts";
import { NetworkdUnit, type UnitFormat } from "./networkdUnit.ts";

/** How systemd names a bond's parameters (systemd.netdev(5)); `ms`: the number is one of milliseconds. */
const BOND_OPTIONS: readonly (readonly [parameter: string, option: string, form?: "ms" | "lower case"])[] = [
  ["bond-ad-select", "AdSelect"],
  ["bond-all-slaves-active", "AllSlavesActive", "lower case"],
  ["bond-arp-all-targets", "ARPAllTargets"],
  ["bond-arp-interval", "ARPIntervalSec", "ms"],
  ["bond-arp-validate", "ARPValidate"],
  ["bond-downdelay", "DownDelaySec", "ms"],
  ["bond-fail-over-mac", "FailOverMACPolicy"],
  ["bond-lacp-rate", "LACPTransmitRate"],
  ["bond-learn-packet-interval", "LearnPacketIntervalSec"],
  ["bond-miimon", "MIIMonitorSec", "ms"],
  ["bond-min-links", "MinLinks"],
  ["bond-mode", "Mode"],
  ["bond-num-grat-arp", "GratuitousARP"],
  ["bond-packets-per-slave", "PacketsPerSlave"],
  ["bond-primary-reselect", "PrimaryReselectPolicy"],
  ["bond-updelay", "UpDelaySec", "ms"],
  ["bond-xmit-hash-policy", "TransmitHashPolicy"],
];

const BRIDGE_OPTIONS: readonly (readonly [parameter: string, option: string])[] = [
  ["bridge_ageing", "AgeingTimeSec"],
  ["bridge_bridgeprio", "Priority"],
  ["bridge_fd", "ForwardDelaySec"],
  ["bridge_hello", "HelloTimeSec"],
  ["bridge_maxage", "MaxAgeSec"],
  ["bridge_stp", "STP"],
];

/** VLANs, bonds and bridges, which networkd creates (net/networkd.py, 25.3 to 26.2). */
export class NetworkdGroups {
  /** The .netdev files by the names of their devices. */
  readonly files: (readonly [name: PyKey, text: string])[] = [];
  readonly #vlans = new Map<PyKey, PyKey[]>();
  readonly #bonds = new Map<PyKey, PyKey>();
  readonly #bridges = new Map<PyKey, PyDict>();
  readonly #format: UnitFormat;
  readonly #since: Since;

  /** Until 25.3 only those of a version 2 configuration were created. */
  constructor(state: NetworkState, format: UnitFormat, since: Since) {
    this.#format = format;
    this.#since = since;
    if (!since("26.1") && state.version !== 2) return;
    const interfaces = [...state.interfaces.values()];
    const ofType = (type: string) => interfaces.filter((iface) => iface.get("type") === type);
    for (const vlan of ofType("vlan")) this.#addVlan(vlan);
    const members = membersByBond(interfaces);
    for (const bond of ofType("bond"))
      this.#addBond(bond, since("26.1") ? (members.get(asKey(bond.get("name"))) ?? []) : listedMembers(bond, state));
    for (const bridge of ofType("bridge")) this.#addBridge(bridge);
  }

  /** Whether any device is on top of another one. */
  get isEmpty(): boolean {
    return this.#vlans.size + this.#bonds.size + this.#bridges.size === 0;
  }

  /** The lines in the .network file of an interface for the devices on top of it. */
  describe(name: PyKey, unit: NetworkdUnit): void {
    for (const vlan of this.#vlans.get(name) ?? []) unit.add("Network", "VLAN", vlan);
    const bond = this.#bonds.get(name);
    if (truthy(bond)) unit.add("Network", "Bond", bond);
    const bridge = this.#bridges.get(name);
    if (bridge === undefined || !truthy(bridge.get("name"))) return;
    for (const [parameter, option] of [
      ["bridge_pathcost", "Cost"],
      ["bridge_portprio", "Priority"],
    ] as const) {
      const numbers = bridge.get(parameter);
      const number = truthy(numbers) ? asDict(numbers, "a bridge parameter").get(name) : undefined;
      if (truthy(number)) unit.add("Bridge", option, number);
    }
    unit.add("Network", "Bridge", bridge.get("name") ?? null);
  }

  #addVlan(iface: PyDict): void {
    const [id, parent] = [iface.get("vlan_id") ?? null, asKey(iface.get("vlan-raw-device"))];
    if (id === null || parent === null) return;
    const name = asKey(iface.get("name"));
    const vlans = this.#vlans.get(parent) ?? [];
    vlans.push(name);
    this.#vlans.set(parent, vlans);
    const unit = this.#device(iface, "vlan");
    unit.add("VLAN", "Id", id);
    this.files.push([name, String(unit)]);
  }

  #addBond(iface: PyDict, members: readonly PyKey[]): void {
    if (members.length === 0) return;
    const name = asKey(iface.get("name"));
    for (const member of members) this.#bonds.set(member, name);
    const unit = this.#device(iface, "bond");
    for (const [parameter, option, form] of BOND_OPTIONS) {
      const value = iface.get(parameter);
      if (value === undefined) continue;
      const text = pyStr(value);
      unit.add("Bond", option, form === "ms" ? `${text}ms` : form === "lower case" ? text.toLowerCase() : text);
    }
    const targets = iface.get("arp-ip-targets");
    if (targets !== undefined)
      unit.add("Bond", "ARPIPTargets", typeof targets === "string" ? targets : joined(targets, "arp-ip-targets"));
    this.files.push([name, String(unit)]);
  }

  #addBridge(iface: PyDict): void {
    const ports = iface.get("bridge_ports");
    if (!truthy(ports)) return;
    for (const port of items(ports, "bridge_ports")) this.#bridges.set(asKey(port), iface);
    const unit = this.#device(iface, "bridge");
    for (const [parameter, option] of BRIDGE_OPTIONS) {
      const value = iface.get(parameter);
      if (truthy(value)) unit.add("Bridge", option, value === true ? "yes" : value);
    }
    this.files.push([asKey(iface.get("name")), String(unit)]);
  }

  #device(iface: PyDict, kind: string): NetworkdUnit {
    const unit = new NetworkdUnit(this.#format, this.#since);
    unit.add("NetDev", "Name", iface.get("name") ?? null);
    unit.add("NetDev", "Kind", kind);
    const [mtu, mac] = [iface.get("mtu"), iface.get("mac_address")];
    if (truthy(mtu)) unit.add("NetDev", "MTUBytes", mtu);
    if (truthy(mac)) unit.add("NetDev", "MACAddress", asText(mac, "mac_address").toLowerCase());
    return unit;
  }
}

function membersByBond(interfaces: readonly PyDict[]): ReadonlyMap<PyKey, readonly PyKey[]> {
  const members = new Map<PyKey, PyKey[]>();
  for (const iface of interfaces) {
    const master = iface.get("bond-master");
    if (!truthy(master)) continue;
    const others = members.get(asKey(master)) ?? [];
    others.push(asKey(iface.get("name")));
    members.set(asKey(master), others);
  }
  return members;
}

/** Until 25.3 members were known by the ids that the configuration lists. */
function listedMembers(bond: PyDict, { config }: NetworkState): PyKey[] {
  const bonds = asDict(asDict(config, "the network configuration").get("bonds") ?? new Map(), "bonds");
  const device = bonds.get(asKey(bond.get("name"))) ?? new Map();
  return items(asDict(device, "a bond").get("interfaces") ?? [], "interfaces").map(asKey);
}

/** A list of strings, joined. @throws Raises if it is not one */
export function joined(values: PyValue, what: string): string {
  return items(values, what)
    .map((value) => asText(value, what))
    .join(" ");
}
