import type { RemoteBlocks, RemoteSource } from "./source.ts";

/** A file on another machine of which any part can be read on its own. */
export interface RangedFile {
  /** In bytes. */
  readonly size: number;
  /** How many requests were made for it so far, with those that were made again. */
  readonly requests: number;
  /** What makes it doubtful though it can be read, as in a source. */
  readonly warnings?: readonly string[];
  /**
   * Exactly the bytes from `from` up to `to`, which is not among them, of the file as it was when it was opened. They have
   * their memory for themselves. Called for several ranges at a time.
   * @throws {RemoteError} if they cannot be had, after all retries, or if the file changed since
   */
  readRange(from: number, to: number): Promise<Uint8Array>;
}

/**
 * The size of a block, in bytes, and how many at most are read with one request. A file is opened with its first block.
 */
export const BLOCK = 256 * 1024;
const TOGETHER = 8;

/** The disk in a file, as the blocks of a source. */
export function rangedSource(file: RangedFile): RemoteSource {
  const usage = { blocks: 0, bytes: 0 };
  const readRun = async (first: number, count: number): Promise<Uint8Array[]> => {
    const from = first * BLOCK;
    const bytes = await file.readRange(from, Math.min(from + count * BLOCK, file.size));
    usage.blocks += count;
    usage.bytes += bytes.length;
    return count === 1 ? [bytes] : Array.from({ length: count }, (_, at) => bytes.slice(at * BLOCK, (at + 1) * BLOCK));
  };
  const blocks: RemoteBlocks = {
    size: file.size,
    blockSize: BLOCK,
    together: TOGETHER,
    readRun,
    read: async (index) => (await readRun(index, 1))[0],
  };
  return { disks: [blocks], warnings: file.warnings ?? [], usage: () => ({ ...usage, requests: file.requests }) };
}
