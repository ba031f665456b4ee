import { damaged, tooLarge } from "./decompress.ts";

/**
 * A block of LZ4 (lz4_Block_format.md): literals and repetitions in turn, until the output is full or the input ends. What
 * follows the block in `bytes` must be cut off, unless `limit` is its exact size.
 */
export function lz4(bytes: Buffer, limit: number): Buffer {
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
    if (to + literals > limit) tooLarge("lz4", limit);
    bytes.copy(out, to, from, from + literals);
    from += literals;
    to += literals;
    // The last sequence has no repetition.
    if (from >= bytes.length || to === limit) break;
    const distance = next() + (next() << 8);
    if (distance === 0 || distance > to) damaged("lz4");
    const length = 4 + longer(token & 15);
    if (to + length > limit) tooLarge("lz4", limit);
    for (let left = length; left > 0; left--, to++) out[to] = out[to - distance]!;
  }
  return out.subarray(0, to);
}
