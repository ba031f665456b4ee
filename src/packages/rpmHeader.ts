import { DatabaseError, type StoredBlob } from "./storedBlob.ts";

/** The tags that are read, with rpm's numbers (rpmtag.h). */
export const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  installTime: 1008,
  /** Full paths, in packages from before rpm 4. */
  oldFileNames: 1027,
  fileStates: 1029,
  fileDigests: 1035,
  fileFlags: 1037,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  fileDigestAlgorithm: 5011,
} as const;

/** The sizes of numbers by type, in bytes: char and 8 bits, 16 bits, 32 bits. */
const NUMBER_SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 2: 1, 3: 2, 4: 4 };
/** The types of a string, a list of strings, and a string in several languages. */
const STRING_TYPES = [6, 8, 9];

/** The maximum number of entries in a header, as in rpm (HEADER_TAGS_MAX), and of values in an entry that is read. */
const LIMIT = { entries: 65536, values: 2_000_000 };

interface Entry {
  readonly type: number;
  /** Relative to the beginning of the blob. */
  readonly start: number;
  readonly count: number;
}

/**
 * rpm's data about one package: values by tag. The blob consists of two numbers (of entries and of data bytes), entries
 * of 16 bytes (tag, type, offset of the data, count) and the data, all big-endian.
 */
export class RpmHeader {
  readonly #blob: StoredBlob;
  /** The raw entries. */
  readonly #index: Buffer;
  readonly #entries = new Map<number, Entry>();
  /** The start and end of the data. */
  readonly #data: number;
  readonly #end: number;

  /** @throws {DatabaseError} if the entries are invalid. */
  constructor(blob: StoredBlob) {
    const intro = blob.slice(0, 8);
    const count = intro.readUInt32BE(0);
    this.#blob = blob;
    this.#data = 8 + 16 * count;
    this.#end = this.#data + intro.readUInt32BE(4);
    if (count > LIMIT.entries || this.#end > blob.length)
      throw new DatabaseError("damaged: a package header is truncated");
    this.#index = blob.slice(8, this.#data);
    for (let at = 0; at < this.#index.length; at += 16) {
      const tag = this.#index.readUInt32BE(at);
      if (!TAGS.has(tag)) continue;
      const start = this.#data + this.#index.readUInt32BE(at + 8);
      const values = this.#index.readUInt32BE(at + 12);
      if (start > this.#end || values > LIMIT.values)
        throw new DatabaseError("damaged: a package header points outside itself");
      this.#entries.set(tag, { type: this.#index.readUInt32BE(at + 4), start, count: values });
    }
  }

  /** The number of values of a tag; 0 if the package lacks it. */
  count(tag: number): number {
    return this.#entries.get(tag)?.count ?? 0;
  }

  /** The strings of a tag as stored, each terminated by NUL; more NULs may follow. */
  stringBytes(tag: number): Buffer {
    const entry = this.#entries.get(tag);
    if (entry === undefined) return Buffer.alloc(0);
    if (!STRING_TYPES.includes(entry.type)) throw new DatabaseError("damaged: invalid string in a package header");
    return this.#blob.slice(entry.start, this.#endOf(entry));
  }

  strings(tag: number): string[] {
    const count = this.count(tag);
    // The part after the last NUL is not a string, so split one more.
    const texts = this.stringBytes(tag)
      .toString("utf8")
      .split("\0", count + 1);
    if (count > 0 && texts.length <= count) throw tooFew();
    return texts.slice(0, count);
  }

  /** The string at an index of a tag's list; undefined if the list is shorter. */
  string(tag: number, place = 0): string | undefined {
    if (place >= this.count(tag)) return undefined;
    const bytes = this.stringBytes(tag);
    let start = 0;
    for (let i = 0; i < place; i++) start = endOfString(bytes, start) + 1;
    return bytes.toString("utf8", start, endOfString(bytes, start));
  }

  /** The number at an index of a tag's list; undefined if the list is shorter. */
  number(tag: number, place = 0): number | undefined {
    return this.numbers(tag, place, 1)[0];
  }

  /** The numbers of a tag's list, or `length` of them from `start` on; [] if there are none. */
  numbers(tag: number, start = 0, length = this.count(tag)): number[] {
    const entry = this.#entries.get(tag);
    if (entry === undefined || start >= entry.count) return [];
    const size = NUMBER_SIZES[entry.type];
    const from = entry.start + start * (size ?? 0);
    const to = from + length * (size ?? 0);
    if (size === undefined || to > this.#end) throw new DatabaseError("damaged: invalid number in a package header");
    const bytes = this.#blob.slice(from, to);
    return Array.from({ length }, (_, i) => bytes.readUIntBE(i * size, size));
  }

  /** The start of the next entry's data. */
  #endOf({ start }: Entry): number {
    let end = this.#end;
    for (let at = 8; at < this.#index.length; at += 16) {
      const next = this.#data + this.#index.readUInt32BE(at);
      if (next > start && next < end) end = next;
    }
    return end;
  }
}

function endOfString(bytes: Buffer, start: number): number {
  const end = bytes.indexOf(0, start);
  if (end === -1) throw tooFew();
  return end;
}

function tooFew(): DatabaseError {
  return new DatabaseError("damaged: a list in a package header is truncated");
}

const TAGS = new Set<number>(Object.values(TAG));
