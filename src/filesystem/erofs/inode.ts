import { type Disk, DiskError } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";
import { kindOfMode, type Stat } from "../filesystem.ts";
import type { Superblock } from "./superblock.ts";

/** How an inode's data is stored (Z_EROFS_*, EROFS_INODE_*). */
export const LAYOUT = { plain: 0, compressedFull: 1, inline: 2, compressedCompact: 3, chunks: 4 } as const;

/** What an inode says (struct erofs_inode_compact, struct erofs_inode_extended). */
export interface StoredInode {
  readonly number: number;
  readonly stat: Stat;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly layout: number;
  /** The block where its data begins; for chunks, how they are stored. */
  readonly start: number;
  /** Where the inode and its attributes end, in bytes: what is stored beside it follows. */
  readonly end: number;
}

/** The first block of a file without blocks. */
export const NO_BLOCK = 2 ** 32 - 1;
const NO_WIDE_BLOCK = 2 ** 48 - 1;

/** The space of numbers of inodes, in bytes. */
const SLOT = 32;

/** @throws {DiskError} */
export function readInode(disk: Disk, { metadata, epoch }: Superblock, number: number): StoredInode {
  const at = metadata + number * SLOT;
  const head = disk.read(at, SLOT);
  const format = head.readUInt16LE(0);
  if (format >= 0x20) throw new DiskError("it is damaged: an inode has an unknown format");
  const attributes = head.readUInt16LE(2);
  const mode = head.readUInt16LE(4);
  const kind = kindOfMode(mode);
  const isExtended = (format & 1) !== 0;
  const body = isExtended ? disk.read(at, 2 * SLOT) : head;
  const hasHigh = isExtended || ((format & 0x10) !== 0 && kind !== "directory");
  const low = body.readUInt32LE(16);
  const start = low + (hasHigh ? body.readUInt16LE(6) * 2 ** 32 : 0);
  const size = isExtended ? u64le(body, 8) : body.readUInt32LE(8);
  const isData = kind === "file" || kind === "symlink";
  return {
    number,
    stat: {
      kind,
      size: isData || kind === "directory" ? size : 0,
      mode: mode & 0o7777,
      uid: isExtended ? body.readUInt32LE(24) : body.readUInt16LE(24),
      gid: isExtended ? body.readUInt32LE(28) : body.readUInt16LE(26),
    },
    mtime: isExtended ? Number(body.readBigUInt64LE(32)) : epoch + body.readUInt32LE(12),
    layout: (format >> 1) & 7,
    start: start === NO_WIDE_BLOCK ? NO_BLOCK : start,
    end: at + body.length + (attributes === 0 ? 0 : 12 + 4 * (attributes - 1)),
  };
}

/** The next offset that is a multiple of a size. */
export function aligned(offset: number, size: number): number {
  return Math.ceil(offset / size) * size;
}
