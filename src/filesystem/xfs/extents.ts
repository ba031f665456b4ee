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
 * @throws {DiskError} if the list is not in order, so that each block of a file has one place at most
 */
export function* extentsInList(list: Buffer, range: Range): Generator<Extent> {
  let end = 0;
  for (let at = 0; at < list.length; at += EXTENT_SIZE) {
    const extent = extentAt(list, at);
    if (extent.offset < end || extent.count === 0) throw new DiskError("it is damaged: its extents are not in order");
    end = extent.offset + extent.count;
    if (end <= range.from) continue;
    if (extent.offset >= range.to) return;
    yield cut(extent, range);
  }
}

/** From the highest bit down: 1 bit unwritten, 54 bits offset, 52 bits block, 21 bits count. */
function extentAt(list: Buffer, at: number): Extent {
  const [first, second, third, fourth] = [0, 4, 8, 12].map((word) => list.readUInt32BE(at + word)) as FourWords;
  return {
    offset: (first & 0x7fffffff) * 2 ** 23 + (second >>> 9),
    block: (second & 0x1ff) * 2 ** 43 + third * 2 ** 11 + (fourth >>> 21),
    count: fourth & 0x1fffff,
    isUnwritten: first >>> 31 === 1,
  };
}

type FourWords = [number, number, number, number];

function cut(extent: Extent, { from, to }: Range): Extent {
  const before = Math.max(0, from - extent.offset);
  const offset = extent.offset + before;
  const end = Math.min(extent.offset + extent.count, to);
  return { ...extent, offset, block: extent.block + before, count: end - offset };
}
