import { damaged } from "../../decompress/decompress.ts";

/** How literals and positions are modelled: bits of the byte before, of the position for literals, and for the rest. */
export interface Properties {
  readonly literalContext: number;
  readonly literalPosition: number;
  readonly position: number;
}

/** The properties in a byte: (position * 5 + literalPosition) * 9 + literalContext. */
export function propertiesOf(byte: number): Properties {
  if (byte >= 9 * 5 * 5) damaged("lzma");
  const rest = Math.floor(byte / 9);
  return { literalContext: byte % 9, literalPosition: rest % 5, position: Math.floor(rest / 5) };
}

/** Where the probabilities of each kind begin in one array. */
const STATES = 12;
const POSITIONS = 16;
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * POSITIONS;
const IS_REP0 = IS_REP + STATES;
const IS_REP1 = IS_REP0 + STATES;
const IS_REP2 = IS_REP1 + STATES;
const IS_REP0_LONG = IS_REP2 + STATES;
const SLOT = IS_REP0_LONG + STATES * POSITIONS;
const SPECIAL = SLOT + 4 * 64;
const ALIGN = SPECIAL + 115;
const LENGTH = ALIGN + 16;
const LENGTH_SIZE = 2 + POSITIONS * 16 + 256;
const REP_LENGTH = LENGTH + LENGTH_SIZE;
const LITERAL = REP_LENGTH + LENGTH_SIZE;

const HALF = 1024;
const TOP = 2 ** 24;

/**
 * The decoder of LZMA: Igor Pavlov's LZMA specification (lzma-specification.txt of the LZMA SDK). What it keeps between
 * calls is what LZMA2 keeps between chunks.
 */
export class Lzma {
  #probabilities = new Uint16Array(0);
  #properties: Properties = { literalContext: 0, literalPosition: 0, position: 0 };
  #state = 0;
  readonly #reps = new Uint32Array(4);
  #range = 0;
  #code = 0;
  #input: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Forgets everything but the properties. */
  reset(properties = this.#properties): void {
    const { literalContext, literalPosition } = properties;
    const size = LITERAL + (0x300 << (literalContext + literalPosition));
    if (this.#probabilities.length !== size) this.#probabilities = new Uint16Array(size);
    this.#probabilities.fill(HALF);
    this.#properties = properties;
    this.#state = 0;
    this.#reps.fill(0);
  }

  /**
   * Decodes all of `input` to `out[start..end)`, in front of which the dictionary stands; its length is that of the whole
   * so far, give or take a multiple of 16.
   * @throws {DiskError}
   */
  decode(input: Buffer, out: Buffer, start: number, end: number): void {
    this.#begin(input);
    this.#run(out, start, end);
    if (this.#code !== 0 || this.#at !== input.length) damaged("lzma");
  }

  /** Decodes the beginning of `input`, which may hold more, until `out` is full. @throws {DiskError} */
  decodeStart(input: Buffer, out: Buffer): void {
    this.#begin(input);
    this.#run(out, 0, out.length, true);
  }

  #begin(input: Buffer): void {
    if (input.length < 5 || input[0] !== 0) damaged("lzma");
    this.#input = input;
    this.#range = 0xffffffff;
    this.#code = input.readUInt32BE(1);
    this.#at = 5;
  }

  /** @param isCut whether what reaches beyond the end is cut */
  #run(out: Buffer, start: number, end: number, isCut = false): void {
    const { literalContext, literalPosition, position } = this.#properties;
    const literalMask = (1 << literalPosition) - 1;
    const positionMask = (1 << position) - 1;
    const reps = this.#reps;
    for (let to = start; to < end; ) {
      const state = this.#state;
      const place = to & positionMask;
      if (this.#bit(IS_MATCH + state * POSITIONS + place) === 0) {
        const before = to > 0 ? out[to - 1]! : 0;
        const index = ((to & literalMask) << literalContext) + (before >> (8 - literalContext));
        const table = LITERAL + 0x300 * index;
        if (state < 7) out[to++] = this.#literal(table);
        else {
          const from = to - reps[0]! - 1;
          if (from < 0) damaged("lzma");
          out[to] = this.#literalAfterMatch(table, out[from]!);
          to++;
        }
        this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      let length: number;
      if (this.#bit(IS_REP + state) === 0) {
        reps[3] = reps[2]!;
        reps[2] = reps[1]!;
        reps[1] = reps[0]!;
        length = this.#length(LENGTH, place);
        reps[0] = this.#distance(length);
        // The end marker, which LZMA2 does not have.
        if (reps[0] === 0xffffffff) damaged("lzma");
        this.#state = state < 7 ? 7 : 10;
      } else {
        if (this.#bit(IS_REP0 + state) === 0) {
          if (this.#bit(IS_REP0_LONG + state * POSITIONS + place) === 0) {
            const from = to - reps[0]! - 1;
            if (from < 0) damaged("lzma");
            out[to] = out[from]!;
            to++;
            this.#state = state < 7 ? 9 : 11;
            continue;
          }
        } else {
          let distance: number;
          if (this.#bit(IS_REP1 + state) === 0) distance = reps[1]!;
          else {
            if (this.#bit(IS_REP2 + state) === 0) distance = reps[2]!;
            else {
              distance = reps[3]!;
              reps[3] = reps[2]!;
            }
            reps[2] = reps[1]!;
          }
          reps[1] = reps[0]!;
          reps[0] = distance;
        }
        length = this.#length(REP_LENGTH, place);
        this.#state = state < 7 ? 8 : 11;
      }
      const distance = reps[0]! + 1;
      if (to + length > end && isCut) length = end - to;
      if (to < distance || to + length > end) damaged("lzma");
      copy(out, to, distance, length);
      to += length;
    }
    this.#normalize();
  }

  #normalize(): void {
    if (this.#range < TOP) {
      if (this.#at >= this.#input.length) damaged("lzma");
      this.#range = (this.#range << 8) >>> 0;
      this.#code = ((this.#code << 8) | this.#input[this.#at++]!) >>> 0;
    }
  }

  #bit(index: number): number {
    this.#normalize();
    const probabilities = this.#probabilities;
    const probability = probabilities[index]!;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    probabilities[index] = probability - (probability >> 5);
    return 1;
  }

  /** A number of `count` bits, the highest first. */
  #tree(table: number, count: number): number {
    let symbol = 1;
    for (let i = 0; i < count; i++) symbol = (symbol << 1) | this.#bit(table + symbol);
    return symbol - (1 << count);
  }

  /** A number of `count` bits, the lowest first. */
  #reverseTree(table: number, count: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < count; i++) {
      const bit = this.#bit(table + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #literal(table: number): number {
    let symbol = 1;
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(table + symbol);
    return symbol & 0xff;
  }

  #literalAfterMatch(table: number, matched: number): number {
    let symbol = 1;
    for (let rest = matched; symbol < 0x100; ) {
      const expected = (rest >> 7) & 1;
      rest <<= 1;
      const bit = this.#bit(table + ((1 + expected) << 8) + symbol);
      symbol = (symbol << 1) | bit;
      if (bit !== expected) {
        while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(table + symbol);
      }
    }
    return symbol & 0xff;
  }

  #length(table: number, place: number): number {
    if (this.#bit(table) === 0) return 2 + this.#tree(table + 2 + place * 8, 3);
    if (this.#bit(table + 1) === 0) return 10 + this.#tree(table + 2 + POSITIONS * 8 + place * 8, 3);
    return 18 + this.#tree(table + 2 + POSITIONS * 16, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(SLOT + Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const count = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** count;
    if (slot < 14) return high + this.#reverseTree(SPECIAL + high - slot, count);
    return high + this.#direct(count - 4) * 16 + this.#reverseTree(ALIGN, 4);
  }

  /** A number of `count` bits that are not modelled. */
  #direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#normalize();
      this.#range >>>= 1;
      if (this.#code >= this.#range) {
        this.#code -= this.#range;
        value = value * 2 + 1;
      } else value *= 2;
    }
    return value;
  }
}

/** Copies bytes that may overlap themselves. */
function copy(out: Buffer, to: number, distance: number, length: number): void {
  if (distance === 1) out.fill(out[to - 1]!, to, to + length);
  else if (distance >= length && length > 32) out.copyWithin(to, to - distance, to - distance + length);
  else for (let at = to; at < to + length; at++) out[at] = out[at - distance]!;
}
