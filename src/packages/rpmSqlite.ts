import { readWal } from "./sqliteWal.ts";
import { DatabaseError, StoredBlob, Usage } from "./storedBlob.ts";

/*
 * A reader of one table in a SQLite database (https://sqlite.org/fileformat2.html). rpm stores its headers in the table
 * "Packages"; its other tables are indexes. SQLite in WebAssembly is larger than the rest of this program and takes
 * longer to start than to read the table; native builds write next to the database.
 */

const MAGIC = Buffer.from("SQLite format 3\0");
const INTERIOR_TABLE = 0x05;
const LEAF_TABLE = 0x0d;

/**
 * The header blobs in the bytes of an rpmdb.sqlite and of its write-ahead log.
 * @throws {DatabaseError} if it is damaged.
 */
export function* sqliteHeaders(database: Buffer, wal: Buffer | undefined): Generator<StoredBlob> {
  const pages = new Pages(database, wal ?? Buffer.alloc(0));
  for (const schema of rowsOf(pages, 1)) {
    const [type, name, , root] = columnsOf(schema);
    if (text(type) !== "table" || text(name) !== "Packages") continue;
    // The columns are the number of the header, which is the row number, and the blob.
    for (const row of rowsOf(pages, integer(root))) yield columnsOf(row).at(-1)?.blob ?? new StoredBlob([]);
    return;
  }
  throw new DatabaseError("damaged: its table of packages is missing");
}

/** A page: the bytes of the file from `start` on. */
interface Page {
  readonly bytes: Buffer;
  readonly start: number;
}

/** The pages of a database, with those of its write-ahead log applied. */
class Pages {
  /** The page size in bytes, and the usable part of it. */
  readonly size: number;
  readonly usable: number;
  readonly #database: Buffer;
  readonly #wal: Buffer;
  readonly #newer: ReadonlyMap<number, number>;
  readonly #usage: Usage;

  constructor(database: Buffer, wal: Buffer) {
    if (database.length < 512 || !database.subarray(0, MAGIC.length).equals(MAGIC))
      throw new DatabaseError("damaged: it is not a SQLite database");
    const size = database.readUInt16BE(16);
    this.size = size === 1 ? 65536 : size;
    this.usable = this.size - database[20]!;
    if (this.size < 512 || (this.size & (this.size - 1)) !== 0 || this.usable < 480)
      throw new DatabaseError("damaged: invalid page size");
    this.#database = database;
    this.#wal = wal;
    this.#newer = readWal(wal, this.size);
    this.#usage = new Usage(database.length + wal.length);
  }

  /** The page with a number; it may be referenced only once. */
  take(page: number): Page {
    this.#usage.visit(page);
    const newer = this.#newer.get(page);
    if (newer !== undefined) return { bytes: this.#wal, start: newer };
    const start = (page - 1) * this.size;
    if (start < 0 || start + this.size > this.#database.length)
      throw new DatabaseError(`truncated: page ${page} is missing`);
    return { bytes: this.#database, start };
  }

  /** Counts the bytes of a value. */
  count(bytes: number): void {
    this.#usage.take(bytes);
  }
}

/** The rows of a table by the root of its b-tree, each as the bytes of its record. */
function* rowsOf(pages: Pages, root: number): Generator<StoredBlob> {
  const next = [{ number: root, page: pages.take(root) }];
  for (let one = next.pop(); one !== undefined; one = next.pop()) {
    const page = one.page.bytes.subarray(one.page.start, one.page.start + pages.size);
    // The first page begins with the database header.
    const start = one.number === 1 ? 100 : 0;
    const type = page[start]!;
    if (type !== INTERIOR_TABLE && type !== LEAF_TABLE)
      throw new DatabaseError(`damaged: page ${one.number} does not belong to a table`);
    const cells = cellsOf(page, start, type === INTERIOR_TABLE ? 12 : 8);
    if (type === LEAF_TABLE) {
      for (const cell of cells) yield payloadOf(pages, page, cell);
      continue;
    }
    const children = [...cells.map((cell) => uint32(page, cell)), page.readUInt32BE(start + 8)];
    for (const number of children.reverse()) next.push({ number, page: pages.take(number) });
  }
}

/** The start of each cell in a page. */
function cellsOf(page: Buffer, start: number, headerLength: number): number[] {
  const count = page.readUInt16BE(start + 3);
  if (start + headerLength + 2 * count > page.length) throw new DatabaseError("damaged: a page has too many cells");
  return Array.from({ length: count }, (_, i) => page.readUInt16BE(start + headerLength + 2 * i));
}

/** The record in a leaf cell: the cell contains its beginning, a chain of pages the rest. */
function payloadOf(pages: Pages, page: Buffer, cell: number): StoredBlob {
  const [length, afterLength] = varint(page, cell);
  const [, start] = varint(page, afterLength);
  pages.count(length);
  const { usable } = pages;
  const most = usable - 35;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const rest = least + ((length - least) % (usable - 4));
  const local = length <= most ? length : rest <= most ? rest : least;
  if (start + local > usable) throw new DatabaseError("damaged: a row extends beyond its page");
  const pieces = [{ bytes: page, start, end: start + local }];
  let left = length - local;
  for (let next = left > 0 ? uint32(page, start + local) : 0; left > 0; ) {
    const { bytes, start: at } = pages.take(next);
    const size = Math.min(left, usable - 4);
    pieces.push({ bytes, start: at + 4, end: at + 4 + size });
    left -= size;
    next = bytes.readUInt32BE(at);
  }
  return new StoredBlob(pieces);
}

interface Column {
  /** SQLite's serial type, which encodes type and size: odd numbers from 13 are text, even ones from 12 are blobs. */
  readonly serial: number;
  readonly blob: StoredBlob;
}

function columnsOf(record: StoredBlob): Column[] {
  const head = record.slice(0, Math.min(record.length, 100));
  const [headEnd, first] = varint(head, 0);
  if (headEnd > head.length) throw new DatabaseError("damaged: a row has too many columns");
  const columns: Column[] = [];
  let rest = record.after(headEnd);
  for (let at = first; at < headEnd; ) {
    const [serial, next] = varint(head, at);
    const size = serial >= 12 ? Math.floor((serial - 12) / 2) : (INTEGER_SIZES[serial] ?? 0);
    columns.push({ serial, blob: rest });
    rest = rest.after(size);
    at = next;
  }
  return columns;
}

/** By serial type: NULL, six widths of integers, a double, the constants 0 and 1. */
const INTEGER_SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function text(column: Column | undefined): string {
  if (column === undefined || column.serial < 13 || column.serial % 2 === 0) return "";
  return column.blob.slice(0, Math.min((column.serial - 13) / 2, 100)).toString("utf8");
}

function integer(column: Column | undefined): number {
  if (column === undefined || column.serial > 9) return 0;
  if (column.serial >= 8) return column.serial - 8;
  const size = INTEGER_SIZES[column.serial]!;
  return size === 0 || size > 6 ? 0 : column.blob.slice(0, size).readIntBE(0, size);
}

function uint32(page: Buffer, at: number): number {
  if (at + 4 > page.length) throw new DatabaseError("damaged: a cell extends beyond its page");
  return page.readUInt32BE(at);
}

/** A number of one to nine bytes with seven bits each, the highest first, and the position after it. */
function varint(bytes: Buffer, start: number): [number, number] {
  let value = 0;
  for (let at = start; at < bytes.length && at < start + 8; at++) {
    value = value * 128 + (bytes[at]! & 0x7f);
    if (bytes[at]! < 0x80) return [value, at + 1];
  }
  // Only row numbers take nine bytes; no size in a file is that large.
  return [value, start + 9];
}
