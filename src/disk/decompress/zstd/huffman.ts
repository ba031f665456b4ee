import { damaged } from "../decompress.ts";
import { backwardLength, bitsAt, bitsBefore, highestBit } from "./bits.ts";
import { readTable } from "./fse.ts";

/** A Huffman table: what the next `width` bits mean, as a symbol and, above it, how many bits it takes. */
export interface HuffmanTable {
  readonly width: number;
  readonly entries: Uint16Array;
}

const MOST_BITS = 11;

/** The table that `bytes` describe (RFC 8878, 4.2.1), and where the description ends. @throws {DiskError} */
export function readHuffman(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly table: HuffmanTable; readonly end: number } {
  if (start >= end) damaged("zstd");
  const head = bytes[start]!;
  const length = head < 128 ? head : Math.ceil((head - 127) / 2);
  const after = start + 1 + length;
  if (after > end) damaged("zstd");
  const weights = head < 128 ? compressedWeights(bytes, start + 1, after) : plainWeights(bytes, start + 1, head - 127);
  return { table: tableOf(weights), end: after };
}

function plainWeights(bytes: Uint8Array, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (bytes[start + (index >> 1)]! >> (index % 2 === 0 ? 4 : 0)) & 15);
}

/** Weights that two states read in turns, until there are no more bits for one of them. */
function compressedWeights(bytes: Uint8Array, start: number, end: number): number[] {
  const { table, end: stream } = readTable(bytes, start, end, { symbols: MOST_BITS + 1, accuracy: 6 });
  let at = backwardLength(bytes, stream, end);
  const states = [0, 0];
  for (const turn of [0, 1]) {
    states[turn] = bitsBefore(bytes, stream, at, table.accuracy);
    at -= table.accuracy;
  }
  if (at < 0) damaged("zstd");
  const weights: number[] = [];
  for (let turn = 0; weights.length < 255; turn = 1 - turn) {
    const state = states[turn]!;
    weights.push(table.symbols[state]!);
    const bits = table.bits[state]!;
    if (at < bits) {
      weights.push(table.symbols[states[1 - turn]!]!);
      return weights;
    }
    states[turn] = table.bases[state]! + bitsAt(bytes, stream, at - bits, bits);
    at -= bits;
  }
  return damaged("zstd");
}

/** The last symbol's weight is not stored: it makes the sum a power of 2. */
function tableOf(weights: number[]): HuffmanTable {
  const sum = weights.reduce((total, weight) => total + (weight === 0 ? 0 : 1 << (weight - 1)), 0);
  if (sum === 0 || weights.length > 255 || weights.some((weight) => weight > MOST_BITS)) damaged("zstd");
  const width = highestBit(sum) + 1;
  const rest = (1 << width) - sum;
  if (width > MOST_BITS || (rest & (rest - 1)) !== 0) damaged("zstd");
  const all = [...weights, highestBit(rest) + 1];
  const entries = new Uint16Array(1 << width);
  let place = 0;
  for (let weight = 1; weight <= width; weight++)
    for (const [symbol, other] of all.entries()) {
      if (other !== weight) continue;
      const end = place + (1 << (weight - 1));
      entries.fill(symbol | ((width + 1 - weight) << 8), place, end);
      place = end;
    }
  return place === entries.length ? { width, entries } : damaged("zstd");
}

/** Decodes the stream in `bytes[start..end)` to exactly `out[from..to)`. @throws {DiskError} */
export function decodeStream(
  { width, entries }: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  from: number,
  to: number,
): void {
  let at = backwardLength(bytes, start, end);
  let place = from;
  const mask = (1 << width) - 1;
  for (; place < to && at >= width; place++) {
    const low = at - width;
    const byte = start + (low >> 3);
    const word = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16);
    const entry = entries[(word >> (low & 7)) & mask]!;
    out[place] = entry & 255;
    at -= entry >> 8;
  }
  for (; place < to; place++) {
    const entry = entries[bitsBefore(bytes, start, at, width)]!;
    out[place] = entry & 255;
    at -= entry >> 8;
    if (at < 0) damaged("zstd");
  }
  if (at !== 0) damaged("zstd");
}
