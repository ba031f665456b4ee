import { DiskError } from "../../disk/disk.ts";
import type { BlockMap, Run } from "./blockMap.ts";
import type { Volume } from "./volume.ts";

const MAGIC = 0xf30a;

/** Trees are never deeper: five levels of blocks hold 2^32 extents. */
const DEEPEST = 5;

/** The size of the header and of every entry. */
const ENTRY = 12;

/** Lengths above this stand for blocks that are reserved and not written, less this number. */
const UNWRITTEN = 32_768;

/** What blocks of an inode's tree are verified by. */
interface Owner {
  readonly number: number;
  /** What the checksums of its blocks begin with. */
  seed(): number;
}

/**
 * The map of a file whose blocks are in a tree of extents (Documentation/filesystems/ext4, "Extent Tree"). Its root is in
 * the inode.
 */
export function extentMap(volume: Volume, root: Buffer, owner: Owner): BlockMap {
  return (block) => {
    let node = root;
    let depth = checkHeader(node, undefined);
    checkEntries(node, depth);
    /** Where what lies to the right of the path begins. */
    let end = Number.POSITIVE_INFINITY;
    for (; ; depth--) {
      const count = node.readUInt16LE(2);
      const index = lastUpTo(node, count, block);
      if (index + 1 < count) end = firstOf(node, index + 1);
      if (index < 0) return { start: undefined, count: end - block };
      if (depth === 0) return runOf(volume, node, index, block, end);
      const at = ENTRY * (index + 1);
      node = childOf(volume, node.readUInt32LE(at + 4) + node.readUInt16LE(at + 8) * 2 ** 32, depth - 1, owner);
    }
  };
}

function runOf(volume: Volume, leaf: Buffer, index: number, block: number, end: number): Run {
  const at = ENTRY * (index + 1);
  const length = leaf.readUInt16LE(at + 4);
  const isWritten = length <= UNWRITTEN;
  const count = isWritten ? length : length - UNWRITTEN;
  const skipped = block - firstOf(leaf, index);
  if (skipped >= count) return { start: undefined, count: end - block };
  const start = leaf.readUInt32LE(at + 8) + leaf.readUInt16LE(at + 6) * 2 ** 32;
  volume.checkBlocks(start, count);
  return { start: isWritten ? start + skipped : undefined, count: count - skipped };
}

function childOf(volume: Volume, number: number, depth: number, owner: Owner): Buffer {
  const node = volume.block(number);
  checkHeader(node, depth);
  volume.once(`extents ${number} of ${owner.number}`, () => {
    checkEntries(node, depth);
    const end = ENTRY * (node.readUInt16LE(4) + 1);
    if (!volume.hasChecksums || end + 4 > node.length) return;
    if (volume.checksum(owner.seed(), node.subarray(0, end)) !== node.readUInt32LE(end))
      volume.problems.add(`a block of extents of inode ${owner.number} has a wrong checksum`);
  });
  return node;
}

/** The depth of a node, which must be the one its parent gives. */
function checkHeader(node: Buffer, expected: number | undefined): number {
  const [magic, count, most, depth] = [0, 2, 4, 6].map((at) => node.readUInt16LE(at)) as [
    number,
    number,
    number,
    number,
  ];
  const isSound =
    magic === MAGIC &&
    count <= most &&
    ENTRY * (most + 1) <= node.length &&
    depth <= DEEPEST &&
    depth === (expected ?? depth);
  // An inner node leads somewhere; only an empty file has a leaf without entries.
  if (!isSound || (count === 0 && depth > 0)) throw new DiskError("it is damaged: its tree of extents is invalid");
  return depth;
}

/** @throws {DiskError} if the entries are not in order, or overlap */
function checkEntries(node: Buffer, depth: number): void {
  const count = node.readUInt16LE(2);
  for (let index = 0, next = 0; index < count; index++) {
    const first = firstOf(node, index);
    if (first < next) throw new DiskError("it is damaged: its extents overlap");
    const length = depth === 0 ? node.readUInt16LE(ENTRY * (index + 1) + 4) : 1;
    if (length === 0) throw new DiskError("it is damaged: it has an empty extent");
    next = first + (length > UNWRITTEN ? length - UNWRITTEN : length);
  }
}

/** The file's block at which an entry begins. */
function firstOf(node: Buffer, index: number): number {
  return node.readUInt32LE(ENTRY * (index + 1));
}

/** The last entry that does not begin behind a block; -1 if all do. */
function lastUpTo(node: Buffer, count: number, block: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (firstOf(node, middle) <= block) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
