import { type Disk, DiskError } from "../../disk/disk.ts";
import { hasMark } from "../../disk/marks.ts";
import { u64le } from "../../disk/number.ts";

/** What the superblock says (Documentation/filesystems/squashfs.rst; struct squashfs_super_block). */
export interface Superblock {
  /** The size of a file's blocks, in bytes. */
  readonly blockSize: number;
  readonly compressor: number;
  readonly inodes: number;
  readonly fragments: number;
  readonly ids: number;
  /** The root's inode: where its metadata block begins behind `inodeTable`, and the offset in it. */
  readonly root: InodePlace;
  readonly idTable: number;
  readonly inodeTable: number;
  readonly directoryTable: number;
  readonly fragmentTable: number;
}

/** Where an inode stands. */
export interface InodePlace {
  readonly block: number;
  readonly offset: number;
}

export function hasSuperblock(disk: Disk): boolean {
  return hasMark(disk, 0, "hsqs");
}

/** @throws {DiskError} if it is damaged or of another version */
export function readSuperblock(disk: Disk): Superblock {
  const bytes = disk.read(0, 96);
  const version = `${bytes.readUInt16LE(28)}.${bytes.readUInt16LE(30)}`;
  if (version !== "4.0") throw new DiskError(`its squashfs has version ${version}; 4.0 is supported`);
  const blockSize = bytes.readUInt32LE(12);
  if (blockSize < 4096 || blockSize > 1024 * 1024 || blockSize !== 2 ** bytes.readUInt16LE(22))
    throw new DiskError("it is damaged: the superblock has an impossible size of blocks");
  return {
    blockSize,
    compressor: bytes.readUInt16LE(20),
    inodes: bytes.readUInt32LE(4),
    fragments: bytes.readUInt32LE(16),
    ids: bytes.readUInt16LE(26),
    root: { block: bytes.readUIntLE(34, 6), offset: bytes.readUInt16LE(32) },
    idTable: u64le(bytes, 48),
    inodeTable: u64le(bytes, 64),
    directoryTable: u64le(bytes, 72),
    fragmentTable: u64le(bytes, 80),
  };
}
