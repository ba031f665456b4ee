/** What is wrong with a database's bytes, in words for the user. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
}

/** Some bytes of a file: from `start` to `end`. */
interface Piece {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * A value of a database whose bytes stand in several pieces of the file. Only what is asked for is put together: most
 * of a database is never looked at.
 */
export class StoredBlob {
  readonly length: number;
  readonly #pieces: readonly Piece[];
  /** How many bytes of the pieces come before the value. */
  readonly #before: number;

  constructor(pieces: readonly Piece[], before = 0) {
    this.#pieces = pieces;
    this.#before = before;
    this.length = pieces.reduce((length, { start, end }) => length + end - start, 0) - before;
  }

  /** The bytes from `start` to `end`. @throws {DatabaseError} when they are not all there. */
  slice(start: number, end: number): Buffer {
    if (start > end || end > this.length) throw new DatabaseError("damaged: a value in it ends too early");
    const parts: Buffer[] = [];
    // Where the wanted bytes begin and end, counted from the piece at hand.
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

  /** The value without its first bytes. @throws {DatabaseError} when there are not as many. */
  after(start: number): StoredBlob {
    if (start > this.length) throw new DatabaseError("damaged: a value in it ends too early");
    return new StoredBlob(this.#pieces, this.#before + start);
  }
}

/**
 * What of a database's file was used. In a sound one no byte belongs to two values, so all of them together are no larger
 * than the file, and one way leads to each page: this keeps short what leads in circles, or to the same bytes again.
 */
export class Usage {
  #left: number;
  #values = 0;
  readonly #pages: Uint8Array;

  constructor(fileSize: number) {
    this.#left = fileSize;
    this.#pages = new Uint8Array(Math.ceil(fileSize / SMALLEST_PAGE) + 1);
  }

  /** Counts a value and its bytes. @throws {DatabaseError} when there are too many, or more bytes than in the file. */
  take(bytes: number): void {
    this.#values++;
    if (this.#values > VALUES_LIMIT) throw new DatabaseError(`more than ${VALUES_LIMIT} packages`);
    this.#left -= bytes;
    if (this.#left < 0) throw new DatabaseError("damaged: its values are larger than the file");
  }

  /** @throws {DatabaseError} when the page was visited before, or cannot be in the file. */
  visit(page: number): void {
    if (page >= this.#pages.length) throw new DatabaseError(`truncated: it has no page ${page}`);
    if (this.#pages[page] === 1) throw new DatabaseError(`damaged: two ways lead to its page ${page}`);
    this.#pages[page] = 1;
  }
}

/** How many packages a database may have: the largest distribution has some 100,000. */
const VALUES_LIMIT = 200_000;

/** Of SQLite and of Berkeley DB, in bytes. */
const SMALLEST_PAGE = 512;
