import { DiskError } from "../../../disk/disk.ts";
import { u64be } from "../../../disk/number.ts";
import { type Fork, readMapped } from "../space.ts";
import type { Marks } from "../volume.ts";
import type { Entry } from "./entry.ts";

/** A block of a directory that holds entries, and the place of its first block on the disk. */
export interface DataBlock {
  readonly bytes: Buffer;
  readonly block: number;
  /** Where its entries begin and end. */
  readonly start: number;
  readonly end: number;
}

const MARKS: Marks = { checksum: 4, sector: 8, uuid: 24, owner: 40 };

/** By version: the size of the header, and the magic numbers of a block among several and of the only one. */
const FORMS = {
  4: { header: 16, several: "XD2D", only: "XD2B" },
  5: { header: 64, several: "XDD3", only: "XDB3" },
} as const;

/**
 * A directory's block of entries: `xfs_dir2_data_hdr`, `xfs_dir3_data_hdr` of xfs_da_format.h. `index` counts blocks of the
 * directory's own size, which may be several of the file system's. The only block of a directory ends with its index.
 */
export function readDataBlock(fork: Fork, index: number): DataBlock {
  const { blockSize, directoryBlockSize, version } = fork.volume.superblock;
  const blocks = directoryBlockSize / blockSize;
  const { bytes, block } = readMapped(fork, { from: index * blocks, to: (index + 1) * blocks });
  const { header, several, only } = FORMS[version];
  const magic = bytes.toString("latin1", 0, 4);
  if (magic !== several && magic !== only)
    throw new DiskError(`it is damaged: block ${index} of it holds no directory entries`);
  if (version === 5)
    fork.volume.verify(bytes, MARKS, {
      block,
      owner: fork.inode,
      what: `block ${index} of the directory with inode ${fork.inode}`,
    });
  if (magic === several) return { bytes, block, start: header, end: bytes.length };
  // The number of entries of the index, then 4 bytes, at the end.
  const end = bytes.length - 8 - bytes.readUInt32BE(bytes.length - 8) * 8;
  if (index !== 0 || end < header) throw invalidEntry(index, bytes.length - 8);
  return { bytes, block, start: header, end };
}

/** The entries of a block: `xfs_dir2_data_entry` and `xfs_dir2_data_unused`. */
export function* entriesOf(fork: Fork, { bytes, start, end }: DataBlock, index: number): Generator<Entry> {
  const { hasFileTypes } = fork.volume.superblock;
  for (let at = start; at < end; ) {
    const size = sizeOfEntry(bytes, at, hasFileTypes);
    if (size === 0 || at + size > end || bytes.readUInt16BE(at + size - 2) !== at) throw invalidEntry(index, at);
    if (bytes.readUInt16BE(at) !== UNUSED) yield entryAt(bytes, at);
    at += size;
  }
}

/** The entry at a place that the index names. */
export function entryOf(fork: Fork, { bytes, start, end }: DataBlock, index: number, at: number): Entry {
  const isPlace = at % 8 === 0 && at >= start && at + 8 < end;
  const size = isPlace ? sizeOfEntry(bytes, at, fork.volume.superblock.hasFileTypes) : 0;
  if (size === 0 || at + size > end || bytes.readUInt16BE(at + size - 2) !== at || bytes.readUInt16BE(at) === UNUSED)
    throw invalidEntry(index, at);
  return entryAt(bytes, at);
}

const UNUSED = 0xffff;

/** Zero if it cannot be an entry. Multiples of 8; the last two bytes repeat the entry's place. */
function sizeOfEntry(bytes: Buffer, at: number, hasFileTypes: boolean): number {
  if (bytes.readUInt16BE(at) !== UNUSED) {
    const length = bytes[at + 8] ?? 0;
    return length === 0 ? 0 : Math.ceil((9 + length + (hasFileTypes ? 1 : 0) + 2) / 8) * 8;
  }
  const size = bytes.readUInt16BE(at + 2);
  return size % 8 === 0 ? size : 0;
}

function entryAt(bytes: Buffer, at: number): Entry {
  return { name: bytes.toString("latin1", at + 9, at + 9 + bytes[at + 8]!), inode: u64be(bytes, at) };
}

function invalidEntry(index: number, at: number): DiskError {
  return new DiskError(`it is damaged: byte ${at} of directory block ${index} begins no valid entry`);
}
