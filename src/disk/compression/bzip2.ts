import { damaged } from "../decompress/decompress.ts";
import { expectZeros, type Source } from "./feed.ts";

/** The marks of a block and of the end of a stream: the digits of pi and of its square root. */
const BLOCK_MARK = 0x314159265359;
const END_MARK = 0x177245385090;

/** The most bytes that a block takes compressed: far more than 900,000 bytes take that cannot be compressed. */
const MOST_COMPRESSED = 1_300_000;

/** How many symbols are coded with one table. */
const GROUP = 50;
const LONGEST_CODE = 20;

/**
 * Decompresses bzip2. There is no document of the format by its author; this follows what his program writes. Several
 * streams may follow each other.
 *
 * Why not a library: unbzip2-stream 1.4.3, which was last released in 2019, takes half as long again, ends a truncated stream
 * with a TypeError of its own and does not wait for whoever reads; seek-bzip 2.0.0 needs the whole file in memory.
 */
export async function* bzip2(feed: Source): AsyncGenerator<Buffer> {
  for (let isFirst = true; await feed.fill(4); isFirst = false) {
    const head = feed.bytes.toString("latin1", 0, 4);
    if (!/^BZh[1-9]$/.test(head)) return isFirst ? damaged("bzip2") : expectZeros(feed, "bzip2");
    feed.consume(4);
    const block = new Block(Number(head[3]) * 100_000);
    let whole = 0;
    for (let bit = 0; ; ) {
      await feed.fill(MOST_COMPRESSED);
      const bits = new Bits(feed.bytes, bit);
      const mark = bits.take(24) * 2 ** 24 + bits.take(24);
      const sum = bits.take(16) * 2 ** 16 + bits.take(16);
      if (mark === END_MARK) {
        if (sum !== whole) damaged("bzip2");
        feed.consume(Math.ceil(bits.position / 8));
        break;
      }
      if (mark !== BLOCK_MARK) damaged("bzip2");
      block.read(bits);
      const check = new Sum();
      for (const bytes of block.bytes()) {
        check.add(bytes);
        yield bytes;
      }
      if (check.value !== sum) damaged("bzip2");
      whole = (((whole << 1) | (whole >>> 31)) ^ sum) >>> 0;
      feed.consume(bits.position >>> 3);
      bit = bits.position & 7;
    }
  }
  await expectZeros(feed, "bzip2");
}

/** Bits of bytes, the highest first. */
class Bits {
  readonly #bytes: Buffer;
  #at: number;
  /** The next bits, at the low end, and how many they are. */
  #word = 0;
  #count = 0;

  constructor(bytes: Buffer, bit: number) {
    this.#bytes = bytes;
    this.#at = 0;
    if (bit > 0) this.take(bit);
  }

  /** The number of bits that were taken. */
  get position(): number {
    return this.#at * 8 - this.#count;
  }

  /** At most 24 bits. */
  take(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#bytes.length) damaged("bzip2");
      this.#word = ((this.#word << 8) | this.#bytes[this.#at++]!) >>> 0;
      this.#count += 8;
    }
    this.#count -= count;
    const value = this.#word >>> this.#count;
    this.#word &= (1 << this.#count) - 1;
    return value;
  }

  /** A symbol of a Huffman code. */
  symbol({ limits, bases, symbols, shortest }: Code): number {
    let length = shortest;
    let code = this.take(length);
    while (code > limits[length]!) {
      if (++length > LONGEST_CODE) damaged("bzip2");
      code = (code << 1) | this.take(1);
    }
    const index = code - bases[length]!;
    return index < symbols.length && index >= 0 ? symbols[index]! : damaged("bzip2");
  }
}

/** A Huffman code: for each length the largest code and what to subtract from a code to get its symbol's index. */
interface Code {
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
  readonly shortest: number;
}

function codeOf(lengths: Uint8Array): Code {
  const counts = new Int32Array(LONGEST_CODE + 2);
  for (const length of lengths) counts[length]!++;
  const limits = new Int32Array(LONGEST_CODE + 2).fill(-1);
  const bases = new Int32Array(LONGEST_CODE + 2);
  const symbols = new Uint16Array(lengths.length);
  let shortest = 0;
  for (let length = 1, code = 0, index = 0; length <= LONGEST_CODE; length++) {
    bases[length] = code - index;
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) symbols[index++] = symbol;
    code += counts[length]!;
    if (counts[length]! > 0) {
      limits[length] = code - 1;
      shortest ||= length;
    }
    code *= 2;
  }
  return { limits, bases, symbols, shortest: shortest || damaged("bzip2") };
}

/** One block: the symbols of a Burrows-Wheeler transform, of runs of runs. */
class Block {
  readonly #limit: number;
  /** Below: a byte. Above: the index of the next one. */
  readonly #links: Uint32Array;
  #count = 0;
  #first = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#links = new Uint32Array(limit);
  }

  /** Reads a block behind its mark and checksum. */
  read(bits: Bits): void {
    // Only versions before 0.9.5 wrote blocks with their bytes disturbed.
    if (bits.take(1) === 1) damaged("bzip2");
    const origin = bits.take(24);
    const alphabet = readAlphabet(bits);
    const { codes, selectors } = readCodes(bits, alphabet.length + 2);
    const counts = this.#readSymbols(bits, alphabet, codes, selectors);
    if (origin >= this.#count) damaged("bzip2");
    this.#link(counts);
    this.#first = this.#links[origin]! >>> 8;
  }

  /** Undoes the move-to-front coding and the runs of its first symbol. Returns how often each byte occurs. */
  #readSymbols(bits: Bits, alphabet: Uint8Array, codes: readonly Code[], selectors: Uint8Array): Int32Array {
    const links = this.#links;
    const counts = new Int32Array(256);
    const end = alphabet.length + 1;
    let group = 0;
    let left = 0;
    let code = codes[0]!;
    let at = 0;
    let run = 0;
    let digit = 1;
    for (;;) {
      if (left === 0) {
        if (group >= selectors.length) damaged("bzip2");
        code = codes[selectors[group++]!]!;
        left = GROUP;
      }
      left--;
      const symbol = bits.symbol(code);
      if (symbol <= 1) {
        // A run's length in digits of 1 and 2, the lowest first.
        run += digit << symbol;
        digit *= 2;
        if (run > this.#limit) damaged("bzip2");
        continue;
      }
      if (run > 0) {
        if (at + run > this.#limit) damaged("bzip2");
        const byte = alphabet[0]!;
        links.fill(byte, at, at + run);
        counts[byte]! += run;
        at += run;
        run = 0;
        digit = 1;
      }
      if (symbol === end) break;
      if (at >= this.#limit) damaged("bzip2");
      const byte = alphabet[symbol - 1]!;
      alphabet.copyWithin(1, 0, symbol - 1);
      alphabet[0] = byte;
      links[at++] = byte;
      counts[byte]!++;
    }
    this.#count = at;
    return counts;
  }

  /** Writes above each byte which one follows it. */
  #link(counts: Int32Array): void {
    const links = this.#links;
    const next = new Int32Array(256);
    for (let byte = 0, sum = 0; byte < 256; byte++) {
      next[byte] = sum;
      sum += counts[byte]!;
    }
    for (let i = 0; i < this.#count; i++) {
      const byte = links[i]! & 0xff;
      const at = next[byte]!++;
      links[at]! |= i << 8;
    }
  }

  /** The block's bytes in pieces: four equal ones are followed by how often the byte comes again. */
  *bytes(): Generator<Buffer> {
    const links = this.#links;
    let place = this.#first;
    let out = Buffer.allocUnsafe(PIECE + 256);
    let to = 0;
    let last = -1;
    let equal = 0;
    for (let left = this.#count; left > 0; left--) {
      const link = links[place]!;
      const byte = link & 0xff;
      place = link >>> 8;
      if (equal === 4) {
        out.fill(last, to, to + byte);
        to += byte;
        equal = 0;
        last = -1;
      } else {
        equal = byte === last ? equal + 1 : 1;
        last = byte;
        out[to++] = byte;
      }
      if (to >= PIECE) {
        yield out.subarray(0, to);
        out = Buffer.allocUnsafe(PIECE + 256);
        to = 0;
      }
    }
    if (to > 0) yield out.subarray(0, to);
  }
}

/** About how many bytes come out at a time. */
const PIECE = 256 * 1024;

/** The bytes that occur in a block: a map of 16 maps of 16. */
function readAlphabet(bits: Bits): Uint8Array {
  const rows = bits.take(16);
  const alphabet: number[] = [];
  for (let row = 0; row < 16; row++) {
    if (((rows >> (15 - row)) & 1) === 0) continue;
    const columns = bits.take(16);
    for (let column = 0; column < 16; column++)
      if (((columns >> (15 - column)) & 1) === 1) alphabet.push(row * 16 + column);
  }
  return alphabet.length > 0 ? Uint8Array.from(alphabet) : damaged("bzip2");
}

function readCodes(bits: Bits, size: number): { readonly codes: Code[]; readonly selectors: Uint8Array } {
  const count = bits.take(3);
  const selectors = new Uint8Array(bits.take(15));
  if (count < 2 || count > 6 || selectors.length === 0) damaged("bzip2");
  const order = [0, 1, 2, 3, 4, 5];
  for (let i = 0; i < selectors.length; i++) {
    let index = 0;
    while (bits.take(1) === 1) if (++index >= count) damaged("bzip2");
    const [chosen] = order.splice(index, 1);
    order.unshift(chosen!);
    selectors[i] = chosen!;
  }
  const codes = Array.from({ length: count }, () => {
    const lengths = new Uint8Array(size);
    let length = bits.take(5);
    for (let symbol = 0; symbol < size; symbol++) {
      while (length >= 1 && length <= LONGEST_CODE && bits.take(1) === 1) length += bits.take(1) === 1 ? -1 : 1;
      if (length < 1 || length > LONGEST_CODE) damaged("bzip2");
      lengths[symbol] = length;
    }
    return codeOf(lengths);
  });
  return { codes, selectors };
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

/** bzip2's CRC-32, which takes the highest bit first. */
class Sum {
  #crc = 0xffffffff | 0;

  add(bytes: Buffer): void {
    let crc = this.#crc;
    for (let i = 0; i < bytes.length; i++) crc = (crc << 8) ^ TABLE[(crc >>> 24) ^ bytes[i]!]!;
    this.#crc = crc;
  }

  get value(): number {
    return ~this.#crc >>> 0;
  }
}
