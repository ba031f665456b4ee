/** What is wrong with a database's bytes, in words for the user. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
}

/**
 * A value of a database whose bytes stand in several pieces of the file. Only what is asked for is put together: most
 * of a database is never looked at.
 */
export class StoredBlob {
  readonly length: number;
  readonly #pieces: readonly Buffer[];

  constructor(pieces: readonly Buffer[]) {
    this.#pieces = pieces;
    this.length = pieces.reduce((length, piece) => length + piece.length, 0);
  }

  /** The bytes from `start` to `end`. @throws {DatabaseError} when they are not all there. */
  slice(start: number, end: number): Buffer {
    if (start > end || end > this.length) throw new DatabaseError("a value in it ends too early");
    const parts: Buffer[] = [];
    let at = 0;
    for (const piece of this.#pieces) {
      if (at >= end) break;
      if (at + piece.length > start) parts.push(piece.subarray(Math.max(start - at, 0), end - at));
      at += piece.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** The blob without its first bytes. */
  after(start: number): StoredBlob {
    const pieces: Buffer[] = [];
    let skip = start;
    for (const piece of this.#pieces) {
      if (skip < piece.length) pieces.push(skip === 0 ? piece : piece.subarray(skip));
      skip = Math.max(skip - piece.length, 0);
    }
    return new StoredBlob(pieces);
  }
}

/**
 * Counts down how many bytes the values of a database may take: in a sound one no byte belongs to two values, so all of
 * them are together no larger than the file. Keeps what leads in circles, or to the same bytes again and again, short.
 */
export class Allowance {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** @throws {DatabaseError} when the values are larger than the file. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new DatabaseError("damaged: its values are larger than the file");
  }
}
