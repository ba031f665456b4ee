import { DiskError } from "../../disk/disk.ts";
import type { Filesystem, Inode } from "../../filesystem/filesystem.ts";
import { type FstabMount, isNetworkMount, tidy } from "../fstab.ts";
import { mountUnits, type UnitSource } from "../mountUnits.ts";
import { isTooLong } from "../resolve.ts";
import { isFilesystem, type Part } from "./parts.ts";
import { type Root, subvolumeIn } from "./roots.ts";
import type { MountedTree } from "./tree.ts";

/** File systems without a disk, whose content the boot makes (filesystems(5)), and what is no file system of files. */
const PSEUDO =
  /^(proc|sysfs|tmpfs|ramfs|devtmpfs|devpts|mqueue|hugetlbfs|debugfs|tracefs|securityfs|configfs|cgroup2?|pstore|efivarfs|bpf|binfmt_misc|fusectl|fuse\.lxcfs|autofs|rpc_pipefs|nfsd|none|swap|usbfs|selinuxfs)$/;

/** Where a GPT partition is mounted if fstab says nothing (systemd-gpt-auto-generator(8)), by its type. */
const BY_TYPE: Readonly<Record<string, string>> = {
  "8484680c-9521-48c6-9c11-b0720656f69e": "/usr",
  "b0e01050-ee5f-4390-949a-9101b17104e9": "/usr",
  "4d21b016-b534-45c2-a9fb-5c16e091fd2d": "/var",
  "933ac7e1-2eb4-4f13-b844-0e14e2aef915": "/home",
  "3b8f8425-20e0-4f3b-907f-1a25a76f98e8": "/srv",
  "bc13c2ff-59e6-4262-a352-b275fd6f7172": "/boot",
};

/** What to do if a device was not found. */
const NOT_GIVEN = "; if the machine has another disk, pass all of them, joined by +";

/** The type of an EFI partition, which is mounted at /efi, or else at /boot, if that is an empty directory. */
const EFI = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";

/**
 * Mounts on a root what its fstab and its mount units name, and what partitions are by their type. Says what cannot be.
 * @param placeOf where a path of the system is in the tree
 */
export function mountAll(
  tree: MountedTree,
  { part: own, filesystem }: Root,
  fstab: readonly FstabMount[],
  parts: readonly Part[],
  placeOf = (path: string) => path,
): Filesystem[] {
  const mounted = new Set<Filesystem>([filesystem]);

  function mount(point: string, content: Filesystem, directory: Inode): void {
    mounted.add(content);
    tree.mount(placeOf(point), directory);
  }

  const mountLine = (line: FstabMount): void => {
    const { point, options, device, type } = line;
    if (point === "/" || (PSEUDO.test(type) && !isBind(line)) || isNetworkMount(line)) return;
    // An automount is mounted when somebody looks.
    if (options.includes("noauto") && !options.includes("x-systemd.automount")) return;
    const refuse = (reason: string) => {
      if (!options.includes("nofail")) tree.mountUnreadable(placeOf(point), reason);
    };
    if (isBind(line)) {
      const source = tree.source(placeOf(device)) ?? "it does not exist";
      if (typeof source !== "string") tree.mount(placeOf(point), source);
      else refuse(`${device}, which ${place(line)} mounts here, cannot be read: ${source}`);
      return;
    }
    if (type === "overlay") {
      refuse(`${place(line)} mounts an overlay here, which is not supported`);
      return;
    }
    const part = parts.find((one) => isDevice(one, device)) ?? (isOwn(own, device) ? own : undefined);
    if (part === undefined) {
      const locked = parts.find(({ content }) => !isFilesystem(content) && content.holdsFiles);
      const why = locked === undefined ? "" : `: ${locked.name} ${(locked.content as { reason: string }).reason}`;
      refuse(`${device}, which ${place(line)} mounts here, was not found${why || NOT_GIVEN}`);
      return;
    }
    if (!isFilesystem(part.content)) {
      refuse(`${part.name}, which ${place(line)} mounts here, ${part.content.reason}`);
      return;
    }
    const directory = directoryOf(part.content, line);
    if (directory === undefined) refuse(`${part.name}, which ${place(line)} mounts here, lacks this subvolume`);
    else mount(point, part.content, directory);
  };
  for (const line of inOrder(fstab)) mountLine(line);
  // Their files may be on what fstab mounts.
  const units = mountUnits(unitSource(tree, placeOf));
  for (const line of inOrder(units)) mountLine(line);
  const lines = [...fstab, ...units];
  for (const part of parts) {
    const point = BY_TYPE[part.type ?? ""];
    if (point === undefined || lines.some((line) => line.point === point) || !isEmptyDirectory(tree, placeOf(point)))
      continue;
    if (isFilesystem(part.content)) mount(point, part.content, part.content.root);
    else
      tree.mountUnreadable(placeOf(point), `${part.name}, which is mounted here by its type, ${part.content.reason}`);
  }
  const efi = parts.find(({ type }) => type === EFI);
  if (
    efi !== undefined &&
    isFilesystem(efi.content) &&
    !lines.some(({ point }) => ["/efi", "/boot/efi", "/boot"].includes(point))
  ) {
    const point = ["/efi", "/boot"].find((path) => isEmptyDirectory(tree, placeOf(path)));
    if (point !== undefined) mount(point, efi.content, efi.content.root);
  }
  return [...mounted];
}

function unitSource(tree: MountedTree, placeOf: (path: string) => string): UnitSource {
  return {
    list(path) {
      const place = placeOf(path);
      return tree.lstat(place)?.kind === "directory" ? tree.list(place) : [];
    },
    text(path) {
      const place = placeOf(path);
      return tree.lstat(place)?.kind === "file" ? tree.read(place)?.toString("utf8") : undefined;
    },
  };
}

/** The place of a line, for messages. */
function place({ origin }: FstabMount): string {
  return `${origin.path}:${origin.line}`;
}

function isBind({ options }: FstabMount): boolean {
  return options.includes("bind") || options.includes("rbind");
}

/**
 * Mount points above others come first; of several lines for one, the last is on top. Bind mounts come after all others,
 * each after those above its source and its mount point.
 */
function inOrder(fstab: readonly FstabMount[]): FstabMount[] {
  const depth = (point: string) => point.split("/").length;
  const sorted = [...fstab].sort((a, b) => depth(a.point) - depth(b.point));
  const binds = new Map(sorted.filter(isBind).map((line) => [line.point, line]));
  const seen = new Set<FstabMount>();
  const ordered = new Set<FstabMount>();
  for (const bind of binds.values()) {
    const path = [bind];
    for (let line = path.at(-1); line !== undefined; line = path.at(-1)) {
      seen.add(line);
      const earlier = [...pathsTo(tidy(line.device)), ...pathsTo(line.point)].map((point) => binds.get(point));
      const next = earlier.find((one) => one !== undefined && !seen.has(one));
      if (next === undefined) ordered.add(path.pop()!);
      else path.push(next);
    }
  }
  return [...sorted.filter((line) => !isBind(line)), ...ordered];
}

/** A path and all above it. */
function pathsTo(path: string): string[] {
  if (isTooLong(path)) return [];
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** What a line mounts of a file system; undefined if it is a subvolume that does not exist. */
function directoryOf(content: Filesystem, line: FstabMount): Inode | undefined {
  if (content.subvolume === undefined) return content.root;
  const path = subvolumeIn(line);
  const id = line.options.find((option) => option.startsWith("subvolid="))?.slice("subvolid=".length);
  try {
    if (path !== undefined) return content.subvolume({ path: Buffer.from(path, "utf8").toString("latin1") });
    return id === undefined ? content.root : content.subvolume({ id: Number(id) });
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}

/** Whether fstab's name of a device is that of a part. */
export function isDevice(part: Part, device: string): boolean {
  const [, tag, value = ""] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.*)$/.exec(device) ?? bySymbolicLink(device);
  if (tag === undefined) return part.devices.includes(device);
  const name = value.replace(/^(["'])(.*)\1$/, "$2");
  const { content, partUuid, partLabel } = part;
  if (tag === "PARTUUID") return partUuid === name.toLowerCase();
  if (tag === "PARTLABEL") return partLabel === name;
  if (!isFilesystem(content)) return false;
  return tag === "UUID" ? content.uuid?.toLowerCase() === name.toLowerCase() : content.label === name;
}

/** The parts of a name such as /dev/disk/by-uuid/..., as those of a tag. */
function bySymbolicLink(device: string): readonly (string | undefined)[] {
  const [, kind, value = ""] = /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\/(.*)$/.exec(device) ?? [];
  // udev escapes what would not do in a name.
  const name = value.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return [undefined, kind?.toUpperCase(), name];
}

/** Whether a device is the root's own though it has another name here, as that of the root's other subvolumes. */
function isOwn(own: Part, device: string): boolean {
  return own.devices.includes(device) || device === "/dev/root";
}

function isEmptyDirectory(tree: MountedTree, path: string): boolean {
  return tree.lstat(path)?.kind === "directory" && tree.list(path).length === 0;
}
