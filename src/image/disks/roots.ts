import { DiskError } from "../../disk/disk.ts";
import type { Filesystem, Inode } from "../../filesystem/filesystem.ts";
import { type FstabMount, parseFstab } from "../fstab.ts";
import { resolvePath } from "../resolve.ts";
import { isFilesystem, type Part } from "./parts.ts";

/** A file system, or a subvolume of one, that is the root of a system. */
export interface Root {
  /** How a list calls it: "partition 2 (ext4), Debian GNU/Linux 12". */
  readonly name: string;
  readonly part: Part;
  readonly directory: Inode;
  readonly filesystem: Filesystem;
  /** Whether it is the physical root of a machine that ostree manages, in which the roots are directories. */
  readonly isSysroot: boolean;
}

/** Types of GPT partitions for the root, one for each architecture (UAPI Discoverable Partitions Specification). */
const ROOT_TYPES = [
  "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
  "b921b045-1df0-41c3-af44-4c6f280d3fae",
  "44479540-f297-41b2-9af7-d131d5f0458a",
  "69dad710-2ce4-4e3c-b16c-21a1d49abed3",
  "72ec70a6-cf74-40e6-bd49-4bda08e8f224",
  "c31c45e6-3f39-412e-80fb-4809c4980599",
  "5eead9a9-fe09-4a1e-a1d7-520d00531306",
];

/** Files of which a root has one, even if it is a link to another file system. */
const RELEASES = [
  "etc/os-release",
  "usr/lib/os-release",
  "etc/system-release",
  "etc/redhat-release",
  "etc/lsb-release",
];

/** The roots on the parts of a machine's disks, in their order. */
export function rootsOf(parts: readonly Part[]): Root[] {
  const contents = parts.map(({ content }) => content);
  // A file system over several parts is one.
  const found = parts.flatMap((part, index) =>
    isFilesystem(part.content) && contents.indexOf(part.content) === index ? rootsIn(part, part.content) : [],
  );
  const typed = found.filter(({ part }) => isRootType(part));
  return typed.length === 1 ? typed : found;
}

/** Whether a partition is a root by its type. */
export function isRootType({ type }: Part): boolean {
  return ROOT_TYPES.includes(type ?? "");
}

function rootsIn(part: Part, filesystem: Filesystem): Root[] {
  const rootAt = (directory: Inode | undefined, subvolume?: string): Root[] => {
    if (directory === undefined) return [];
    const isSysroot = holdsDeployments(directory);
    if (!isSysroot && !isRoot(directory)) return [];
    const named = subvolume === undefined ? filesystem.type : `${filesystem.type}, subvolume ${subvolume}`;
    const system = systemName(directory);
    const name = `${part.name} (${named})${isSysroot ? ", ostree" : system === undefined ? "" : `, ${system}`}`;
    return [{ name, part, directory, filesystem, isSysroot }];
  };
  const own = rootAt(filesystem.root);
  if (own.length > 0 || filesystem.subvolume === undefined) return own;
  // The default subvolume is not the root: its boot loader or fstab names another.
  const top = filesystem.subvolume({ path: "/" });
  const names = top === undefined ? [] : (attempt(() => [...top.names()]) ?? []);
  const found = names.flatMap((name) =>
    rootAt(
      attempt(() => filesystem.subvolume?.({ path: name })),
      name,
    ).map((root) => ({ root, name })),
  );
  // A snapshot of the root has the root's fstab, which names the root.
  const named = found.filter(({ root, name }) => rootSubvolume(root.directory) === name);
  return (named.length > 0 ? named : found).map(({ root }) => root);
}

/**
 * Why a part in which no root was found may hold one all the same: it is damaged where that would show, or cannot be read
 * at all. Completes "partition 2 ..."; undefined if there is none in it.
 */
export function doubtAbout({ content }: Part): string | undefined {
  if (!isFilesystem(content)) return content.mayBeRoot ? content.reason : undefined;
  // It has no links and no owners.
  if (content.type === "vfat") return undefined;
  try {
    const top = content.subvolume?.({ path: "/" });
    for (const name of top?.names() ?? []) expectReadable(content.subvolume!({ path: name }) ?? content.root);
    expectReadable(content.root);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return `cannot be read: ${error.message}`;
  }
  return undefined;
}

/** @throws {DiskError} if a directory cannot be read that tells whether this is the directory of a root */
function expectReadable(directory: Inode): void {
  for (const _ of directory.names());
  for (const path of ["etc", "usr/lib", "ostree/deploy"]) {
    let at: Inode | undefined = directory;
    for (const name of path.split("/")) at = at?.stat.kind === "directory" ? at.child(name) : undefined;
    if (at?.stat.kind === "directory") for (const _ of at.names());
  }
}

/** The subvolume that a root's fstab names as the root. */
function rootSubvolume(root: Inode): string | undefined {
  const line = fstabOf(root).find(({ point }) => point === "/");
  return line === undefined ? undefined : subvolumeIn(line);
}

/** The path of the subvolume that a line of fstab mounts. */
export function subvolumeIn({ options }: FstabMount): string | undefined {
  const option = options.find((one) => one.startsWith("subvol="));
  return option?.slice("subvol=".length).replace(/^\/+|\/+$/g, "");
}

/** @param path where the root is in the file system */
export function fstabOf(root: Inode, path = ""): FstabMount[] {
  return parseFstab(textAt(root, `${path}/etc/fstab`) ?? "");
}

function holdsDeployments(directory: Inode): boolean {
  return inodeAt(directory, "usr") === undefined && inodeAt(directory, "ostree/deploy")?.stat.kind === "directory";
}

function isRoot(directory: Inode): boolean {
  return (
    attempt(
      () => directory.child("etc")?.stat.kind === "directory" && (hasRelease(directory) || hasAccounts(directory)),
    ) === true
  );
}

function hasRelease(directory: Inode): boolean {
  return RELEASES.some((path) => inodeAt(directory, path) !== undefined);
}

/** Systems of before os-release. */
function hasAccounts(directory: Inode): boolean {
  return ["etc/fstab", "etc/passwd"].every((path) => inodeAt(directory, path) !== undefined);
}

/** What a root's os-release calls the system. */
function systemName(directory: Inode): string | undefined {
  return nameIn(textAt(directory, "/etc/os-release") ?? textAt(directory, "/usr/lib/os-release") ?? "");
}

/** The name of a system whose /usr is a file system of its own; undefined for anything else. */
export function systemInUsr(directory: Inode): string | undefined {
  return nameIn(textAt(directory, "/lib/os-release") ?? "");
}

function nameIn(text: string): string | undefined {
  const value = (key: string) => new RegExp(`^${key}=["']?([^"'\\n]*)`, "m").exec(text)?.[1];
  const name = value("NAME");
  return value("PRETTY_NAME") ?? (name && `${name} ${value("VERSION") ?? value("VERSION_ID") ?? ""}`.trim());
}

/** The inode at a path without following links; undefined if there is none. */
function inodeAt(directory: Inode, path: string): Inode | undefined {
  let at: Inode | undefined = directory;
  for (const name of path.split("/")) {
    if (at?.stat.kind !== "directory") return undefined;
    at = attempt(() => at!.child(name));
  }
  return at;
}

/** A small file's text, with links followed inside the file system. */
function textAt(root: Inode, path: string): string | undefined {
  const linkAt = (at: string) => {
    const inode = inodeAt(root, at.slice(1));
    return inode?.stat.kind === "symlink" ? attempt(() => inode.readlink()) : undefined;
  };
  const real = resolvePath(path, linkAt);
  const file = real === undefined ? undefined : inodeAt(root, real.slice(1));
  if (file?.stat.kind !== "file") return undefined;
  return attempt(() => file.read(0, Math.min(file.stat.size, 1024 * 1024)).toString("utf8"));
}

/** What is damaged counts as missing here; whoever reads it later reports it. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}
