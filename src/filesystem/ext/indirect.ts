import type { BlockMap } from "./blockMap.ts";
import type { Volume } from "./volume.ts";

/** How many blocks the inode itself names; three more lead to blocks of numbers, one, two and three levels deep. */
const DIRECT = 12;

/**
 * The map of a file in the way of ext2 and ext3 (Documentation/filesystems/ext4, "Direct/Indirect Block Addressing"): the
 * numbers of its blocks. 0 is a hole, also instead of a whole block of numbers.
 */
export function indirectMap(volume: Volume, root: Buffer): BlockMap {
  const perBlock = volume.superblock.blockSize / 4;
  return (block) => {
    if (block < DIRECT) return runIn(volume, root.subarray(0, 4 * DIRECT), block);
    let rest = block - DIRECT;
    for (let level = 1; level <= 3; level++) {
      const span = perBlock ** level;
      if (rest < span) return descend(volume, root.readUInt32LE(4 * (DIRECT + level - 1)), rest, span);
      rest -= span;
    }
    return { start: undefined, count: Number.POSITIVE_INFINITY };
  };

  /** The run at `rest` of the `span` blocks below a block of numbers. */
  function descend(on: Volume, number: number, rest: number, span: number): ReturnType<BlockMap> {
    if (number === 0) return { start: undefined, count: span - rest };
    const table = on.block(number);
    if (span === perBlock) return runIn(on, table, rest);
    const each = span / perBlock;
    return descend(on, table.readUInt32LE(4 * Math.floor(rest / each)), rest % each, each);
  }
}

/** The run that begins at a place of a table, as far as the table shows it. */
function runIn(volume: Volume, table: Buffer, index: number): ReturnType<BlockMap> {
  const start = table.readUInt32LE(4 * index);
  const most = table.length / 4 - index;
  let count = 1;
  while (count < most && table.readUInt32LE(4 * (index + count)) === (start === 0 ? 0 : start + count)) count++;
  if (start === 0) return { start: undefined, count };
  volume.checkBlocks(start, count);
  return { start, count };
}
