import { checkInside, type Disk } from "./disk.ts";

/** The size of a cached block, in bytes, and how many are kept: those used last. Larger ones are read no faster. */
const BLOCK = { size: 16 * 1024, kept: 256 };

/** A disk whose blocks are read once while they are in use; readers ask for few bytes at a time and often again. */
export function cachedDisk(disk: Disk, { size, kept } = BLOCK): Disk {
  /** In the order of their last use. */
  const blocks = new Map<number, Buffer>();

  function blockAt(index: number): Buffer {
    const known = blocks.get(index);
    if (known !== undefined) {
      blocks.delete(index);
      blocks.set(index, known);
      return known;
    }
    const start = index * size;
    const block = disk.read(start, Math.min(size, disk.size - start));
    blocks.set(index, block);
    if (blocks.size > kept) blocks.delete(blocks.keys().next().value!);
    return block;
  }

  return {
    size: disk.size,
    read(offset, length) {
      checkInside(this, offset, length);
      const first = Math.floor(offset / size);
      const last = Math.floor((offset + Math.max(length, 1) - 1) / size);
      const start = offset - first * size;
      if (first === last) return length === 0 ? Buffer.alloc(0) : blockAt(first).subarray(start, start + length);
      // A long read takes the cache's place for one pass only.
      if (last - first >= kept / 2) return disk.read(offset, length);
      const result = Buffer.allocUnsafe(length);
      for (let index = first; index <= last; index++) {
        const from = Math.max(offset, index * size);
        const to = Math.min(offset + length, (index + 1) * size);
        blockAt(index).copy(result, from - offset, from - index * size, to - index * size);
      }
      return result;
    },
  };
}
