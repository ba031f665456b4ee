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
 * What of a database's file was used. In a sound one no byte belongs to two values, so all of them together are no larger
 * than the file, and one way leads to each page: this keeps short what leads in circles, or to the same bytes again.
 */
export class Usage {
  #left: number;
  readonly #pages = new Set<number>();

  constructor(fileSize: number) {
    this.#left = fileSize;
  }

  /** Counts the bytes of a value. @throws {DatabaseError} when the values are larger than the file. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new DatabaseError("damaged: its values are larger than the file");
  }

  /** @throws {DatabaseError} when the page was visited before. */
  visit(page: number): void {
    if (this.#pages.has(page)) throw new DatabaseError(`damaged: two ways lead to its page ${page}`);
    this.#pages.add(page);
  }
}
