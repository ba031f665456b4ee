import { damaged, tooLarge } from "./decompress.ts";

/**
 * A block of LZ4 (lz4_Block_format.md): literals and repetitions in turn, until the output is full or the input ends. What
 * follows the block in `bytes` must be cut off, unless `limit` is its exact size.
 */
export function lz4(bytes: Buffer, limit: number): Buffer {
  return decoded(bytes, limit, () => tooLarge("lz4", limit));
}

/** The first `length` bytes of what a block of LZ4 holds; fewer if it holds fewer. */
export function lz4Start(bytes: Buffer, length: number): Buffer {
  return decoded(bytes, length, () => {});
}

/** @param exceeded is called when there is more than `limit` bytes; what it lets pass is cut */
function decoded(bytes: Buffer, limit: number, exceeded: () => void): Buffer {
  const out = Buffer.allocUnsafe(limit);
  let from = 0;
  let to = 0;

  const next = (): number => (from < bytes.length ? bytes[from++]! : damaged("lz4"));

  /** The rest of a length of 15 or more. */
  function longer(length: number): number {
    if (length < 15) return length;
    let whole = length;
    for (let byte = next(); ; byte = next()) {
      whole += byte;
      if (byte !== 255) return whole;
    }
  }

  while (from < bytes.length && to < limit) {
    const token = next();
    const literals = longer(token >> 4);
    if (from + literals > bytes.length) damaged("lz4");
    if (to + literals > limit) exceeded();
    to += bytes.copy(out, to, from, from + literals);
    from += literals;
    // The last sequence has no repetition.
    if (from >= bytes.length || to === limit) break;
    const distance = next() + (next() << 8);
    if (distance === 0 || distance > to) damaged("lz4");
    const length = 4 + longer(token & 15);
    if (to + length > limit) exceeded();
    for (const end = Math.min(to + length, limit); to < end; to++) out[to] = out[to - distance]!;
  }
  return out.subarray(0, to);
}
