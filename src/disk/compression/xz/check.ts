import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** The checksum of a block. */
export interface Check {
  /** In bytes. */
  readonly size: number;
  add(bytes: Buffer): void;
  matches(sum: Buffer): boolean;
}

/** A checksum by its ID ("The .xz File Format", 2.1.1.2). Those that have no meaning yet are not compared. */
export function checkOf(id: number): Check {
  switch (id) {
    case 1: {
      let sum = 0;
      return {
        size: 4,
        add: (bytes) => {
          sum = crc32(bytes, sum);
        },
        matches: (stored) => stored.readUInt32LE(0) === sum,
      };
    }
    case 4:
      return new Crc64();
    case 10: {
      const hash = createHash("sha256");
      return { size: 32, add: (bytes) => void hash.update(bytes), matches: (stored) => hash.digest().equals(stored) };
    }
    default:
      return { size: SIZES[id]!, add: () => {}, matches: () => true };
  }
}

const SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** The polynomial of CRC-64 (ECMA-182), reflected, in two halves; a table for each half. */
const HALVES = makeTable64();

function makeTable64(): { readonly low: Int32Array; readonly high: Int32Array } {
  const low = new Int32Array(256);
  const high = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let l = byte;
    let h = 0;
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (isOdd) {
        l ^= 0xd7870f42;
        h ^= 0xc96c5795;
      }
    }
    low[byte] = l;
    high[byte] = h;
  }
  return { low, high };
}

class Crc64 implements Check {
  readonly size = 8;
  #low = -1;
  #high = -1;

  add(bytes: Buffer): void {
    const { low: lows, high: highs } = HALVES;
    let low = this.#low;
    let high = this.#high;
    for (let i = 0; i < bytes.length; i++) {
      const index = (low ^ bytes[i]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ lows[index]!;
      high = (high >>> 8) ^ highs[index]!;
    }
    this.#low = low;
    this.#high = high;
  }

  matches(sum: Buffer): boolean {
    return sum.readUInt32LE(0) === ~this.#low >>> 0 && sum.readUInt32LE(4) === ~this.#high >>> 0;
  }
}
