import { type Disk, DiskError } from "../disk/disk.ts";

/** Kinds of directory entries; sockets, pipes and devices are all "special". */
export type FileKind = "file" | "directory" | "symlink" | "special";

/** A directory entry's metadata. `size` in bytes; `mode` holds the permission bits, setuid, setgid and sticky. */
export interface Stat {
  readonly kind: FileKind;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A kind of file system. */
export interface FilesystemFormat {
  /** As in the third field of fstab. */
  readonly type: string;
  /** Whether a disk holds one, by its content. Reads little. */
  matches(disk: Disk): boolean;
  /**
   * The file system on a disk. Parts of it may be on `others`, disks and volumes of the same machine (btrfs).
   * @throws {DiskError} if it is damaged or has a feature that is not supported, which the message names
   */
  open(disk: Disk, others?: readonly Disk[]): Filesystem;
}

/** A file system on a disk, read-only. */
export interface Filesystem {
  /** As in the third field of fstab: ext4, xfs ... */
  readonly type: string;
  /** As `blkid` prints it; undefined if it has none. */
  readonly uuid: string | undefined;
  readonly label: string | undefined;
  /**
   * What makes all of it doubtful though it can be read, such as a log that is not replayed. Each completes a sentence
   * that begins with the file system's name.
   */
  readonly warnings: readonly string[];
  /** Damage that was found and that does not keep anything from being read, such as wrong checksums. Grows. */
  readonly problems: readonly string[];
  readonly root: Inode;
  /** The disks that it lies on, if there are several. */
  readonly disks?: readonly Disk[];
  /** The root directory of a subvolume, by its path from the top or by its ID; undefined if there is none. */
  subvolume?(by: { readonly path: string } | { readonly id: number }): Inode | undefined;
}

/**
 * A file, directory or link. Names and targets are bytes, one character for each (latin1): they may be no UTF-8.
 * All methods throw DiskError for damage.
 */
export interface Inode {
  /** What tells it from all others of the file system. */
  readonly id: number | string;
  readonly stat: Stat;
  /** When its content changed last, in seconds since 1970; undefined where that is not read. */
  readonly mtime?: number;
  /** A file's bytes at `offset`: `length` of them, fewer only at its end. Holes are zeros. */
  read(offset: number, length: number): Buffer;
  /** A symbolic link's target. */
  readlink(): string;
  /** The names in a directory, in any order, without "." and "..". */
  names(): Iterable<string>;
  /** The entry of a directory; undefined if there is none. */
  child(name: string): Inode | undefined;
}

/** Type bits of sockets, devices and pipes. */
const SPECIAL = [0o140000, 0o060000, 0o020000, 0o010000];

/**
 * The kind of a file by the type bits of its mode, as Unix file systems store them.
 * @throws {DiskError} if there is none of this type, which Linux refuses as well
 */
export function kindOfMode(mode: number): FileKind {
  switch (mode & 0o170000) {
    case 0o100000:
      return "file";
    case 0o040000:
      return "directory";
    case 0o120000:
      return "symlink";
    default:
      if (!SPECIAL.includes(mode & 0o170000)) throw new DiskError("it is damaged: it is of an unknown kind");
      return "special";
  }
}
