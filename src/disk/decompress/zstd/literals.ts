import { damaged } from "../decompress.ts";
import { decodeStream, type HuffmanTable, readHuffman } from "./huffman.ts";
import type { BlockState } from "./state.ts";

/**
 * Reads a block's literals (RFC 8878, 3.1.1.3.1) into `state.literals`.
 * @returns how many there are, and where the section ends
 * @throws {DiskError}
 */
export function readLiterals(
  state: BlockState,
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly count: number; readonly end: number } {
  const { kind, count, packed, streams, after } = sectionHead(bytes, start, end);
  const { literals } = state;
  if (count > literals.length) damaged("zstd");
  if (kind === 0) {
    if (after + count > end) damaged("zstd");
    literals.set(bytes.subarray(after, after + count));
    return { count, end: after + count };
  }
  if (kind === 1) {
    if (after + 1 > end) damaged("zstd");
    literals.fill(bytes[after]!, 0, count);
    return { count, end: after + 1 };
  }
  const last = after + packed;
  if (last > end) damaged("zstd");
  let from = after;
  if (kind === 2) {
    const { table, end: behind } = readHuffman(bytes, after, last);
    state.huffman = table;
    from = behind;
  }
  const table = state.huffman ?? damaged("zstd");
  if (streams === 1) decodeStream(table, bytes, from, last, literals, 0, count);
  else decodeFour(table, bytes, from, last, literals, count);
  return { count, end: last };
}

/** Sizes take 5, 12 or 20 bits where nothing is compressed, otherwise twice 10, 14 or 18. */
function sectionHead(bytes: Uint8Array, start: number, end: number) {
  const head = bytes[start]!;
  const kind = head & 3;
  const format = (head >> 2) & 3;
  const length = kind < 2 ? [1, 2, 1, 3][format]! : [3, 3, 4, 5][format]!;
  const after = start + length;
  if (after > end) damaged("zstd");
  let value = 0;
  for (let index = length - 1; index >= 0; index--) value = value * 256 + bytes[start + index]!;
  if (kind < 2) return { kind, count: Math.floor(value / (length === 1 ? 8 : 16)), packed: 0, streams: 1, after };
  const size = 2 ** [10, 10, 14, 18][format]!;
  const sizes = Math.floor(value / 16);
  return { kind, count: sizes % size, packed: Math.floor(sizes / size), streams: format === 0 ? 1 : 4, after };
}

/** Four streams of a quarter each: the sizes of three stand in front of them. */
function decodeFour(
  table: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  count: number,
): void {
  const quarter = (count + 3) >> 2;
  if (start + 6 > end || quarter * 3 > count) damaged("zstd");
  let from = start + 6;
  for (let index = 0; index < 4; index++) {
    const size = bytes[start + index * 2]! | (bytes[start + index * 2 + 1]! << 8);
    const to = index === 3 ? end : from + size;
    if (to > end) damaged("zstd");
    decodeStream(table, bytes, from, to, out, index * quarter, index === 3 ? count : (index + 1) * quarter);
    from = to;
  }
}
