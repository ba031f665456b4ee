import { DiskError } from "../../disk/disk.ts";

/** Blocks of a file that lie together on the disk, in blocks. */
export interface Extent {
  /** Their place in the file. */
  readonly offset: number;
  /** The number of the first. */
  readonly block: number;
  readonly count: number;
  /** They are reserved, and read as zeros. */
  readonly isUnwritten: boolean;
}

/** A part of a file, in blocks: from one on, and up to one that it does not contain. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The size of a packed extent in bytes. */
export const EXTENT_SIZE = 16;

/**
 * The extents of a list (`xfs_bmbt_rec_t` of xfs_format.h) that lie in a range, cut to it, in order.
 * @throws {DiskError} if they are not in order, so that each block of a file has one place at most
 */
export function* extentsInList(list: Buffer, range: Range): Generator<Extent> {
  const count = list.length / EXTENT_SIZE;
  let end = 0;
  // The one before may reach into the range.
  const first = firstWhere(count, (index) => offsetAt(list, index * EXTENT_SIZE) > range.from) - 1;
  for (let index = Math.max(0, first); index < count; index++) {
    const extent = extentAt(list, index * EXTENT_SIZE);
    if (extent.offset < end || extent.count === 0) throw new DiskError("it is damaged: its extents are not in order");
    end = extent.offset + extent.count;
    if (extent.offset >= range.to) return;
    if (end <= range.from) continue;
    yield cut(extent, range);
  }
}

/** The first index below `count` for which a condition holds that holds for all after it, too; `count` if it never does. */
export function firstWhere(count: number, condition: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (condition(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** From the highest bit down: 1 bit unwritten, 54 bits offset, 52 bits block, 21 bits count. */
function extentAt(list: Buffer, at: number): Extent {
  const [second, third, fourth] = [list.readUInt32BE(at + 4), list.readUInt32BE(at + 8), list.readUInt32BE(at + 12)];
  return {
    offset: offsetAt(list, at),
    block: (second & 0x1ff) * 2 ** 43 + third * 2 ** 11 + (fourth >>> 21),
    count: fourth & 0x1fffff,
    isUnwritten: list[at]! >= 0x80,
  };
}

/** Where the extents of a list begin; undefined if it has none. */
export function offsetOfFirst(list: Buffer): number | undefined {
  return list.length < EXTENT_SIZE ? undefined : offsetAt(list, 0);
}

function offsetAt(list: Buffer, at: number): number {
  return (list.readUInt32BE(at) & 0x7fffffff) * 2 ** 23 + (list.readUInt32BE(at + 4) >>> 9);
}

function cut(extent: Extent, { from, to }: Range): Extent {
  const before = Math.max(0, from - extent.offset);
  const offset = extent.offset + before;
  const end = Math.min(extent.offset + extent.count, to);
  return { ...extent, offset, block: extent.block + before, count: end - offset };
}
