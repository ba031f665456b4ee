import { constants, inflateRawSync } from "node:zlib";
import { DiskError } from "../disk.ts";

/** Decompresses deflate without a header (RFC 1951), whatever follows it. @throws {DiskError} if it is damaged or larger than `limit` */
export function deflateRaw(bytes: Buffer, limit: number): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: limit, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE" || code?.startsWith("Z_"))
      throw new DiskError("it is damaged: invalid deflate data");
    throw error;
  }
}
