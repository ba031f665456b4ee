/** A problem with a database's bytes, with a message for the user. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
}

/** A range of bytes in a file, from `start` to `end`. */
interface Piece {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * A value of a database whose bytes are stored in several pieces of the file. They are joined only on demand, since most
 * of a database is never read.
 */
export class StoredBlob {
  readonly length: number;
  readonly #pieces: readonly Piece[];
  /** The number of bytes in the pieces before the value. */
  readonly #before: number;

  constructor(pieces: readonly Piece[], before = 0) {
    this.#pieces = pieces;
    this.#before = before;
    this.length = pieces.reduce((length, { start, end }) => length + end - start, 0) - before;
  }

  /** The bytes from `start` to `end`. @throws {DatabaseError} if some are missing. */
  slice(start: number, end: number): Buffer {
    if (start > end || end > this.length) throw new DatabaseError("damaged: a value is truncated");
    const parts: Buffer[] = [];
    // Start and end of the wanted bytes, relative to the current piece.
    let from = start + this.#before;
    let to = end + this.#before;
    for (const piece of this.#pieces) {
      if (to <= 0) break;
      const size = piece.end - piece.start;
      if (from < size)
        parts.push(piece.bytes.subarray(piece.start + Math.max(from, 0), piece.start + Math.min(to, size)));
      from -= size;
      to -= size;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** The value without its first bytes. @throws {DatabaseError} if it is shorter. */
  after(start: number): StoredBlob {
    if (start > this.length) throw new DatabaseError("damaged: a value is truncated");
    return new StoredBlob(this.#pieces, this.#before + start);
  }
}

/**
 * Tracks which parts of a database file were read. In a valid one no byte belongs to two values, so that all of them
 * together are no larger than the file, and each page is referenced once. This detects cycles and repeated bytes early.
 */
export class Usage {
  #left: number;
  #values = 0;
  readonly #pages: Uint8Array;

  constructor(fileSize: number) {
    this.#left = fileSize;
    this.#pages = new Uint8Array(Math.ceil(fileSize / SMALLEST_PAGE) + 1);
  }

  /** Counts a value and its bytes. @throws {DatabaseError} if there are too many, or more bytes than in the file. */
  take(bytes: number): void {
    this.#values++;
    if (this.#values > VALUES_LIMIT) throw new DatabaseError(`more than ${VALUES_LIMIT} packages`);
    this.#left -= bytes;
    if (this.#left < 0) throw new DatabaseError("damaged: its values are larger than the file");
  }

  /** @throws {DatabaseError} if the page was visited before or is outside the file. */
  visit(page: number): void {
    if (page >= this.#pages.length) throw new DatabaseError(`truncated: page ${page} is missing`);
    if (this.#pages[page] === 1) throw new DatabaseError(`damaged: page ${page} is referenced twice`);
    this.#pages[page] = 1;
  }
}

/** The maximum number of packages; the largest distribution has about 100,000. */
const VALUES_LIMIT = 200_000;

/** Of SQLite and of Berkeley DB, in bytes. */
const SMALLEST_PAGE = 512;
