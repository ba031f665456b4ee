/** A 64-bit number as two 32-bit ones: the high, the low. */
type Wide = readonly [number, number];

const PRIME1: Wide = [0x9e3779b1, 0x85ebca87];
const PRIME2: Wide = [0xc2b2ae3d, 0x27d4eb4f];
const PRIME3: Wide = [0x165667b1, 0x9e3779f9];
const PRIME4: Wide = [0x85ebca77, 0xc2b2ae63];
const PRIME5: Wide = [0x27d4eb2f, 0x165667c5];

/** Four numbers of 64 bits are taken from each stripe. */
const STRIPE = 32;

/** xxHash64 of bytes with the seed 0 (doc/xxhash_spec.md of xxHash), little endian. */
export function xxhash64(bytes: Buffer): Buffer {
  const hash = new Xxhash64();
  hash.update(bytes);
  return hash.digest();
}

/** xxHash64 of bytes that come in pieces. */
export class Xxhash64 {
  /** Of each lane the high and the low half. */
  readonly #lanes = Int32Array.from([add(PRIME1, PRIME2), PRIME2, [0, 0] as const, negate(PRIME1)].flat());
  /** The end of what came, which is no whole stripe. */
  #rest: Buffer = Buffer.alloc(0);
  #length = 0;

  update(bytes: Buffer): void {
    this.#length += bytes.length;
    let from = 0;
    if (this.#rest.length > 0) {
      from = Math.min(STRIPE - this.#rest.length, bytes.length);
      this.#rest = Buffer.concat([this.#rest, bytes.subarray(0, from)]);
      if (this.#rest.length < STRIPE) return;
      mixStripes(this.#lanes, this.#rest);
    }
    const whole = bytes.subarray(from, bytes.length - ((bytes.length - from) % STRIPE));
    mixStripes(this.#lanes, whole);
    this.#rest = Buffer.from(bytes.subarray(from + whole.length));
  }

  /** Eight bytes, little endian. */
  digest(): Buffer {
    let hash = PRIME5;
    if (this.#length >= STRIPE) {
      const lanes = [0, 2, 4, 6].map((at): Wide => [this.#lanes[at]!, this.#lanes[at + 1]!]);
      const [one, two, three, four] = lanes as [Wide, Wide, Wide, Wide];
      hash = add(add(rotate(one, 1), rotate(two, 7)), add(rotate(three, 12), rotate(four, 18)));
      for (const lane of lanes) hash = add(multiply(xor(hash, round([0, 0], lane)), PRIME1), PRIME4);
    }
    hash = add(hash, [Math.floor(this.#length / 2 ** 32), this.#length >>> 0]);
    const bytes = this.#rest;
    let at = 0;
    for (; at + 8 <= bytes.length; at += 8)
      hash = add(multiply(rotate(xor(hash, round([0, 0], wideAt(bytes, at))), 27), PRIME1), PRIME4);
    if (at + 4 <= bytes.length) {
      hash = add(multiply(rotate(xor(hash, multiply([0, bytes.readUInt32LE(at)], PRIME1)), 23), PRIME2), PRIME3);
      at += 4;
    }
    for (; at < bytes.length; at++) hash = multiply(rotate(xor(hash, multiply([0, bytes[at]!], PRIME5)), 11), PRIME1);
    hash = multiply(xor(hash, shiftRight(hash, 33)), PRIME2);
    hash = multiply(xor(hash, shiftRight(hash, 29)), PRIME3);
    hash = xor(hash, shiftRight(hash, 32));
    const result = Buffer.alloc(8);
    result.writeUInt32LE(hash[1] >>> 0, 0);
    result.writeUInt32LE(hash[0] >>> 0, 4);
    return result;
  }
}

/** `round` for each number of whole stripes, without objects: whole disks go through it. */
function mixStripes(lanes: Int32Array, bytes: Buffer): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [highTwo, lowTwo] = [PRIME2[0] | 0, PRIME2[1] | 0];
  const [highOne, lowOne] = [PRIME1[0] | 0, PRIME1[1] | 0];
  for (let lane = 0; lane < 4; lane++) {
    let high = lanes[2 * lane]!;
    let low = lanes[2 * lane + 1]!;
    for (let at = lane * 8; at < bytes.length; at += STRIPE) {
      const value = view.getInt32(at, true);
      const product = Math.imul(value, lowTwo);
      const sum = (low + product) | 0;
      const carry = sum >>> 0 < product >>> 0 ? 1 : 0;
      high = (high + highOf(view.getInt32(at + 4, true), value, highTwo, lowTwo) + carry) | 0;
      const turned = (sum << 31) | (high >>> 1);
      high = highOf((high << 31) | (sum >>> 1), turned, highOne, lowOne);
      low = Math.imul(turned, lowOne);
    }
    lanes[2 * lane] = high;
    lanes[2 * lane + 1] = low;
  }
}

/** The high half of a product, from halves of numbers. */
function highOf(high: number, low: number, otherHigh: number, otherLow: number): number {
  const right = low & 0xffff;
  const left = low >>> 16;
  const otherRight = otherLow & 0xffff;
  const otherLeft = otherLow >>> 16;
  const one = Math.imul(left, otherRight);
  const two = Math.imul(right, otherLeft);
  const carry = (Math.imul(right, otherRight) >>> 16) + (one & 0xffff) + (two & 0xffff);
  const top = (Math.imul(left, otherLeft) + (one >>> 16) + (two >>> 16) + (carry >>> 16)) | 0;
  return (top + Math.imul(high, otherLow) + Math.imul(low, otherHigh)) | 0;
}

function round(lane: Wide, value: Wide): Wide {
  return multiply(rotate(add(lane, multiply(value, PRIME2)), 31), PRIME1);
}

function wideAt(bytes: Buffer, at: number): Wide {
  return [bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at)];
}

function xor(one: Wide, other: Wide): Wide {
  return [one[0] ^ other[0], one[1] ^ other[1]];
}

function add(one: Wide, other: Wide): Wide {
  const low = (one[1] >>> 0) + (other[1] >>> 0);
  return [(one[0] + other[0] + (low >= 2 ** 32 ? 1 : 0)) | 0, low | 0];
}

function negate([high, low]: Wide): Wide {
  return add([~high, ~low], [0, 1]);
}

/** By 1 to 31 bits. */
function rotate([high, low]: Wide, by: number): Wide {
  return [(high << by) | (low >>> (32 - by)), (low << by) | (high >>> (32 - by))];
}

/** By up to 63 bits, zeros come in. */
function shiftRight([high, low]: Wide, by: number): Wide {
  if (by >= 32) return [0, high >>> (by - 32)];
  return [high >>> by, (low >>> by) | (high << (32 - by))];
}

function multiply([high, low]: Wide, [otherHigh, otherLow]: Wide): Wide {
  return [highOf(high, low, otherHigh, otherLow), Math.imul(low, otherLow)];
}
