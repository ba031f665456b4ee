import { findPair } from "../../config/merge.ts";
import { matchesGlob } from "../../image/glob.ts";
import { type Image, readText } from "../../image/image.ts";
import { hasUnknown, unknownReason } from "../../image/unknown.ts";
import type { ConfigNode, Mapping, Pair } from "../../python/tree.ts";
import { parseYaml } from "../../python/yaml/load.ts";
import { UnreadableService } from "../includes.ts";
import { readLines, words } from "../lines.ts";
import { assignmentIn } from "../shellVariables.ts";
import { parseInterfaces, type Stanza, settingOf } from "./interfaces.ts";

/** The programs that read network profiles. netplan writes its files again for the first or the last of them. */
export type NetworkProgram = "systemd-networkd" | "NetworkManager" | "ifupdown" | "wicked";

/** What one file, or one part of it, says of an interface. */
export interface NetworkProfile {
  readonly kind: "netplan" | "networkd" | "keyfile" | "ifcfg" | "interfaces";
  readonly program: NetworkProgram;
  readonly path: string;
  /** From 1; undefined for the whole file. */
  readonly line?: number;
  /** The setting of the service "network" that contains it. */
  readonly key: string;
  /** What decides among profiles of one program: the file's name, netplan's ID. */
  readonly name: string;
  /** Names of interfaces, or globs over them; empty if any name fits. Placeholders for unknown names. */
  readonly interfaces: readonly string[];
  /** MAC addresses in lower case; empty if any fits. */
  readonly macs: readonly string[];
  /** Whether it also depends on what only the machine shows, such as the driver. */
  readonly isConditional: boolean;
  /** Whether it is for a device that the program itself creates, such as a bond. */
  readonly isVirtual: boolean;
  /** Whether the program uses it without being asked. */
  readonly autoconnect: boolean;
  /** NetworkManager's autoconnect-priority; undefined if the file does not set it. */
  readonly priority: number | undefined;
  /** NetworkManager's UUID; undefined if the file does not set it. */
  readonly uuid: string | undefined;
  /** Addresses, "DHCP" and "DHCPv6". */
  readonly addressing: readonly string[];
  /** netplan's switches that this definition sets, true or false. */
  readonly switches: ReadonlyMap<string, boolean>;
}

/** All profiles in /etc of an image, of whatever program. Those of ifupdown are missing if they cannot be read. */
export function readProfiles(image: Image): readonly NetworkProfile[] {
  const read = known.get(image) ?? profilesOf(image);
  known.set(image, read);
  return read;
}

/** Several rules ask about the same images, which do not change any more. */
const known = new WeakMap<Image, readonly NetworkProfile[]>();

function profilesOf(image: Image): NetworkProfile[] {
  return [...netplan(image), ...networkd(image), ...keyfiles(image), ...ifcfg(image), ...interfaces(image)];
}

/** Whether a profile is for an interface: undefined if that depends on what is unknown before the boot. */
export function appliesTo(
  profile: NetworkProfile,
  device: Pick<NetworkProfile, "interfaces" | "macs" | "isVirtual">,
): boolean | undefined {
  const { interfaces: globs, macs } = profile;
  const isUnknown = device.interfaces.some(hasUnknown) || (device.interfaces.length === 0 && device.macs.length === 0);
  if (isUnknown) return profile.isVirtual || macs.length > 0 ? false : undefined;
  if (macs.length > 0 && device.macs.length > 0) {
    if (!macs.some((mac) => device.macs.includes(mac))) return false;
  } else {
    const named = fits(globs, device.interfaces);
    if (named === false) return false;
    if (named === undefined || macs.length > 0) return undefined;
  }
  return profile.isConditional ? undefined : true;
}

/** Whether one of the names of an interface fits a list of globs; undefined if its name is itself a glob, or unknown. */
function fits(globs: readonly string[], names: readonly string[]): boolean | undefined {
  if (globs.length === 0) return true;
  if (globs.some((glob) => names.some((name) => glob === name || (isGlob(glob) && matchesGlob(glob, name)))))
    return true;
  return names.length === 0 || names.some(isGlob) ? undefined : false;
}

function isGlob(name: string): boolean {
  return /[*?[]/.test(name);
}

type Rest = Partial<Omit<NetworkProfile, "kind" | "program" | "path" | "key">>;

function profile(
  kind: NetworkProfile["kind"],
  program: NetworkProgram,
  path: string,
  { key = path, ...rest }: Rest & { readonly key?: string },
): NetworkProfile {
  return {
    kind,
    program,
    path,
    key,
    name: path.slice(path.lastIndexOf("/") + 1),
    interfaces: [],
    macs: [],
    isConditional: false,
    isVirtual: false,
    autoconnect: true,
    priority: undefined,
    uuid: undefined,
    addressing: [],
    switches: new Map(),
    ...rest,
  };
}

function filesIn(image: Image, directory: string, pattern: RegExp): string[] {
  return image
    .list(directory)
    .filter((name) => pattern.test(name) && image.stat(`${directory}/${name}`)?.kind === "file")
    .map((name) => `${directory}/${name}`);
}

// netplan

const SECTIONS = ["ethernets", "wifis", "modems", "bonds", "bridges", "vlans", "tunnels", "vrfs", "dummy-devices"];

function netplan(image: Image): NetworkProfile[] {
  const files = filesIn(image, "/etc/netplan", /\.yaml$/).map((path) => ({ path, root: netplanRoot(image, path) }));
  const shared = rendererOf(files.map(({ root }) => root).findLast((root) => root && findPair(root, "renderer")));
  return files.flatMap(({ path, root }): NetworkProfile[] => {
    if (root === undefined) {
      const reason = unknownReason(readText(image, path) ?? "");
      const unknown = { interfaces: [`<<unknown:${reason}>>`], name: "" };
      return reason === undefined ? [] : [profile("netplan", shared, path, unknown)];
    }
    return SECTIONS.flatMap((section) => {
      const found = mappingIn(root, section);
      const own = found === undefined || findPair(found, "renderer") === undefined ? shared : rendererOf(found);
      return (found?.children ?? []).flatMap((pair) =>
        pair.value.type === "mapping" && pair.key.value !== "renderer"
          ? [netplanDevice(path, pair, pair.value, section, own)]
          : [],
      );
    });
  });
}

function netplanRoot(image: Image, path: string): Mapping | undefined {
  const { node } = parseYaml(readText(image, path) ?? "", path);
  return node?.type === "mapping" ? mappingIn(node, "network") : undefined;
}

function rendererOf(root: Mapping | undefined): NetworkProgram {
  return root !== undefined && textIn(root, "renderer") === "NetworkManager" ? "NetworkManager" : "systemd-networkd";
}

function netplanDevice(
  path: string,
  pair: Pair,
  device: Mapping,
  section: string,
  shared: NetworkProgram,
): NetworkProfile {
  const id = String(pair.key.value);
  const match = mappingIn(device, "match");
  const program = findPair(device, "renderer") === undefined ? shared : rendererOf(device);
  const mac = match && textIn(match, "macaddress");
  const named = match === undefined ? id : (textIn(device, "set-name") ?? textIn(match, "name"));
  const switches = new Map<string, boolean>();
  for (const key of ["dhcp4", "dhcp6"]) {
    const value = findPair(device, key)?.value;
    if (value?.type === "scalar")
      switches.set(key, value.value === true || /^(true|yes|on|y)$/i.test(String(value.value)));
  }
  const addresses = findPair(device, "addresses")?.value;
  return profile("netplan", program, path, {
    line: pair.position.start.line,
    name: id,
    interfaces: named === undefined ? [] : [named],
    macs: mac === undefined ? [] : [mac.toLowerCase()],
    isConditional: match !== undefined && findPair(match, "driver") !== undefined,
    isVirtual: section !== "ethernets",
    switches,
    addressing: [
      ...(addresses?.type === "sequence" ? addresses.children.flatMap(addressOf) : []),
      ...(switches.get("dhcp4") ? ["DHCP"] : []),
      ...(switches.get("dhcp6") ? ["DHCPv6"] : []),
    ],
  });
}

/** An address may be the key of a mapping with its label. */
function addressOf(node: ConfigNode): string[] {
  if (node.type === "scalar") return [String(node.value)];
  return node.type === "mapping" ? node.children.slice(0, 1).map(({ key }) => String(key.value)) : [];
}

function mappingIn(mapping: Mapping, key: string): Mapping | undefined {
  const value = findPair(mapping, key)?.value;
  return value?.type === "mapping" ? value : undefined;
}

function textIn(mapping: Mapping, key: string): string | undefined {
  const value = findPair(mapping, key)?.value;
  return value?.type === "scalar" && value.value !== null ? String(value.value) : undefined;
}

// Files of sections

interface Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

function assignments(image: Image, path: string): Assignment[] {
  let section = "";
  return readLines(image, path).flatMap(({ text }) => {
    const line = text.trim();
    const header = /^\[([^\]]*)\]$/.exec(line);
    if (header !== null) section = header[1]!;
    const equals = line.indexOf("=");
    if (header !== null || equals < 1 || /^[#;]/.test(line)) return [];
    return [{ section, key: line.slice(0, equals).trim(), value: line.slice(equals + 1).trim() }];
  });
}

/** The profile of a file that is unknown as a whole; undefined if it is not. */
function unknownFile(
  image: Image,
  kind: NetworkProfile["kind"],
  program: NetworkProgram,
  path: string,
): NetworkProfile | undefined {
  const reason = unknownReason(readText(image, path) ?? "");
  return reason === undefined ? undefined : profile(kind, program, path, { interfaces: [`<<unknown:${reason}>>`] });
}

/** Conditions of [Match] that depend on the machine (systemd.network(5)). */
const MATCH_NAME = "Name";
const MATCH_MAC = new Set(["MACAddress", "PermanentMACAddress"]);

function networkd(image: Image): NetworkProfile[] {
  return filesIn(image, "/etc/systemd/network", /\.network$/).map((path) => {
    const unknown = unknownFile(image, "networkd", "systemd-networkd", path);
    if (unknown !== undefined) return unknown;
    const said = assignments(image, path);
    const match = said.filter(({ section }) => section === "Match");
    const names = match.filter(({ key }) => key === MATCH_NAME).flatMap(({ value }) => words(value));
    const type = match.find(({ key }) => key === "Type")?.value;
    return profile("networkd", "systemd-networkd", path, {
      interfaces: names,
      macs: match
        .filter(({ key }) => MATCH_MAC.has(key))
        .flatMap(({ value }) => words(value))
        .map((mac) => mac.toLowerCase().replaceAll("-", ":")),
      isConditional:
        names.some((name) => name.startsWith("!")) ||
        match.some(({ key }) => key !== MATCH_NAME && key !== "Type" && !MATCH_MAC.has(key)) ||
        match.length === 0,
      isVirtual: type !== undefined && type !== "ether",
      addressing: [
        ...said
          .filter(({ section, key }) => /^(Network|Address)$/.test(section) && key === "Address")
          .map(({ value }) => value),
        ...said.filter(({ section, key }) => section === "Network" && key === "DHCP").flatMap(dhcpOf),
      ],
    });
  });
}

function dhcpOf({ value }: Assignment): string[] {
  if (/^(yes|true|on|1|both)$/i.test(value)) return ["DHCP", "DHCPv6"];
  if (/^(ipv4|v4)$/i.test(value)) return ["DHCP"];
  return /^(ipv6|v6)$/i.test(value) ? ["DHCPv6"] : [];
}

/** NetworkManager's profiles; backups and hidden files are not read. */
function keyfiles(image: Image): NetworkProfile[] {
  const files = filesIn(
    image,
    "/etc/NetworkManager/system-connections",
    /^(?!\.)(?!.*(~|\.(bak|orig|rpmnew|rpmsave))$)/,
  );
  return files.map((path) => {
    const unknown = unknownFile(image, "keyfile", "NetworkManager", path);
    if (unknown !== undefined) return unknown;
    const said = assignments(image, path);
    const get = (sections: RegExp, key: RegExp) =>
      said.findLast((one) => sections.test(one.section) && key.test(one.key))?.value;
    const type = get(/^connection$/, /^type$/) ?? "";
    const name = get(/^connection$/, /^interface-name$/) ?? get(/^match$/, /^interface-name$/);
    const mac = get(/^(ethernet|802-3-ethernet|infiniband)$/, /^mac-address$/);
    // cloud-init's own profiles name the interface in their ID, whatever they match.
    const own = /^cloud-init (.+)$/.exec(get(/^connection$/, /^id$/) ?? "")?.[1];
    const names = name === undefined ? (own ?? "") : name.replaceAll(/[,;]/g, " ");
    return profile("keyfile", "NetworkManager", path, {
      interfaces: words(names),
      macs: mac === undefined ? [] : [mac.toLowerCase()],
      isVirtual: !/^(ethernet|802-3-ethernet|)$/.test(type),
      autoconnect: !/^(false|no|0)$/i.test(get(/^connection$/, /^autoconnect$/) ?? ""),
      priority: numberOf(get(/^connection$/, /^autoconnect-priority$/)),
      uuid: get(/^connection$/, /^uuid$/),
      addressing: [
        ...said
          .filter(({ section, key }) => /^ipv[46]$/.test(section) && /^address(es)?\d*$/.test(key))
          .map(({ value }) => value.split(",")[0]!),
        ...(/^(auto|dhcp)$/.test(get(/^ipv4$/, /^method$/) ?? "") ? ["DHCP"] : []),
      ],
    });
  });
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}

// ifcfg

const RED_HAT = "/etc/sysconfig/network-scripts";
const SUSE = "/etc/sysconfig/network";

function ifcfg(image: Image): NetworkProfile[] {
  const pattern = /^ifcfg-(?!lo$)(?!.*(~|\.(bak|orig|old|rpmnew|rpmorig|rpmsave))$)/;
  return [RED_HAT, SUSE].flatMap((directory) =>
    filesIn(image, directory, pattern).map((path) => {
      const program = directory === SUSE ? "wicked" : "NetworkManager";
      const unknown = unknownFile(image, "ifcfg", program, path);
      if (unknown !== undefined) return unknown;
      const said = new Map(
        readLines(image, path).flatMap((line) => {
          const found = assignmentIn(line);
          return found === undefined ? [] : [[found.name, found.value] as const];
        }),
      );
      const mac = said.get("HWADDR");
      const suffix = path.slice(path.indexOf("/ifcfg-") + "/ifcfg-".length);
      const device = directory === SUSE ? suffix : said.get("DEVICE");
      const protocol = said.get("BOOTPROTO") ?? "";
      return profile("ifcfg", program, path, {
        interfaces: device === undefined || device === "" ? [] : [device],
        macs: mac === undefined || mac === "" ? [] : [mac.toLowerCase()],
        isVirtual: !/^(ethernet|)$/i.test(said.get("TYPE") ?? "") || said.has("BONDING_MASTER"),
        autoconnect: !/^(no|false|f|off|0)$/i.test(said.get("ONBOOT") ?? ""),
        priority: numberOf(said.get("AUTOCONNECT_PRIORITY")),
        uuid: said.get("UUID"),
        addressing: [
          ...[...said].filter(([key, value]) => /^IPADDR\d*$/.test(key) && value !== "").map(([, value]) => value),
          ...(/^dhcp/i.test(protocol) ? ["DHCP"] : []),
        ],
      });
    }),
  );
}

// ifupdown

function interfaces(image: Image): NetworkProfile[] {
  return stanzas(image)
    .filter(({ name, method }) => name !== "lo" && method !== "loopback")
    .map((stanza) => {
      const { key, path, line } = { line: stanza.line, path: stanza.path, key: settingOf(stanza).key };
      const { name, method, options } = stanza;
      return profile("interfaces", "ifupdown", path, {
        key,
        line,
        name,
        interfaces: [name],
        isVirtual:
          options.some(([option = ""]) => /^(bond[-_]|bridge[-_]|vlan[-_]raw)/.test(option)) || /[.:]/.test(name),
        addressing: [
          ...options.flatMap(([option, value]) => (option === "address" && value !== undefined ? [value] : [])),
          ...(method === "dhcp" ? ["DHCP"] : []),
        ],
      });
    });
}

function stanzas(image: Image): readonly Stanza[] {
  try {
    return parseInterfaces(image).stanzas;
  } catch (error) {
    // The service "network" reports it.
    if (error instanceof UnreadableService) return [];
    throw error;
  }
}
