import { DiskError } from "../../disk/disk.ts";
import { u64be } from "../../disk/number.ts";
import { EXTENT_SIZE, type Extent, extentsInList, type Range } from "./extents.ts";
import type { Marks, Volume } from "./volume.ts";

/**
 * The tree of a file's extents: `xfs_bmdr_block` in the inode, below it `xfs_btree_block` with the long header (xfs_format.h).
 * A node holds the first offsets of its children, and in another array their block numbers.
 */

/** More than a file of 2^48 extents has in half-empty blocks of 512 bytes. */
const MOST_LEVELS = 16;

const MARKS: Marks = { checksum: 64, sector: 24, uuid: 40, owner: 56 };
const HEADER = { 4: { size: 24, magic: "BMAP" }, 5: { size: 72, magic: "BMA3" } } as const;

/** Whose tree it is. */
interface Owner {
  readonly volume: Volume;
  readonly inode: number;
}

/** The extents in a range, cut to it, in order. @throws {DiskError} */
export function* extentsInTree(owner: Owner, root: Buffer, range: Range): Generator<Extent> {
  if (root.length < 4) throw new DiskError(damaged());
  const level = root.readUInt16BE(0);
  if (level === 0 || level > MOST_LEVELS) throw new DiskError(damaged());
  yield* below(owner, level, childrenOf(root.subarray(4), root.readUInt16BE(2)), range);
}

/**
 * What the children of a node hold. A child counts only up to where the next one begins: even where many children are the
 * same block, the work is no more than the number of keys read.
 */
function* below(owner: Owner, level: number, children: Child[], range: Range): Generator<Extent> {
  for (const [index, { key, block }] of children.entries()) {
    const next = children[index + 1]?.key ?? Number.POSITIVE_INFINITY;
    const part = { from: Math.max(range.from, key), to: Math.min(range.to, next) };
    if (part.from >= part.to) continue;
    const { records, count } = readNode(owner, block, level - 1);
    if (level > 1) yield* below(owner, level - 1, childrenOf(records, count), part);
    else if (count * EXTENT_SIZE <= records.length)
      yield* extentsInList(records.subarray(0, count * EXTENT_SIZE), part);
    else throw new DiskError(damaged());
  }
}

interface Child {
  readonly key: number;
  readonly block: number;
}

/** As many keys as there is room for, then as many block numbers. */
function childrenOf(records: Buffer, count: number): Child[] {
  const room = Math.floor(records.length / 16);
  if (count > room) throw new DiskError(damaged());
  const children = Array.from({ length: count }, (_, index) => ({
    key: u64be(records, index * 8),
    block: u64be(records, (room + index) * 8),
  }));
  if (children.some(({ key }, index) => index > 0 && key <= children[index - 1]!.key)) throw new DiskError(damaged());
  return children;
}

function readNode({ volume, inode }: Owner, block: number, level: number): { records: Buffer; count: number } {
  const bytes = volume.readBlocks(block, 1);
  const { version } = volume.superblock;
  const { size, magic } = HEADER[version];
  if (bytes.toString("latin1", 0, 4) !== magic || bytes.readUInt16BE(4) !== level) throw new DiskError(damaged());
  if (version === 5)
    volume.verify(bytes, MARKS, { block, owner: inode, what: `block ${block} of the extent tree of inode ${inode}` });
  return { records: bytes.subarray(size), count: bytes.readUInt16BE(6) };
}

function damaged(): string {
  return "it is damaged: the tree of its extents is invalid";
}
