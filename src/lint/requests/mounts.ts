import { findPair } from "../../config/merge.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { normalizePath } from "../../python/paths.ts";
import { type ConfigNode, type Mapping, originOf } from "../../python/tree.ts";
import { pyStr, toValue, truthy } from "../../python/value.ts";
import type { Told } from "../schema/told.ts";
import { shortList } from "../sentences/lists.ts";
import { placeOf } from "./places.ts";

const MODULE = "mounts";

/** An entry of `mounts` that names a directory. */
export interface MountRequest {
  readonly origin: Origin;
  readonly device: string;
  /** Where it is mounted, without `.`, `..` or a slash at the end; relative only if it is given so. */
  readonly point: string;
  readonly type: string;
  /** undefined if the entry leaves them to the defaults. */
  readonly options: string | undefined;
}

/** The file of `swap`. */
export interface SwapRequest {
  /** The line to name: that of the file name, else that of `swap`. */
  readonly origin: Origin;
  readonly file: string;
}

/** What is known besides the configuration. */
export interface MountContext {
  /** The version of cloud-init. */
  readonly version: string;
  /** Whether a value is filled in later. */
  readonly isUnknown?: ((node: ConfigNode) => boolean) | undefined;
  /** The image's directories at which something is mounted before cloud-init runs. */
  readonly mountedBefore?: ReadonlySet<string>;
}

/** PATH_MAX of Linux: nothing can be mounted at a longer path. */
const LONGEST_PATH = 4096;

/** The entries of `mounts` with a directory, in order; swap and entries that are invalid or remove others are left out. */
export function mountRequests(root: Mapping, { isUnknown }: Pick<MountContext, "isUnknown"> = {}): MountRequest[] {
  const node = findPair(root, "mounts")?.value;
  if (node?.type !== "sequence") return [];
  return node.children.flatMap((entry): MountRequest[] => {
    if (entry.type !== "sequence" || entry.children.some((field) => isUnknown?.(field))) return [];
    const [device, point, type, options] = entry.children;
    if (device === undefined || point?.type !== "scalar" || point.kind === "null") return [];
    const given = pyStr(point);
    const kind = type === undefined || !truthy(type) ? "auto" : pyStr(type);
    if (kind === "swap" || given === "none" || given === "" || given.length > LONGEST_PATH) return [];
    const place = given.startsWith("/") ? normalizePath(given) : given;
    return [
      {
        origin: originOf(entry),
        device: pyStr(device),
        point: place,
        type: kind,
        options: options === undefined || !truthy(options) ? undefined : pyStr(options),
      },
    ];
  });
}

/** What is certain of the mounts and the swap file that a configuration asks for, whatever the machine is. */
export function toldOfMounts(root: Mapping, context: MountContext): Told[] {
  const requests = mountRequests(root, context);
  const swap = swapRequest(root, context);
  return [
    ...hiddenMounts(requests),
    ...neverMounted(requests, context),
    ...removed(root, context),
    ...toldOfSwap(root, swap, requests, context),
  ];
}

/** Mounts that `mount -a`, which takes the entries in their order, hides behind a later one. */
function hiddenMounts(requests: readonly MountRequest[]): Told[] {
  const last = new Map<string, number>();
  for (const [index, { point }] of requests.entries()) last.set(point, index);
  const hidden = new Map<number, MountRequest[]>();
  for (const [index, request] of requests.entries()) {
    const by = [request.point, ...parentsOf(request.point)].map((place) => last.get(place) ?? -1);
    const later = Math.max(...by);
    const isRepeated =
      later > index && requests[later]!.device === request.device && requests[later]!.point === request.point;
    if (later <= index || isRepeated) continue;
    const known = hidden.get(later);
    if (known === undefined) hidden.set(later, [request]);
    else known.push(request);
  }
  return [...hidden].map(([index, below]): Told => {
    const { origin, device, point } = requests[index]!;
    const same = below.filter((request) => request.point === point);
    const message =
      same.length > 0
        ? `Two entries of mounts name the directory "${point}": "${device}" hides "${same[0]!.device}" on the first boot, and systemd ignores it on all later ones. Mount each at a directory of its own.`
        : `The mount of "${point}" hides ${quotedList(below)} on the first boot, since cloud-init mounts the entries in this order. Put the entry of "${point}" first.`;
    return { about: "mount-hidden", worst: "error", module: MODULE, message, origin };
  });
}

function quotedList(requests: readonly MountRequest[]): string {
  return shortList(requests.map(({ point }) => `"${point}"`));
}

/** Names of disks and their partitions below /dev, as people write them without it; cloud-init completes only sda, vdb1 and their like. */
const DISK_NAME =
  /^(?:nvme\d+n\d+(?:p\d+)?|mmcblk\d+(?:p\d+)?|md\d+|dm-\d+|x?[shv]d[a-z]{2}\d*|disk\/by-[a-z]+\/\S+|mapper\/\S+)$/;

/** Entries whose mount a later entry of the same device without a directory removes. */
function removed(root: Mapping, context: MountContext): Told[] {
  const removers = new Map<string, ConfigNode>();
  const node = findPair(root, "mounts")?.value;
  if (node?.type !== "sequence") return [];
  const last = new Map<string, number>();
  for (const [index, entry] of node.children.entries()) {
    if (entry.type !== "sequence" || entry.children.some((field) => context.isUnknown?.(field))) continue;
    const [device, point] = entry.children;
    if (device === undefined || (point !== undefined && !(point.type === "scalar" && point.kind === "null"))) continue;
    removers.set(pyStr(device), entry);
    last.set(pyStr(device), index);
  }
  return node.children.flatMap((entry, index): Told[] => {
    const [device, point] = entry.type === "sequence" ? entry.children : [];
    const remover = device === undefined ? undefined : removers.get(pyStr(device));
    if (device === undefined || remover === undefined || remover === entry || index > last.get(pyStr(device))!)
      return [];
    if (point?.type !== "scalar" || point.kind === "null") return [];
    const message = `Nothing is mounted at "${pyStr(point)}", since a later entry of "${pyStr(device)}" has no directory (${placeOf(originOf(remover), originOf(entry))}), which removes all entries of the device before it. Remove one of them.`;
    return [{ about: "mount-without-effect", worst: "warning", module: MODULE, message, origin: originOf(entry) }];
  });
}

function neverMounted(requests: readonly MountRequest[], { version }: MountContext): Told[] {
  return requests.flatMap(({ origin, device, point }): Told[] => {
    const say = (message: string): Told[] => [
      { about: "mount-without-effect", worst: "error", module: MODULE, message, origin },
    ];
    if (!point.startsWith("/"))
      return say(
        `The mount point "${point}" of "${device}" is not absolute, so nothing is mounted. Write "/${point}".`,
      );
    const unescaped = [device, point].find((field) => /[ \t]/.test(field));
    if (unescaped !== undefined && !versionAtLeast(version, "26.2"))
      return say(
        `cloud-init ${version} writes the space in "${unescaped}" as it is, which ends the field in /etc/fstab, so nothing is mounted at "${point}". Write "\\040" for the space.`,
      );
    if (/\\0(?:40|11)/.test(device + point) && versionAtLeast(version, "26.2"))
      return say(
        `cloud-init escapes the backslash in the entry of "${point}" again since 26.2, so it does not mount there. Write the space itself.`,
      );
    if (DISK_NAME.test(device.slice(0, LONGEST_PATH)))
      return say(`No device is called "${device}", so nothing is mounted at "${point}". Write "/dev/${device}".`);
    return [];
  });
}

/** The swap file that a configuration asks for. */
export function swapRequest(
  root: Mapping,
  { isUnknown }: Pick<MountContext, "isUnknown"> = {},
): SwapRequest | undefined {
  const pair = findPair(root, "swap");
  const swap = pair?.value;
  if (pair === undefined || swap?.type !== "mapping" || isUnknown?.(swap)) return undefined;
  const filename = findPair(swap, "filename");
  if (filename === undefined) return { origin: originOf(pair), file: "/swap.img" };
  if (isUnknown?.(filename.value) || filename.value.type !== "scalar" || filename.value.kind !== "str")
    return undefined;
  const file = pyStr(filename.value);
  return file === "" || file.length > LONGEST_PATH ? undefined : { origin: originOf(filename), file };
}

const MIB = 1024 * 1024;

/** File systems of the kernel's own below these directories hold no swap file. */
const NO_SWAP = /^\/(dev|proc|run|sys)\//;

function toldOfSwap(
  root: Mapping,
  request: SwapRequest | undefined,
  mounts: readonly MountRequest[],
  { isUnknown, mountedBefore }: MountContext,
): Told[] {
  const swap = findPair(root, "swap")?.value;
  if (request === undefined || swap?.type !== "mapping") return [];
  const { origin, file } = request;
  const lost = (message: string, at: Origin = origin): Told[] => [
    { about: "swap-lost", worst: "error", module: MODULE, message, origin: at },
  ];
  const size = findPair(swap, "size");
  if (size === undefined)
    return swap.children.length === 0
      ? []
      : lost("swap has no size, so cloud-init makes no swap file. Add size, such as 2G or auto.");
  if (isUnknown?.(size.value) || !truthy(size.value)) return [];
  const bytes = toValue(size.value);
  if (typeof bytes === "number" && bytes > 0 && bytes < MIB)
    return lost(
      `The size ${bytes} of the swap file is in bytes and less than 1 MiB, so cloud-init makes none. Write "${bytes}M" for MiB.`,
      originOf(size),
    );
  if (!file.includes("/"))
    return lost(`The name "${file}" of the swap file has no directory, so cloud-init makes none. Write "/${file}".`);
  const path = normalizePath(file);
  if (NO_SWAP.test(path))
    return lost(
      `The swap file "${file}" lies on a file system in memory, which holds no swap. Choose a path on a disk.`,
    );
  const parents = new Set(parentsOf(path));
  const mount = mounts.find(({ point }) => parents.has(point));
  if (mount === undefined || mountedBefore?.has(mount.point)) return [];
  const message = `The swap file "${file}" is lost behind the mount of "${mount.point}" (${placeOf(mount.origin, origin)}): cloud-init makes the file on the disk below and mounts "${mount.device}" over it afterwards, so no later boot finds it. Choose a file outside "${mount.point}".`;
  // Not every machine has a temporary disk.
  return lost(message).map((told) => (mount.device.startsWith("ephemeral") ? { ...told, confidence: "likely" } : told));
}

/** The directories above an absolute path, the nearest first, without the root. */
export function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1))
    parents.push(path.slice(0, slash));
  return parents;
}
