import { DiskError } from "../../disk/disk.ts";

/**
 * A key of a tree's item (struct btrfs_disk_key). Its 64-bit numbers are rounded above 2^53, where no two lie that are
 * looked for in the same tree.
 */
export interface Key {
  readonly objectid: number;
  readonly type: number;
  readonly offset: number;
}

/** The types of items that are read (linux/btrfs_tree.h). */
export const TYPE = {
  inode: 1,
  dirItem: 84,
  dirIndex: 96,
  extentData: 108,
  checksums: 128,
  root: 132,
  rootRef: 156,
  device: 216,
  chunk: 228,
} as const;

/** IDs of objects that are not numbered by their creation (linux/btrfs_tree.h). */
export const ID = {
  devices: 1,
  topLevel: 5,
  /** The directory in the root tree that names the default subvolume. */
  rootTreeDirectory: 6,
  checksumTree: 7,
  /** The first of a subvolume's inodes, which is its root directory, and of subvolumes. */
  firstFree: 256,
  chunks: 256,
  /** BTRFS_EXTENT_CSUM_OBJECTID, -10. */
  checksums: 2 ** 64,
} as const;

/** The bytes of a key. */
export const KEY_SIZE = 17;

/** No offset is beyond it. */
export const LAST_OFFSET = 2 ** 64;

/** The key in `bytes` at `at`. */
export function keyAt(bytes: Buffer, at: number): Key {
  return { objectid: u64(bytes, at), type: bytes[at + 8]!, offset: u64(bytes, at + 9) };
}

/** An unsigned 64-bit number, rounded above 2^53. */
export function u64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
}

/** Below 0 if `one` comes before `other`, 0 if they are equal. */
export function compareKeys(one: Key, other: Key): number {
  return one.objectid - other.objectid || one.type - other.type || one.offset - other.offset;
}

/** The same of keys as they are stored, without rounding. */
export function compareStored(one: Buffer, other: Buffer): number {
  return (
    one.readUInt32LE(4) - other.readUInt32LE(4) ||
    one.readUInt32LE(0) - other.readUInt32LE(0) ||
    one[8]! - other[8]! ||
    one.readUInt32LE(13) - other.readUInt32LE(13) ||
    one.readUInt32LE(9) - other.readUInt32LE(9)
  );
}

/** Where a node of a tree is and what it must be. */
export interface Pointer {
  /** A logical address in bytes. */
  readonly address: number;
  readonly level: number;
  readonly generation: number;
}

/** Bytes of a structure that must have so many. @throws {DiskError} */
export function atLeast(bytes: Buffer, length: number, what: string): Buffer {
  if (bytes.length < length) throw new DiskError(`it is damaged: ${what} is too short`);
  return bytes;
}
