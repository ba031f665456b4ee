import { DiskError } from "../../disk/disk.ts";
import { EXTENT_SIZE, type Extent, extentsInList, type Range } from "./extents.ts";
import { extentsInTree } from "./extentTree.ts";
import type { Volume } from "./volume.ts";

/** What an inode's data fork holds: the data themselves, or where they are. */
export interface Fork {
  readonly volume: Volume;
  readonly inode: number;
  readonly format: "device" | "local" | "extents" | "tree";
  readonly bytes: Buffer;
  /** Of the format "extents". */
  readonly extentCount: number;
}

/** The extents of a fork in a range, cut to it, in order; what is not in one is a hole. @throws {DiskError} */
export function extentsOf(fork: Fork, range: Range): Iterable<Extent> {
  switch (fork.format) {
    case "tree":
      return extentsInTree(fork, fork.bytes, range);
    case "extents":
      if (fork.extentCount * EXTENT_SIZE > fork.bytes.length)
        throw new DiskError("it is damaged: it has more extents than its inode has room for");
      return extentsInList(fork.bytes.subarray(0, fork.extentCount * EXTENT_SIZE), range);
    default:
      throw new DiskError("it is damaged: it has no blocks");
  }
}

/** What an inode holds itself, of the format "local". @throws {DiskError} if that is more than it has room for */
export function contentOf(fork: Fork, size: number): Buffer {
  if (size > fork.bytes.length) throw new DiskError("it is damaged: it does not fit into its inode");
  return fork.bytes.subarray(0, size);
}

/** Bytes of a file, of which all are inside it. Holes and unwritten extents are zeros. */
export function readSpace(fork: Fork, offset: number, length: number): Buffer {
  const { blockSize } = fork.volume.superblock;
  const range = { from: Math.floor(offset / blockSize), to: Math.ceil((offset + length) / blockSize) };
  const result = Buffer.alloc(length);
  for (const extent of extentsOf(fork, range)) {
    if (extent.isUnwritten) continue;
    const start = Math.max(offset, extent.offset * blockSize);
    const end = Math.min(offset + length, (extent.offset + extent.count) * blockSize);
    const bytes = fork.volume.readInBlocks(extent.block, start - extent.offset * blockSize, end - start);
    bytes.copy(result, start - offset);
  }
  return result;
}

/** Blocks of metadata in a file, all of which must be there. */
export interface Mapped {
  readonly bytes: Buffer;
  /** The number of the first. */
  readonly block: number;
}

/** Blocks of a directory. @throws {DiskError} if there is a hole in them */
export function readMapped(fork: Fork, range: Range): Mapped {
  let next = range.from;
  let first: number | undefined;
  const parts: Buffer[] = [];
  for (const { offset, block, count, isUnwritten } of extentsOf(fork, range)) {
    if (offset !== next || isUnwritten) break;
    parts.push(fork.volume.readBlocks(block, count));
    first ??= block;
    next += count;
  }
  if (first === undefined || next !== range.to)
    throw new DiskError(`it is damaged: block ${range.from} of it is missing`);
  return { bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), block: first };
}
