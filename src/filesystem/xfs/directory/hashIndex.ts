import { DiskError } from "../../../disk/disk.ts";
import { firstWhere } from "../extents.ts";
import { type Fork, readMapped } from "../space.ts";
import type { Marks } from "../volume.ts";

/**
 * The index of a directory of several blocks, from byte 2^35 of it on: entries sorted by the hash of their names, in one leaf
 * or in the leaves of a tree (xfs_dir2_leaf_hdr, xfs_da_node_hdr and those with a 3 in their names, xfs_da_format.h).
 */
const INDEX_START = 2 ** 35;
/** XFS_DA_NODE_MAXDEPTH, xfs_da_format.h. */
const MOST_LEVELS = 5;

const MARKS: Marks = { checksum: 12, sector: 16, uuid: 32, owner: 48 };

/** By version: the size of the header, where it has the count of entries, and magic numbers of leaves and nodes. */
const FORMS = {
  4: { header: 16, count: 12, leaves: [0xd2f1, 0xd2ff], node: 0xfebe },
  5: { header: 64, count: 56, leaves: [0x3df1, 0x3dff], node: 0x3ebe },
} as const;

/**
 * Where the entries are whose names have a hash: offsets in the directory, in bytes.
 * @throws {DiskError} if the index is damaged
 */
export function* placesOf(fork: Fork, hash: number): Generator<number> {
  const seen = new Set<number>();
  let block: IndexBlock | undefined = leafFor(fork, hash);
  while (block !== undefined) {
    for (let index = firstFrom(block, hash); index < block.count; index++) {
      if (hashAt(block, index) !== hash) return;
      const place = valueAt(block, index);
      // Zero is what a removed entry leaves.
      if (place !== 0) yield place * 8;
    }
    // Entries of one hash may go on in the next leaf.
    const next: number = block.bytes.readUInt32BE(0);
    if (next === 0) return;
    if (seen.has(next)) throw new DiskError("the leaves form a circle");
    seen.add(next);
    block = readIndexBlock(fork, next);
    if (!block.isLeaf) throw new DiskError("a leaf is followed by a node");
  }
}

/** The first leaf that may have the hash; undefined if all hashes are smaller. */
function leafFor(fork: Fork, hash: number): IndexBlock | undefined {
  let block = readIndexBlock(fork, INDEX_START / fork.volume.superblock.blockSize);
  for (let levels = 0; !block.isLeaf; levels++) {
    if (levels === MOST_LEVELS) throw new DiskError("its tree is too deep");
    const child = firstFrom(block, hash);
    if (child === block.count) return undefined;
    block = readIndexBlock(fork, valueAt(block, child));
  }
  return block;
}

interface IndexBlock {
  readonly bytes: Buffer;
  readonly isLeaf: boolean;
  /** Where its entries begin: pairs of a hash (in a node the largest below the child) and a value, 4 bytes each. */
  readonly start: number;
  readonly count: number;
}

/** `number` is counted in blocks of the file system from the directory's beginning. */
function readIndexBlock(fork: Fork, number: number): IndexBlock {
  const { blockSize, directoryBlockSize, version } = fork.volume.superblock;
  const { bytes, block } = readMapped(fork, { from: number, to: number + directoryBlockSize / blockSize });
  const { header, count, leaves, node } = FORMS[version];
  const magic = bytes.readUInt16BE(8);
  if (magic !== node && !leaves.some((leaf) => leaf === magic))
    throw new DiskError(`block ${number} is of another kind`);
  if (version === 5)
    fork.volume.verify(bytes, MARKS, {
      block,
      owner: fork.inode,
      what: `block ${number} of the directory with inode ${fork.inode}`,
    });
  const entries = bytes.readUInt16BE(count);
  if (header + entries * 8 > bytes.length) throw new DiskError(`block ${number} has too many entries`);
  return { bytes, isLeaf: magic !== node, start: header, count: entries };
}

/** The first entry whose hash is not smaller; `count` if there is none. */
function firstFrom(block: IndexBlock, hash: number): number {
  return firstWhere(block.count, (index) => hashAt(block, index) >= hash);
}

function hashAt({ bytes, start }: IndexBlock, index: number): number {
  return bytes.readUInt32BE(start + index * 8);
}

function valueAt({ bytes, start }: IndexBlock, index: number): number {
  return bytes.readUInt32BE(start + index * 8 + 4);
}
