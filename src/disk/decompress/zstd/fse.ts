import { damaged } from "../decompress.ts";
import { bitsAt, highestBit } from "./bits.ts";

/** A decoding table of finite state entropy (RFC 8878, 4.1): for each state its symbol and how the next is found. */
export interface FseTable {
  /** Bits of a state. */
  readonly accuracy: number;
  readonly symbols: Uint8Array;
  /** How many bits are read for the next state, and what is added to them. */
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** The table of one symbol, which takes no bits. */
export function singleSymbol(symbol: number): FseTable {
  return { accuracy: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}

/**
 * The table that `bytes` describe at `start` (4.1.1), and where the description ends. Symbols are below `symbols`.
 * @throws {DiskError}
 */
export function readTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  { symbols, accuracy: most }: { readonly symbols: number; readonly accuracy: number },
): { readonly table: FseTable; readonly end: number } {
  let at = 4;
  const limit = (end - start) * 8;
  const accuracy = bitsAt(bytes, start, 0, 4) + 5;
  if (limit < 8 || accuracy > most) damaged("zstd");
  const counts: number[] = [];
  let rest = (1 << accuracy) + 1;
  while (rest > 1) {
    // A count is one of 0 to `rest`: those below `short` take a bit less.
    const width = highestBit(rest) + 1;
    const half = 1 << (width - 1);
    const short = 2 * half - 1 - rest;
    const value = bitsAt(bytes, start, at, width);
    const low = value & (half - 1);
    at += low < short ? width - 1 : width;
    const count = (low < short ? low : value < half ? value : value - short) - 1;
    counts.push(count);
    rest -= Math.abs(count);
    // Two bits say how many of the following counts are 0 too, 3 that more is said.
    for (let zeros = count === 0 ? 3 : 0; zeros === 3; ) {
      zeros = bitsAt(bytes, start, at, 2);
      at += 2;
      for (let left = zeros; left > 0; left--) counts.push(0);
      if (counts.length > symbols) damaged("zstd");
    }
    if (counts.length > symbols || at > limit) damaged("zstd");
  }
  if (rest !== 1) damaged("zstd");
  return { table: tableOf(counts, accuracy), end: start + Math.ceil(at / 8) };
}

/** The table of a distribution: how many of the states each symbol has, -1 for less than one. */
export function tableOf(counts: readonly number[], accuracy: number): FseTable {
  const size = 1 << accuracy;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(counts.length);
  let high = size;
  for (const [symbol, count] of counts.entries()) {
    next[symbol] = Math.abs(count);
    if (count < 0) symbols[--high] = symbol;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let place = 0;
  for (const [symbol, count] of counts.entries())
    for (let left = count; left > 0; left--) {
      symbols[place] = symbol;
      do place = (place + step) & (size - 1);
      while (place >= high);
    }
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const value = next[symbols[state]!]!++;
    bits[state] = accuracy - highestBit(value);
    bases[state] = (value << bits[state]!) - size;
  }
  return { accuracy, symbols, bits, bases };
}
