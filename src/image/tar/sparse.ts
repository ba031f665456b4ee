import { READ_LIMIT } from "../limits.ts";
import { BLOCK, number, TarError } from "./header.ts";
import { decimal } from "./records.ts";

/** A piece of a sparse file that the archive holds: where in the file, and how many bytes. Zeros fill the rest. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/** A file of blocks that are alternately there and not has as many pieces; beyond that it is too large to read. */
const PIECES_LIMIT = READ_LIMIT / BLOCK;

/** The map of PAX's older forms: offsets and lengths, taking turns. @throws {TarError} */
export function piecesOf(numbers: readonly string[]): Piece[] {
  if (numbers.length % 2 !== 0) throw damaged();
  const pieces: Piece[] = [];
  for (let i = 0; i < numbers.length; i += 2)
    pieces.push({ offset: decimal(numbers[i]!), length: decimal(numbers[i + 1]!) });
  return checked(pieces);
}

/**
 * Takes the map that stands before a sparse file's data in PAX's form 1.0: the number of pieces, then their offsets
 * and lengths, one number a line, filled up to whole blocks. `stored` is the size of all that.
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

/** Takes the map of GNU's old form, which begins in the header and goes on in blocks of its own. */
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

/** Pieces stand in the order of the file and do not overlap. Empty ones mark the file's end. */
function checked(pieces: readonly Piece[]): Piece[] {
  let end = 0;
  for (const { offset, length } of pieces) {
    if (offset < end) throw damaged();
    end = offset + length;
  }
  return pieces.filter(({ length }) => length > 0);
}

/**
 * The file's bytes from those that the archive holds. `size` is the file's.
 * @throws {Error} where there are fewer bytes than the pieces say, or they do not fit in.
 */
export function expand(pieces: readonly Piece[], size: number, stored: Buffer): Buffer {
  const content = Buffer.alloc(size);
  let from = 0;
  for (const { offset, length } of pieces) {
    if (from + length > stored.length || offset + length > size) throw new Error("the map of its holes is damaged");
    stored.copy(content, offset, from, from + length);
    from += length;
  }
  return content;
}

function damaged(): TarError {
  return new TarError("the map of a sparse file in it is damaged");
}
