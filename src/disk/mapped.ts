import { attempted, checkInside, type Disk, type DiskError, made } from "./disk.ts";

/** A disk in blocks of one size, each of which is somewhere else in a file, or nowhere. */
export interface Mapping {
  /** The disk's size in bytes. */
  readonly size: number;
  /** In bytes. The last block may reach beyond the end of the disk. */
  readonly blockSize: number;
  /** `length` bytes of a block from `start`; undefined for zeros. */
  read(index: number, start: number, length: number): Buffer | undefined;
}

/** A disk that is read block by block. */
export function mappedDisk({ size, blockSize, read }: Mapping): Disk {
  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      const first = Math.floor(offset / blockSize);
      const start = offset - first * blockSize;
      if (start + length <= blockSize && length > 0) return read(first, start, length) ?? Buffer.alloc(length);
      const result = Buffer.alloc(length);
      for (let done = 0; done < length; ) {
        const index = Math.floor((offset + done) / blockSize);
        const from = offset + done - index * blockSize;
        const count = Math.min(blockSize - from, length - done);
        read(index, from, count)?.copy(result, done);
        done += count;
      }
      return result;
    },
  };
}

/** How many bytes of decompressed blocks are kept. */
const KEPT = 8 * 2 ** 20;

/** Blocks of at most `size` bytes that take work to make: the last ones are kept. */
export function keepBlocks(size: number, make: (index: number) => Buffer): (index: number) => Buffer {
  const kept = new Map<number, Buffer | DiskError>();
  const most = Math.max(1, Math.floor(KEPT / size));
  return (index) => {
    let block = kept.get(index);
    if (block !== undefined) kept.delete(index);
    else {
      block = attempted(() => make(index));
      if (kept.size >= most) kept.delete(kept.keys().next().value!);
    }
    kept.set(index, block);
    return made(block);
  };
}
