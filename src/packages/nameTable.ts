import { DatabaseError } from "./storedBlob.ts";

/** Consecutive names, each terminated by NUL; whatever follows the last NUL is not a name. */
export interface NameList {
  readonly bytes: Buffer;
  readonly count: number;
}

/** Finds names among hundreds of thousands by a hash of their bytes. */
export class NameTable {
  readonly #bytes: Buffer;
  /** The start of each name. */
  readonly #starts: Int32Array;
  /** The last name with each hash, and for each name the previous one with the same hash; -1 if there is none. */
  readonly #last: Int32Array;
  readonly #previous: Int32Array;

  /** @throws {DatabaseError} if a list contains fewer names than declared. */
  constructor(lists: readonly NameList[]) {
    const count = lists.reduce((sum, list) => sum + list.count, 0);
    const bytes = Buffer.concat(lists.map((list) => list.bytes));
    if (count > bytes.length) throw tooFew();
    this.#bytes = bytes;
    this.#starts = new Int32Array(count);
    this.#previous = new Int32Array(count);
    this.#last = new Int32Array(2 ** Math.ceil(Math.log2(count + 1))).fill(-1);
    const mask = this.#last.length - 1;
    let name = 0;
    let listStart = 0;
    for (const list of lists) {
      const listEnd = listStart + list.bytes.length;
      let start = listStart;
      for (let left = list.count; left > 0; left--) {
        let hash = 0;
        let at = start;
        for (; at < listEnd && bytes[at] !== 0; at++) hash = add(hash, bytes[at]!);
        if (at === listEnd) throw tooFew();
        this.#starts[name] = start;
        this.#previous[name] = this.#last[hash & mask]!;
        this.#last[hash & mask] = name;
        name++;
        start = at + 1;
      }
      listStart = listEnd;
    }
  }

  /** The numbers of equal names, counted from 0 over all lists, in ascending order. */
  find(name: string): number[] {
    const wanted = Buffer.from(`${name}\0`);
    const hash = wanted.subarray(0, -1).reduce(add, 0);
    const found: number[] = [];
    for (let one = this.#last[hash & (this.#last.length - 1)]!; one !== -1; one = this.#previous[one]!) {
      const start = this.#starts[one]!;
      if (wanted.equals(this.#bytes.subarray(start, start + wanted.length))) found.push(one);
    }
    return found.reverse();
  }
}

function add(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

function tooFew(): DatabaseError {
  return new DatabaseError("damaged: a package lists fewer files than it declares");
}
