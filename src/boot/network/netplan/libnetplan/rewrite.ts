import type { PyValue } from "../../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../../python/errors.ts";
import { Device, KINDS, type Kind, type Parser } from "./device.ts";
import { readKey } from "./deviceKeys.ts";
import { writeBridgeParameters } from "./groups.ts";
import { hashOrder } from "./hashOrder.ts";
import { NO_TABLE, writeRoutes, writeRules } from "./routes.ts";
import { mappingOf, readId, readWord, scalarText } from "./scalars.ts";
import { list, map, type Out, plain, quoted, writeYaml } from "./yamlOut.ts";

/**
 * What libnetplan writes after it has read a configuration (netplan 0.107 to 1.2, State._write_yaml_file), as
 * cloud-init does since 24.2.
 * @returns the text; "" if there is nothing to write, so that the file is removed; undefined if it rejects the
 *   configuration
 * @throws CannotTell for what is not simulated
 */
export function rewriteWithLibnetplan(root: PyValue, since: (version: string) => boolean): string | undefined {
  const document = new Document(since);
  try {
    document.read(root);
  } catch (error) {
    if (error instanceof Raises) return undefined;
    throw error;
  }
  return document.write();
}

const OTHER_KINDS = ["tunnels", "wifis", "modems", "virtual-ethernets", "nm-devices"];

class Document implements Parser {
  readonly devices = new Map<string, Device>();
  readonly since: (version: string) => boolean;
  readonly #missing = new Set<string>();
  #found = 0;
  #renderer: string | undefined;

  constructor(since: (version: string) => boolean) {
    this.since = since;
  }

  find(id: string): Device | undefined {
    const device = this.devices.get(id);
    if (device === undefined) this.#missing.add(id);
    return device;
  }

  /** Reads the document again as long as it finds devices that earlier ones refer to. */
  read(root: PyValue): void {
    let refusal: unknown;
    do {
      const before = this.#found;
      this.#found = 0;
      refusal = this.#pass(root);
      if (this.#missing.size > 0 && this.#found === before) break;
    } while (this.#missing.size > 0 || this.#found > 0);
    if (refusal !== undefined) throw refusal;
    if (this.#missing.size > 0) {
      // NetworkManager accepts a VLAN with an unknown link.
      if (this.#usesNetworkManager())
        throw new CannotTell("the network configuration, because the link of a VLAN is not defined in it");
      throw new Raises("an interface is not defined");
    }
    for (const device of this.devices.values()) adoptVrfTable(device);
  }

  #usesNetworkManager(): boolean {
    return [this.#renderer, ...[...this.devices.values()].map((device) => rendererOf(device))].includes(
      "NetworkManager",
    );
  }

  #pass(root: PyValue): unknown {
    try {
      for (const [key, value] of mappingOf(root)) {
        if (key !== "network") throw new Raises(`unknown key '${key}'`);
        for (const [kind, devices] of mappingOf(value)) this.#readKind(kind, devices);
      }
      return undefined;
    } catch (error) {
      if (error instanceof Raises) return error;
      throw error;
    }
  }

  #readKind(kind: string, devices: PyValue): void {
    if (kind === "version") {
      if (!/^[\t-\r ]*\+?0*2(?![0-9])/.test(scalarText(devices))) throw new Raises("Only version 2 is supported");
    } else if (kind === "renderer") this.#renderer = readWord(devices, ["networkd", "NetworkManager"]);
    else if (KINDS.includes(kind as Kind)) this.#readDevices(kind as Kind, devices);
    else if (OTHER_KINDS.includes(kind) || kind === "openvswitch") {
      mappingOf(devices);
      throw new CannotTell(`the network configuration, because its key ${kind} is not simulated`);
    } else throw new Raises(`unknown key '${kind}'`);
  }

  #readDevices(kind: Kind, value: PyValue): void {
    let kindRenderer: string | undefined;
    for (const [name, settings] of mappingOf(value)) {
      const id = readId(name);
      if (/[*[\]?]/.test(id)) throw new Raises(`Definition ID '${id}' must not use globbing`);
      if (name === "renderer") {
        kindRenderer = readWord(settings, ["networkd", "NetworkManager"]);
        continue;
      }
      const entries = mappingOf(settings);
      if (this.#missing.delete(id)) this.#found++;
      const known = this.devices.get(id);
      if (known !== undefined && known.kind !== kind)
        throw new Raises(`Updated definition '${id}' changes device type`);
      const device = known ?? new Device(id, kind, kindRenderer);
      this.devices.set(id, device);
      for (const [key, item] of entries) readKey(key, item, device, this);
      if (this.#missing.size === 0) validate(device);
    }
  }

  write(): string {
    if (this.devices.size === 0 && this.#renderer === undefined) return "";
    // The devices are read into one table and moved into another: the order of the first determines the second.
    const order = hashOrder(hashOrder([...this.devices.keys()]));
    const kinds = KINDS.map((kind): [string, Out | undefined] => {
      const devices = [...this.devices.values()].filter((device) => device.kind === kind);
      const entries = devices.map((device): [string, Out] => [device.id, this.#writeDevice(device, order)]);
      return [kind, entries.length === 0 ? undefined : map(entries)];
    });
    const renderer = this.#renderer === undefined ? undefined : plain(this.#renderer);
    return writeYaml(map([["network", map([["version", plain(2)], ["renderer", renderer], ...kinds])]]));
  }

  #writeDevice(device: Device, order: readonly string[]): Out {
    const members = order
      .map((id) => this.devices.get(id))
      .filter((other) => other !== undefined)
      .filter((other) => other.bond === device || other.bridge === device || other.vrf === device);
    const ofVrf = device.kind === "vrfs";
    const written = new Map(device.settings);
    const set = (key: string, value: Out | undefined): void => {
      if (value !== undefined) written.set(key, value);
    };
    if (
      device.kindBackend !== undefined &&
      device.kindBackend !== (this.#renderer ?? "networkd") &&
      !written.has("renderer")
    )
      set("renderer", plain(device.kindBackend));
    if (members.length > 0) set("interfaces", list(members.map((member) => plain(member.id))));
    if (device.kind === "bridges") set("parameters", writeBridgeParameters(device, members));
    set("routes", writeRoutes(device.routes, ofVrf));
    set("routing-policy", writeRules(device.rules, ofVrf));
    if (device.kind === "vlans") {
      set("vlan id", plain(device.vlanId ?? 0));
      set("vlan link", quoted(device.vlanLink?.id ?? ""));
    }
    if (ofVrf) set("table", plain(device.vrfTable ?? 0));
    return map(WRITTEN_ORDER.map((key) => [key.replace("vlan ", ""), written.get(key)]));
  }
}

function rendererOf(device: Device): string | undefined {
  const own = device.settings.get("renderer");
  return own !== undefined && "plain" in own ? own.plain : device.kindBackend;
}

const WRITTEN_ORDER = [
  "renderer",
  "match",
  "optional",
  "critical",
  "ignore-carrier",
  "addresses",
  "nameservers",
  "gateway4",
  "gateway6",
  "dhcp-identifier",
  "dhcp4",
  "dhcp4-overrides",
  "dhcp6",
  "dhcp6-overrides",
  "accept-ra",
  "ra-overrides",
  "macaddress",
  "set-name",
  "ipv6-address-generation",
  "ipv6-address-token",
  "ipv6-privacy",
  "ipv6-mtu",
  "mtu",
  "emit-lldp",
  "activation-mode",
  "link",
  "virtual-function-count",
  "embedded-switch-mode",
  "interfaces",
  "parameters",
  "routes",
  "routing-policy",
  "hairpin",
  "port-mac-learning",
  "neigh-suppress",
  "vlan id",
  "vlan link",
  "table",
  "wakeonlan",
  "receive-checksum-offload",
  "transmit-checksum-offload",
  "tcp-segmentation-offload",
  "tcp6-segmentation-offload",
  "generic-segmentation-offload",
  "generic-receive-offload",
  "large-receive-offload",
  "optional-addresses",
  "link-local",
  "infiniband-mode",
];

/** Checks a device once every device that it refers to is known. */
function validate(device: Device): void {
  if (device.hasSetName && !device.hasMatch) throw new Raises(`${device.id}: 'set-name:' requires 'match:' properties`);
  if (device.kind === "vlans" && (device.vlanLink === undefined || device.vlanId === undefined || device.vlanId > 4094))
    throw new Raises(`${device.id}: missing 'link' property, or missing or invalid 'id'`);
  if (device.kind === "vrfs" && device.vrfTable === undefined)
    throw new Raises(`${device.id}: missing 'table' property`);
  if (device.settings.has("ipv6-address-generation") && device.settings.has("ipv6-address-token"))
    throw new Raises(`${device.id}: ipv6-address-generation and ipv6-address-token are mutually exclusive`);
}

function adoptVrfTable(device: Device): void {
  if (device.kind !== "vrfs") return;
  for (const { numbers } of [...device.routes, ...device.rules]) {
    const table = numbers.get("table") ?? NO_TABLE;
    if (table !== NO_TABLE && table !== device.vrfTable) throw new Raises(`${device.id}: VRF routes table mismatch`);
  }
}
