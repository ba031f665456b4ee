import { constants, inflateRawSync, inflateSync } from "node:zlib";
import { type Decompress, damaged, tooLarge } from "./decompress.ts";

/** A zlib stream (RFC 1950). */
export const zlib: Decompress = (bytes, limit) => inflated("zlib", inflateSync, bytes, { limit });

/** Deflate without a header (RFC 1951). If bytes are missing, the result is what those give that are there. */
export const deflateRaw: Decompress = (bytes, limit) =>
  inflated("deflate", inflateRawSync, bytes, { limit, finishFlush: constants.Z_SYNC_FLUSH });

function inflated(
  kind: string,
  inflate: typeof inflateSync,
  bytes: Buffer,
  { limit, ...options }: { readonly limit: number; readonly finishFlush?: number },
): Buffer {
  try {
    return inflate(bytes, { maxOutputLength: Math.max(limit, 1), ...options });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") return tooLarge(kind, limit);
    if (code?.startsWith("Z_")) return damaged(kind);
    throw error;
  }
}
