import { DiskError } from "../disk.ts";

/**
 * Decompresses one block: the first stream or frame in `bytes`, whatever follows it (disks pad). The result has at most
 * `limit` bytes, which is what the disk says of the block, so that none grows beyond it.
 * @throws {DiskError} if it is damaged or larger
 */
export type Decompress = (bytes: Buffer, limit: number) => Buffer;

/** @throws {DiskError} always: `kind` is the name of the compression */
export function damaged(kind: string): never {
  throw new DiskError(`it is damaged: invalid ${kind} data`);
}

/** @throws {DiskError} always */
export function tooLarge(kind: string, limit: number): never {
  throw new DiskError(`it is damaged: ${kind} data is larger than the ${limit} bytes it should have`);
}
