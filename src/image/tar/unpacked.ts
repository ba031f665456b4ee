import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { type Compression, decompressed } from "../../disk/compression/compression.ts";
import { Bytes } from "../../tar/bytes.ts";
import { TarError } from "../../tar/header.ts";

/** The maximum compression ratio after the first GiB; no image is that regular. */
const RATIO_LIMIT = 300;

/** The number of bytes to decompress at once. */
const CHUNK = 256 * 1024;

/**
 * The decompressed bytes of a stream. It reads no more of `raw` than it needs, so that whoever stops knows what is left.
 */
export function unpacked(raw: Bytes, compression: Compression): Bytes {
  const start = raw.position;
  const transform = transformOf(compression);
  const chunks = transform === undefined ? decompressed(compression, raw.rest()) : through(transform, raw.rest());
  return new Bytes(chunks, (total) => {
    if (total > 2 ** 30 && total > RATIO_LIMIT * (raw.position - start))
      throw new TarError(`it expands to more than ${RATIO_LIMIT} times its size, which no image does`);
  });
}

/** Node's own decompressor, if it has one. */
function transformOf(compression: Compression): Transform | undefined {
  const options = { chunkSize: CHUNK };
  if (compression === "gzip") return zlib.createGunzip(options);
  // Node 22.15 and later.
  const { createZstdDecompress } = zlib as { createZstdDecompress?: typeof zlib.createGunzip };
  return compression === "zstd" ? createZstdDecompress?.(options) : undefined;
}

/** What comes out of a transform. Unlike a pipeline, it takes a chunk only when it needs one, and none after its end. */
async function* through(transform: Transform, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let failure: Error | undefined;
  let hasEnded = false;
  let wake = () => {};
  transform.on("error", (error) => {
    failure = error;
    wake();
  });
  transform.on("end", () => {
    hasEnded = true;
    wake();
  });
  transform.on("readable", () => wake());

  /** What is there until `isDone`. */
  async function* output(isDone: () => boolean): AsyncGenerator<Buffer> {
    while (!hasEnded) {
      if (failure !== undefined) throw failure;
      const chunk = transform.read() as Buffer | null;
      if (chunk !== null) yield chunk;
      else if (isDone()) return;
      // No event can come between the check and this.
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }

  try {
    for await (const chunk of chunks) {
      let isWritten = false;
      transform.write(chunk, () => {
        isWritten = true;
        wake();
      });
      yield* output(() => isWritten);
      if (hasEnded) return;
    }
    transform.end();
    yield* output(() => false);
  } finally {
    transform.destroy();
  }
}

/** Why a stream cannot be read, as a message for the user. */
export function reasonOfStream(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") return "its compressed data is truncated";
  if (code?.startsWith("Z_") || code?.startsWith("ZSTD_")) return `its compressed data is damaged (${message})`;
  return message;
}
