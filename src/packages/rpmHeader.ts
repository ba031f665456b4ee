import { DatabaseError, type StoredBlob } from "./storedBlob.ts";

/** The tags that are read, by rpm's numbers (rpmtag.h). */
export const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  installTime: 1008,
  /** Whole paths: packages from before rpm 4. */
  oldFileNames: 1027,
  fileStates: 1029,
  fileDigests: 1035,
  fileFlags: 1037,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  fileDigestAlgorithm: 5011,
} as const;

/** The sizes of numbers by their type: bytes (chars are of both types), 16, 32 bits. */
const NUMBER_SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 2: 1, 3: 2, 4: 4 };
/** Text, several texts, and texts in several languages. */
const STRING_TYPES = [6, 8, 9];

/** How many entries a header may have, as for rpm (HEADER_TAGS_MAX), and how many values an entry that is read. */
const LIMIT = { entries: 65536, values: 2_000_000 };

interface Entry {
  readonly type: number;
  /** From the beginning of the blob. */
  readonly start: number;
  readonly count: number;
}

/**
 * What rpm knows of one package: values by tag, in a blob of two numbers (how many entries, how many bytes of data),
 * entries of 16 bytes (tag, type, offset of the data, count) and the data, all big-endian.
 */
export class RpmHeader {
  readonly #blob: StoredBlob;
  /** The entries as they stand. */
  readonly #index: Buffer;
  readonly #entries = new Map<number, Entry>();
  /** Where the data begins and ends. */
  readonly #data: number;
  readonly #end: number;

  /** @throws {DatabaseError} when the entries are not what they should be. */
  constructor(blob: StoredBlob) {
    const intro = blob.slice(0, 8);
    const count = intro.readUInt32BE(0);
    this.#blob = blob;
    this.#data = 8 + 16 * count;
    this.#end = this.#data + intro.readUInt32BE(4);
    if (count > LIMIT.entries || this.#end > blob.length)
      throw new DatabaseError("damaged: a package's header ends too early");
    this.#index = blob.slice(8, this.#data);
    for (let at = 0; at < this.#index.length; at += 16) {
      const tag = this.#index.readUInt32BE(at);
      if (!TAGS.has(tag)) continue;
      const start = this.#data + this.#index.readUInt32BE(at + 8);
      const values = this.#index.readUInt32BE(at + 12);
      if (start > this.#end || values > LIMIT.values)
        throw new DatabaseError("damaged: a package's header names what is not in it");
      this.#entries.set(tag, { type: this.#index.readUInt32BE(at + 4), start, count: values });
    }
  }

  /** How many values a tag has; 0 when the package has none. */
  count(tag: number): number {
    return this.#entries.get(tag)?.count ?? 0;
  }

  /** The texts of a tag as they stand in the data, each with a NUL at its end; there may be more NULs after them. */
  stringBytes(tag: number): Buffer {
    const entry = this.#entries.get(tag);
    if (entry === undefined) return Buffer.alloc(0);
    if (!STRING_TYPES.includes(entry.type)) throw new DatabaseError("damaged: a text of a package's header is none");
    return this.#blob.slice(entry.start, this.#endOf(entry));
  }

  strings(tag: number): string[] {
    const count = this.count(tag);
    // What comes after the last NUL is no text, so there is one more.
    const texts = this.stringBytes(tag)
      .toString("utf8")
      .split("\0", count + 1);
    if (count > 0 && texts.length <= count) throw tooFew();
    return texts.slice(0, count);
  }

  /** The text at a place of a tag's list; undefined when the list is not that long. */
  string(tag: number, place = 0): string | undefined {
    if (place >= this.count(tag)) return undefined;
    const bytes = this.stringBytes(tag);
    let start = 0;
    for (let i = 0; i < place; i++) start = endOfString(bytes, start) + 1;
    return bytes.toString("utf8", start, endOfString(bytes, start));
  }

  /** The number at a place of a tag's list; undefined when the list is not that long. */
  number(tag: number, place = 0): number | undefined {
    return this.numbers(tag, place, 1)[0];
  }

  /** The numbers of a tag's list, or `length` of them from `start` on; [] when there are none. */
  numbers(tag: number, start = 0, length = this.count(tag)): number[] {
    const entry = this.#entries.get(tag);
    if (entry === undefined || start >= entry.count) return [];
    const size = NUMBER_SIZES[entry.type];
    const from = entry.start + start * (size ?? 0);
    const to = from + length * (size ?? 0);
    if (size === undefined || to > this.#end)
      throw new DatabaseError("damaged: a number of a package's header is none");
    const bytes = this.#blob.slice(from, to);
    return Array.from({ length }, (_, i) => bytes.readUIntBE(i * size, size));
  }

  /** Where the data of the next entry begins. */
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
  return new DatabaseError("damaged: a list in a package's header ends too early");
}

const TAGS = new Set<number>(Object.values(TAG));
