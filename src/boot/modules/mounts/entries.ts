import { defineFact } from "../../../distro/library/fact.ts";
import { networkUnitOf } from "../../../distro/systemd/usualUnits.ts";
import type { Origin } from "../../../image/origin.ts";
import { Raises, raisingAt } from "../../../python/errors.ts";
import { type ConfigNode, originOf } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { usesSystemd } from "../../system/systemd.ts";
import { type Device, findDevice } from "./device.ts";
import type { Fstab } from "./fstab.ts";

/** A field of a line of /etc/fstab; null if it is not given. Only strings can be written. */
type Field = { readonly text: string; readonly isText: boolean } | null;

/** A line to add to /etc/fstab. */
export interface MountEntry {
  readonly fields: readonly Field[];
  readonly device: Device;
  readonly because: Origin;
  /** The name of the disk if cloud-init mounts it by default; undefined for a configured entry. */
  readonly unasked: string | undefined;
}

/**
 * The entries of `mounts` with all their fields, and those that cloud-init adds by itself (cc_mounts, 18.5 to 26.2).
 * @throws Raises if the module fails on them before it creates the swap file
 */
export function mountEntries(boot: ModuleRun, fstab: Fstab): MountEntry[] {
  const defaults = defaultFields(boot);
  const fill = boot.since("24.3") ? fillSince24 : fillBefore24;
  const entryOf = (node: ConfigNode): MountEntry[] => {
    if (node.type !== "sequence") return noList(boot, node, defaults.length);
    if (node.children.length === 0) throw new Raises("an entry of mounts is empty");
    const device = findDevice(boot, pyStr(node.children[0]!));
    const given = node.children.map(fieldOf);
    if (device.isForeign && given[1] !== undefined && given[1] !== null)
      boot.note("mount-device-foreign", { name: device.name, point: given[1].text }, originOf(node));
    const known = device.found === "yes" && !fstab.devices.has(device.name);
    const [first, ...rest] = fill(given, defaults, known);
    const name: Field = device.found === "maybe" ? { text: device.name, isText: true } : first!;
    return [{ fields: [name, ...rest], device, because: originOf(node), unasked: undefined }];
  };
  const entries = listed(boot).flatMap((node) => raisingAt(originOf(node), () => entryOf(node)));
  const kept = withoutRemoved([...entries, ...cloudMounts(boot, entries, defaults)]);
  if (kept.some(({ fields }) => fields.length < 4))
    throw new Raises("mount_default_fields has too few fields", boot.because("mount_default_fields"));
  return kept;
}

function fieldOf(node: ConfigNode): Field {
  if (node.type !== "scalar") return { text: pyStr(node), isText: false };
  return node.kind === "null" ? null : { text: pyStr(node), isText: node.kind === "str" };
}

/** The items of `mounts`. A value that is not a list is accepted only if Python can iterate over it. */
function listed(boot: ModuleRun): readonly ConfigNode[] {
  const node = boot.config.node("mounts");
  if (node?.type === "sequence") return node.children;
  const isIterable = node?.type === "mapping" || (node?.type === "scalar" && node.kind === "str");
  if (node === undefined || (isIterable && (boot.since("24.3") || !truthy(node)))) return [];
  throw new Raises("mounts must be a list", boot.because("mounts"));
}

/** Since 24.3 an entry that is not a list is skipped. Before, it stops the module; a long string does so later. */
function noList(boot: ModuleRun, node: ConfigNode, fields: number): MountEntry[] {
  if (boot.since("24.3")) return [];
  const text = pyStr(node);
  if (node.type !== "scalar" || node.kind !== "str" || [...text].length < fields)
    throw new Raises(`an entry of mounts must be a list, not ${text}`);
  const field: Field = { text, isText: false };
  const device = { name: text, found: "no", mayBe: () => false } as const;
  return [{ fields: [field, field, field, field], device, because: originOf(node), unasked: undefined }];
}

/**
 * The default mount options with systemd. Distributions that keep cloud-init's stages as processes of their own keep the
 * older unit in them (Ubuntu up to 24.04, Red Hat, SUSE, Azure Linux, Photon).
 */
const MOUNT_OPTIONS = defineFact({
  name: "default mount options",
  file: "config/cc_mounts.py",
  readCode: (code) => {
    const assigned = [
      ...code.matchAll(
        /\b(?:default_mount_options|def_mnt_opts) = \(?((?:\s{0,40}["'][^"'\\\n]*["'])+)\s{0,40}(?:if \w[\w.()]{0,99}\s{1,40}else\b|\)|$)/gm,
      ),
    ].map(([, literals = ""]) => [...literals.matchAll(/["']([^"'\n]*)["']/g)].map(([, text]) => text).join(""));
    const found = new Set(assigned.filter((options) => options !== WITHOUT_SYSTEMD));
    return found.size === 1 ? [...found][0] : undefined;
  },
  byVersion: (since) => {
    if (since("24.3")) return "defaults,nofail,x-systemd.after=cloud-init-network.service,_netdev";
    if (since("24.2")) return "defaults,nofail,x-systemd.after=cloud-init.service,_netdev";
    return `defaults,nofail,x-systemd.requires=cloud-init.service${since("22.1") ? ",_netdev" : ""}`;
  },
});
const WITHOUT_SYSTEMD = "defaults,nobootwait";

/** Without the library the units show what it waits for. */
function defaultOptions(boot: ModuleRun): string {
  if (!usesSystemd(boot)) return WITHOUT_SYSTEMD;
  const { value, from } = boot.lookUp(MOUNT_OPTIONS);
  if (from === "library") return value;
  return value.replace(/cloud-init[a-z-]*\.service/, networkUnitOf(boot.image, boot.version, boot.distro));
}

function texts(...fields: (string | null)[]): Field[] {
  return fields.map((text) => (text === null ? null : { text, isText: true }));
}

/** mount_default_fields; of a string, its letters. Before 24.3 the fourth is always required. */
function defaultFields(boot: ModuleRun): Field[] {
  const node = boot.config.node("mount_default_fields");
  if (node === undefined) return texts(null, null, "auto", defaultOptions(boot), "0", "2");
  let fields: Field[] | undefined;
  if (node.type === "sequence") fields = node.children.map(fieldOf);
  else if (node.type === "scalar" && node.kind === "str") fields = texts(...pyStr(node));
  const isUsed = !boot.since("24.3") || listed(boot).some((entry) => entry.type === "sequence");
  if (isUsed && (fields === undefined || (!boot.since("24.3") && fields.length < 4)))
    throw new Raises("mount_default_fields must be a list of six fields", boot.because("mount_default_fields"));
  return fields ?? [];
}

/** Since 24.3 every given field is converted to a string. */
function fillSince24(given: readonly Field[], defaults: readonly Field[]): Field[] {
  const filled = given.map((field, index) => {
    if (field !== null) return { text: field.text, isText: true };
    if (index >= defaults.length) throw new Raises("an entry of mounts is longer than mount_default_fields");
    return defaults[index]!;
  });
  return [...filled, ...defaults.slice(given.length)];
}

/** Before 24.3 the fields are converted to strings only if the device is `known`: found, and not in /etc/fstab yet. */
function fillBefore24(given: readonly Field[], defaults: readonly Field[], known: boolean): Field[] {
  const filled = given.map((field, index) => {
    if (field === null) return defaults[index] ?? null;
    return known ? { text: field.text, isText: true } : field;
  });
  return [...filled, ...defaults.slice(given.length)];
}

/** The disks that cloud-init mounts by default, unless an entry is about the same device. */
function cloudMounts(boot: ModuleRun, entries: readonly MountEntry[], defaults: readonly Field[]): MountEntry[] {
  const options: Field = boot.since("24.3") ? { text: defaultOptions(boot), isText: true } : (defaults[3] ?? null);
  const ephemeral = [...texts("/mnt", "auto"), options, ...texts("0", "2")];
  const unasked: readonly (readonly [name: string, fields: Field[]])[] = [
    ["ephemeral0", ephemeral],
    ["swap", texts("none", "swap", "sw", "0", "0")],
  ];
  return unasked.flatMap(([name, fields]) => {
    const device = findDevice(boot, name);
    if (device.found === "no" || entries.some((entry) => entry.fields[0]?.text === device.name)) return [];
    const because = boot.because("mounts");
    return [{ fields: [...texts(device.name), ...fields], device, because, unasked: name }];
  });
}

/** An entry without a directory also removes the earlier ones of the same device. */
function withoutRemoved(entries: readonly MountEntry[]): MountEntry[] {
  const removed = new Set<string | undefined>();
  const kept = [...entries].reverse().filter(({ fields: [device, directory] }) => {
    if (directory === null) removed.add(device?.text);
    return directory !== null && !removed.has(device?.text);
  });
  return kept.reverse();
}
