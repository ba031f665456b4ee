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
   * Fills `into` with the bytes from `from` on, of the file as it was when it was opened. Called for several ranges at a time.
   * @throws {RemoteError} if they cannot be had, after all retries, or if the file changed since
   */
  readRange(from: number, into: Uint8Array): Promise<void>;
}

/**
 * The size of a block, in bytes, and how many at most are read with one request. A file is opened with its first block.
 */
export const BLOCK = 256 * 1024;
const TOGETHER = 8;

/** The disk in a file, as the blocks of a source. */
export function rangedSource(file: RangedFile): RemoteSource {
  const usage = { blocks: 0, bytes: 0 };
  const readRun = async (first: number, into: Uint8Array): Promise<void> => {
    await file.readRange(first * BLOCK, into);
    usage.blocks += Math.ceil(into.length / BLOCK);
    usage.bytes += into.length;
  };
  const blocks: RemoteBlocks = {
    size: file.size,
    blockSize: BLOCK,
    together: TOGETHER,
    readRun,
    async read(index, into) {
      await readRun(index, into);
      return true;
    },
  };
  return { disks: [blocks], warnings: file.warnings ?? [], usage: () => ({ ...usage, requests: file.requests }) };
}
