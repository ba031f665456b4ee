import { inflateSync } from "node:zlib";
import { damaged, tooLarge } from "./decompress.ts";

/** A zlib stream (RFC 1950). */
export function zlib(bytes: Buffer, limit: number): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(limit, 1) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") return tooLarge("zlib", limit);
    if (code?.startsWith("Z_")) return damaged("zlib");
    throw error;
  }
}
