import type { RemoteBlocks } from "../../../src/disk/remote/source.ts";

/** A block of a disk on another machine; undefined for one of zeros that is not stored. */
export async function blockOf(disk: RemoteBlocks, index: number): Promise<Buffer | undefined> {
  const { size, blockSize } = disk;
  const into = Buffer.alloc(Math.min(blockSize, size - index * blockSize));
  return (await disk.read(index, into)) ? into : undefined;
}
