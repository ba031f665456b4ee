import { DiskError } from "../../disk/disk.ts";
import { u64be } from "../../disk/number.ts";
import { EXTENT_SIZE, type Extent, extentsInList, firstWhere, offsetOfFirst, type Range } from "./extents.ts";
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
  if (root.length < 4) throw damaged();
  const level = root.readUInt16BE(0);
  if (level === 0 || level > MOST_LEVELS) throw damaged();
  yield* below(owner, level, { records: root.subarray(4), count: root.readUInt16BE(2) }, range);
}

/** Records: in a leaf extents, above it as many keys as there is room for, then as many block numbers. */
interface Node {
  readonly records: Buffer;
  readonly count: number;
}

/**
 * What the children of a node hold. A child counts only up to where the next one begins: even where many children are the
 * same block, the work is no more than the number of keys read.
 */
function* below(owner: Owner, level: number, { records, count }: Node, range: Range): Generator<Extent> {
  const room = Math.floor(records.length / 16);
  if (count > room) throw damaged();
  const keyAt = (index: number) => (index < count ? u64be(records, index * 8) : Number.POSITIVE_INFINITY);
  const first = firstWhere(count, (index) => keyAt(index) > range.from) - 1;
  for (let index = Math.max(0, first); keyAt(index) < range.to; index++) {
    const part = { from: Math.max(range.from, keyAt(index)), to: Math.min(range.to, keyAt(index + 1)) };
    if (part.from >= part.to) throw damaged();
    const node = readNode(owner, u64be(records, (room + index) * 8), level - 1);
    const list = node.records.subarray(0, node.count * EXTENT_SIZE);
    const begin = level > 1 ? u64be(node.records, 0) : offsetOfFirst(list);
    if (begin !== keyAt(index) || list.length < node.count * EXTENT_SIZE) throw damaged();
    if (level > 1) yield* below(owner, level - 1, node, part);
    else yield* extentsInList(list, part);
  }
}

function readNode({ volume, inode }: Owner, block: number, level: number): Node {
  const bytes = volume.readBlocks(block, 1);
  const { version } = volume.superblock;
  const { size, magic } = HEADER[version];
  if (bytes.toString("latin1", 0, 4) !== magic || bytes.readUInt16BE(4) !== level) throw damaged();
  if (version === 5)
    volume.verify(bytes, MARKS, { block, owner: inode, what: `block ${block} of the extent tree of inode ${inode}` });
  return { records: bytes.subarray(size), count: bytes.readUInt16BE(6) };
}

function damaged(): DiskError {
  return new DiskError("it is damaged: the tree of its extents is invalid");
}
