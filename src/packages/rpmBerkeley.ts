import { DatabaseError, StoredBlob, Usage } from "./storedBlob.ts";

/*
 * A reader of rpm's "Packages" in Berkeley DB's hash access method (versions 3 to 5, of either byte order): 4-byte
 * numbers as keys and header blobs as values. Headers that do not fit into a page are stored in chains of overflow pages.
 * The numbers are those of Berkeley DB's header files dbinc/db_page.h and dbinc/hash.h.
 */

/** The magic number of a hash database, at byte 12 of the first page. */
const HASH_MAGIC = 0x061561;
const HASH_PAGES = [2, 13];
const OVERFLOW_PAGE = 7;
/** The length of a page header, in bytes. */
const HEADER = 26;

/** How an item of a hash page stores its value: directly, or as the number of its first overflow page. */
const INLINE = 1;
const OFF_PAGE = 3;

/**
 * The header blobs in the bytes of a `Packages`.
 * @throws {DatabaseError} if it is damaged or uses another access method.
 */
export function* berkeleyHeaders(database: Buffer): Generator<StoredBlob> {
  const pages = new Pages(database);
  // Every page of hash items belongs to a bucket, since freed pages lose their type. So there is no need to follow buckets.
  for (let number = 1; number <= pages.last; number++) {
    const page = pages.get(number);
    if (!HASH_PAGES.includes(page[25]!)) continue;
    const items = itemsOf(page, pages);
    for (let i = 0; i + 1 < items.length; i += 2) {
      const value = valueIn(items[i + 1]!, pages);
      // The record with key 0 stores the highest package number.
      if (value.length > 4) yield value;
    }
  }
}

class Pages {
  readonly usage: Usage;
  /** The number of the last page. */
  readonly last: number;
  readonly #database: Buffer;
  readonly #size: number;
  readonly #bigEndian: boolean;

  constructor(database: Buffer) {
    if (database.length < 512) throw new DatabaseError("truncated: the first page is missing");
    this.#bigEndian = database.readUInt32BE(12) === HASH_MAGIC;
    if (!this.#bigEndian && database.readUInt32LE(12) !== HASH_MAGIC)
      throw new DatabaseError("damaged: it is not a Berkeley DB hash");
    if (database[24] !== 0) throw new DatabaseError("encrypted");
    this.#database = database;
    this.#size = this.uint32(database, 20);
    this.last = this.uint32(database, 32);
    if (this.#size < 512 || this.#size > 65536 || (this.#size & (this.#size - 1)) !== 0)
      throw new DatabaseError("damaged: invalid page size");
    this.usage = new Usage(database.length);
  }

  get(number: number): Buffer {
    const page = this.#database.subarray(number * this.#size, (number + 1) * this.#size);
    if (page.length < this.#size) throw new DatabaseError(`truncated: page ${number} is missing`);
    return page;
  }

  uint32(bytes: Buffer, at: number): number {
    return this.#bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  }

  uint16(bytes: Buffer, at: number): number {
    return this.#bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
  }
}

/** The items of a hash page, alternating keys and values. They fill the page from its end. */
function itemsOf(page: Buffer, pages: Pages): Buffer[] {
  const count = pages.uint16(page, 20);
  if (HEADER + 2 * count > page.length) throw new DatabaseError("damaged: a page has too many items");
  let end = page.length;
  return Array.from({ length: count }, (_, i) => {
    const start = pages.uint16(page, HEADER + 2 * i);
    if (start >= end) throw new DatabaseError("damaged: the items of a page are out of order");
    const item = page.subarray(start, end);
    end = start;
    return item;
  });
}

function valueIn(item: Buffer, pages: Pages): StoredBlob {
  if (item[0] === INLINE) {
    pages.usage.take(item.length);
    return new StoredBlob([{ bytes: item, start: 1, end: item.length }]);
  }
  if (item[0] !== OFF_PAGE || item.length < 12) throw new DatabaseError("damaged: a value has an unknown type");
  const length = pages.uint32(item, 8);
  pages.usage.take(length);
  const pieces = [];
  let left = length;
  for (let number = pages.uint32(item, 4); left > 0; ) {
    pages.usage.visit(number);
    const page = pages.get(number);
    const size = Math.min(pages.uint16(page, 22), left);
    if (page[25] !== OVERFLOW_PAGE || size === 0 || HEADER + size > page.length)
      throw new DatabaseError(`damaged: page ${number} is invalid`);
    pieces.push({ bytes: page, start: HEADER, end: HEADER + size });
    left -= size;
    number = pages.uint32(page, 16);
  }
  return new StoredBlob(pieces);
}
