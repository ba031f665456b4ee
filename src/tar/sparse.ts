import { BLOCK, number, TarError } from "./header.ts";
import { decimal } from "./records.ts";

/** A piece of a sparse file that the archive stores: its offset in the file and its length. Zeros fill the rest. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/** The maximum number of pieces: more than a disk has that was written to for years, and little enough to keep. */
const PIECES_LIMIT = 2 ** 18;

/** The map of PAX's older formats: alternating offsets and lengths. @throws {TarError} */
export function piecesOf(numbers: readonly string[]): Piece[] {
  if (numbers.length % 2 !== 0) throw damaged();
  const pieces: Piece[] = [];
  for (let i = 0; i < numbers.length; i += 2)
    pieces.push({ offset: decimal(numbers[i]!), length: decimal(numbers[i + 1]!) });
  return checked(pieces);
}

/**
 * Reads the map before a sparse file's data in PAX format 1.0: the number of pieces, then their offsets and lengths,
 * one number per line, padded to whole blocks. `stored` is the size of the map and the data.
 */
export function* takeMap(stored: number): Generator<number, { pieces: Piece[]; length: number }, Buffer> {
  const texts: string[] = [];
  for (let lines = 0, wanted = 1; lines < wanted; ) {
    if (BLOCK * (texts.length + 1) > stored || BLOCK * texts.length > 32 * PIECES_LIMIT) throw damaged();
    const text = (yield BLOCK).toString("latin1");
    if (texts.length === 0) {
      const count = /^\d+(?=\n)/.exec(text)?.[0];
      if (count === undefined) throw damaged();
      wanted = 1 + 2 * decimal(count);
      if (wanted > 2 * PIECES_LIMIT) throw damaged();
    }
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
    texts.push(text);
    if (lines >= wanted)
      return { pieces: piecesOf(texts.join("").split("\n").slice(1, wanted)), length: BLOCK * texts.length };
  }
  throw damaged();
}

/** Reads the map of GNU's old format, which begins in the header and continues in separate blocks. */
export function* takeOldMap(header: Buffer): Generator<number, { pieces: Piece[]; size: number }, Buffer> {
  const size = number(header, 483, 12);
  const pieces = oldPieces(header, 386, 4);
  for (let more = header[482] === 1; more; ) {
    const block = yield BLOCK;
    for (const piece of oldPieces(block, 0, 21)) pieces.push(piece);
    more = block[504] === 1;
    if (pieces.length > PIECES_LIMIT) throw damaged();
  }
  if (size === undefined) throw damaged();
  return { pieces: checked(pieces), size };
}

function oldPieces(block: Buffer, start: number, count: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = start; at < start + 24 * count; at += 24) {
    if (block[at] === 0) break;
    const offset = number(block, at, 12);
    const length = number(block, at + 12, 12);
    if (offset === undefined || length === undefined) throw damaged();
    pieces.push({ offset, length });
  }
  return pieces;
}

/** Checks that pieces are in the order of the file and do not overlap. Empty ones mark the end of the file. */
function checked(pieces: readonly Piece[]): Piece[] {
  let end = 0;
  for (const { offset, length } of pieces) {
    if (offset < end) throw damaged();
    end = offset + length;
  }
  return pieces.filter(({ length }) => length > 0);
}

/**
 * Expands the stored bytes to the file's bytes. `size` is the size of the file.
 * @throws {Error} if there are fewer bytes than the pieces require, or they do not fit.
 */
export function expand(pieces: readonly Piece[], size: number, stored: Buffer): Buffer {
  const content = Buffer.alloc(size);
  let from = 0;
  for (const { offset, length } of pieces) {
    if (from + length > stored.length || offset + length > size) throw new Error("its sparse map is damaged");
    stored.copy(content, offset, from, from + length);
    from += length;
  }
  return content;
}

function damaged(): TarError {
  return new TarError("it contains a sparse file with a damaged map");
}
