import * as zlib from "node:zlib";
import { DiskError } from "../disk.ts";
import { bzip2 } from "./bzip2.ts";
import { Feed } from "./feed.ts";
import { through } from "./transform.ts";
import { xz } from "./xz/xz.ts";
import { zstdStream } from "./zstd.ts";

export type Compression = "gzip" | "zstd" | "xz" | "bzip2";

/** How data that begins with `head` is compressed; undefined if it is not. */
export function compressionOf(head: Buffer): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head.length >= 4 && head.readUInt32BE() === 0x28b52ffd) return "zstd";
  if (head.subarray(0, 6).equals(Buffer.from("\xfd7zXZ\0", "latin1"))) return "xz";
  if (/^BZh[1-9]$/.test(head.toString("latin1", 0, 4))) return "bzip2";
  return undefined;
}

/**
 * Decompresses a stream. The result throws a DiskError if the data are damaged or truncated, or if anything but zeros
 * follows them. Each piece, as each of the stream, is valid until the next one is asked for.
 */
export function decompressed(compression: Compression, chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  switch (compression) {
    case "gzip":
      return throughNode(chunks, zlib.createGunzip({ chunkSize: CHUNK }));
    case "zstd":
      // Node's own (24.21) ends without an error after the first of several frames.
      return zstdStream(new Feed(chunks));
    case "xz":
      return xz(new Feed(chunks));
    case "bzip2":
      return bzip2(new Feed(chunks));
  }
}

const CHUNK = 256 * 1024;

async function* throughNode(chunks: AsyncIterable<Buffer>, transform: zlib.Gunzip): AsyncGenerator<Buffer> {
  try {
    yield* through(transform, chunks);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "Z_BUF_ERROR") throw new DiskError("its compressed data is truncated");
    if (code?.startsWith("Z_")) throw new DiskError(`its compressed data is damaged (${message})`);
    throw error;
  }
}
