/** What is used of `node:zlib`, in a browser. */
import { Gunzip } from "fflate";

/** @throws Error for data that are not gzip; one with the code of Node's if they become too large */
export function gunzipSync(packed: Uint8Array, { maxOutputLength }: { readonly maxOutputLength: number }): Buffer {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isWhole = false;
  const stream = new Gunzip((chunk, isFinal) => {
    size += chunk.length;
    if (size > maxOutputLength) throw Object.assign(new RangeError("too large"), { code: "ERR_BUFFER_TOO_LARGE" });
    chunks.push(chunk);
    isWhole ||= isFinal;
  });
  // In pieces, so that a small input that becomes large ends early.
  for (let at = 0; at < packed.length; at += PIECE)
    stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
  if (!isWhole) throw new Error("not gzip data");
  return Buffer.concat(chunks);
}

const PIECE = 4096;
