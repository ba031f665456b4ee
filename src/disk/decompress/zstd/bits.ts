import { damaged } from "../decompress.ts";

/** What may be read behind the end of a block's bytes: numbers are read four bytes at a time. */
export const BEHIND = 4;

/** The place of the highest bit that is set; `value` is not 0. */
export function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}

/** How many bits a backward stream in `bytes[start..end)` has: its last byte's highest bit marks the end. */
export function backwardLength(bytes: Uint8Array, start: number, end: number): number {
  const last = end > start ? bytes[end - 1]! : 0;
  return last === 0 ? damaged("zstd") : (end - start - 1) * 8 + highestBit(last);
}

/**
 * Bits `at` to `at + count` of a stream that begins with byte `start`, least significant first; at most 25. What lies
 * beyond the stream's end may be anything.
 */
export function bitsAt(bytes: Uint8Array, start: number, at: number, count: number): number {
  const byte = start + (at >> 3);
  const word = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16) | (bytes[byte + 3]! << 24);
  return (word >>> (at & 7)) & ((1 << count) - 1);
}

/**
 * The bits in front of `at`, `count` of them, at most 17; those that are missing in front of the stream's first are
 * zeros.
 */
export function bitsBefore(bytes: Uint8Array, start: number, at: number, count: number): number {
  if (at >= count) return bitsAt(bytes, start, at - count, count);
  return at > 0 ? bitsAt(bytes, start, 0, at) << (count - at) : 0;
}
