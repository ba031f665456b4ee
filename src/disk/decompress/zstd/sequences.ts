import { damaged, tooLarge } from "../decompress.ts";
import { backwardLength, bitsAt } from "./bits.ts";
import { type FseTable, readTable, singleSymbol, tableOf } from "./fse.ts";
import type { BlockState, SequenceCode } from "./state.ts";

/** In the order in which their tables are stored. */
const KINDS: readonly SequenceCode[] = ["literals", "offset", "match"];

/** Offsets are below 2 GiB: no block of a disk is as large. */
const LIMITS = {
  literals: { symbols: 36, accuracy: 9 },
  offset: { symbols: 31, accuracy: 8 },
  match: { symbols: 53, accuracy: 9 },
} as const;

/** Copies of a number. */
const many = (value: number, count: number): number[] => Array<number>(count).fill(value);

/** The predefined distributions (RFC 8878, 3.1.1.3.2.2). */
const DEFAULTS: Readonly<Record<SequenceCode, FseTable>> = {
  literals: tableOf([4, 3, ...many(2, 11), ...many(1, 3), ...many(2, 9), 3, 2, ...many(1, 5), ...many(-1, 4)], 6),
  offset: tableOf([...many(1, 6), ...many(2, 3), ...many(1, 15), ...many(-1, 5)], 5),
  match: tableOf([1, 4, 3, ...many(2, 6), ...many(1, 37), ...many(-1, 7)], 6),
};

/** How many bits follow a code of a length (3.1.1.3.2.1.1), and the least length of each. */
const LITERAL_BITS = Uint8Array.of(...many(0, 16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
const MATCH_BITS = Uint8Array.of(...many(0, 32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
const LITERAL_BASES = basesOf(LITERAL_BITS, 0);
const MATCH_BASES = basesOf(MATCH_BITS, 3);

function basesOf(bits: Uint8Array, least: number): Uint32Array {
  const bases = new Uint32Array(bits.length);
  let base = least;
  for (const [code, width] of bits.entries()) {
    bases[code] = base;
    base += 1 << width;
  }
  return bases;
}

/** How many sequences a block has, and where their bits begin. */
export interface SequencesHead {
  readonly count: number;
  readonly stream: number;
}

/** Reads what stands in front of the sequences (3.1.1.3.2.1); their tables come to `state`. @throws {DiskError} */
export function readSequencesHead(state: BlockState, bytes: Uint8Array, start: number, end: number): SequencesHead {
  if (start >= end) damaged("zstd");
  const first = bytes[start]!;
  if (first === 0) return { count: 0, stream: start + 1 };
  const length = first < 128 ? 1 : first < 255 ? 2 : 3;
  let at = start + length + 1;
  if (at > end) damaged("zstd");
  const second = bytes[start + 1]!;
  const count =
    length === 1 ? first : length === 2 ? ((first - 128) << 8) + second : 0x7f00 + second + (bytes[start + 2]! << 8);
  const modes = bytes[at - 1]!;
  for (const [index, kind] of KINDS.entries()) {
    const mode = (modes >> (6 - index * 2)) & 3;
    if (mode === 0) state.tables[kind] = DEFAULTS[kind];
    else if (mode === 1) {
      if (at >= end || bytes[at]! >= LIMITS[kind].symbols) damaged("zstd");
      state.tables[kind] = singleSymbol(bytes[at++]!);
    } else if (mode === 2) ({ table: state.tables[kind], end: at } = readTable(bytes, at, end, LIMITS[kind]));
  }
  return { count, stream: at };
}

/**
 * Copies a block's `literalCount` literals and earlier bytes as its sequences say. One loop with local variables: a
 * disk is read at its speed.
 * @returns where it ends in `out`
 * @throws {DiskError}
 */
export function executeSequences(
  { literals, tables, offsets }: BlockState,
  bytes: Uint8Array,
  { count, stream }: SequencesHead,
  end: number,
  out: Buffer,
  start: number,
  literalCount: number,
): number {
  let to = start;
  let literal = 0;
  const { literals: ll, offset: of, match: ml } = tables;
  if (count > 0 && ll !== undefined && of !== undefined && ml !== undefined) {
    // Bits are taken from the end of the stream to its beginning.
    let at = backwardLength(bytes, stream, end) - ll.accuracy - of.accuracy - ml.accuracy;
    if (at < 0) damaged("zstd");
    let llState = bitsAt(bytes, stream, at + of.accuracy + ml.accuracy, ll.accuracy);
    let ofState = bitsAt(bytes, stream, at + ml.accuracy, of.accuracy);
    let mlState = bitsAt(bytes, stream, at, ml.accuracy);
    for (let left = count; ; left--) {
      const ofCode = of.symbols[ofState]!;
      const mlCode = ml.symbols[mlState]!;
      const llCode = ll.symbols[llState]!;
      const mlBits = MATCH_BITS[mlCode]!;
      const llBits = LITERAL_BITS[llCode]!;
      at -= ofCode + mlBits + llBits;
      if (at < 0) damaged("zstd");
      const offsetValue = (1 << ofCode) + wideBitsAt(bytes, stream, at + mlBits + llBits, ofCode);
      const matchLength = MATCH_BASES[mlCode]! + bitsAt(bytes, stream, at + llBits, mlBits);
      const literalLength = LITERAL_BASES[llCode]! + bitsAt(bytes, stream, at, llBits);

      if (literal + literalLength > literalCount) damaged("zstd");
      if (to + literalLength + matchLength > out.length) tooLarge("zstd", out.length);
      if (literalLength > 64) out.set(literals.subarray(literal, literal + literalLength), to);
      else for (let index = 0; index < literalLength; index++) out[to + index] = literals[literal + index]!;
      literal += literalLength;
      to += literalLength;

      const distance = distanceOf(offsets, offsetValue, literalLength);
      if (distance > to) damaged("zstd");
      const from = to - distance;
      if (matchLength > 64 && distance >= matchLength) out.copyWithin(to, from, from + matchLength);
      else for (let index = 0; index < matchLength; index++) out[to + index] = out[from + index]!;
      to += matchLength;

      if (left === 1) break;
      const llNext = ll.bits[llState]!;
      const mlNext = ml.bits[mlState]!;
      const ofNext = of.bits[ofState]!;
      at -= llNext + mlNext + ofNext;
      if (at < 0) damaged("zstd");
      llState = ll.bases[llState]! + bitsAt(bytes, stream, at + ofNext + mlNext, llNext);
      mlState = ml.bases[mlState]! + bitsAt(bytes, stream, at + ofNext, mlNext);
      ofState = of.bases[ofState]! + bitsAt(bytes, stream, at, ofNext);
    }
    if (at !== 0) damaged("zstd");
  } else if (count > 0) damaged("zstd");

  const rest = literalCount - literal;
  if (to + rest > out.length) tooLarge("zstd", out.length);
  out.set(literals.subarray(literal, literalCount), to);
  return to + rest;
}

/** Like `bitsAt`, and up to 30. */
function wideBitsAt(bytes: Uint8Array, start: number, at: number, count: number): number {
  if (count <= 24) return bitsAt(bytes, start, at, count);
  return (bitsAt(bytes, start, at + 16, count - 16) << 16) | bitsAt(bytes, start, at, 16);
}

/** How far back a match lies: values up to 3 name an earlier offset (3.1.1.5). */
function distanceOf(offsets: BlockState["offsets"], value: number, literalLength: number): number {
  let distance = value - 3;
  if (distance <= 0) {
    const which = literalLength === 0 ? value : value - 1;
    if (which === 0) return offsets[0];
    distance = which < 3 ? offsets[which]! : offsets[0] - 1;
    if (distance === 0) damaged("zstd");
    if (which === 1) {
      offsets[1] = offsets[0];
      offsets[0] = distance;
      return distance;
    }
  }
  offsets[2] = offsets[1];
  offsets[1] = offsets[0];
  offsets[0] = distance;
  return distance;
}
