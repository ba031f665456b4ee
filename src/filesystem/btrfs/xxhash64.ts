/** A 64-bit number as two 32-bit ones: the high, the low. */
type Wide = readonly [number, number];

const PRIME1: Wide = [0x9e3779b1, 0x85ebca87];
const PRIME2: Wide = [0xc2b2ae3d, 0x27d4eb4f];
const PRIME3: Wide = [0x165667b1, 0x9e3779f9];
const PRIME4: Wide = [0x85ebca77, 0xc2b2ae63];
const PRIME5: Wide = [0x27d4eb2f, 0x165667c5];

/** xxHash64 of bytes with the seed 0 (doc/xxhash_spec.md of xxHash), little endian. */
export function xxhash64(bytes: Buffer): Buffer {
  let hash: Wide;
  let at = 0;
  if (bytes.length >= 32) {
    const lanes: [Wide, Wide, Wide, Wide] = [add(PRIME1, PRIME2), PRIME2, [0, 0], negate(PRIME1)];
    for (const end = bytes.length - 31; at < end; at += 32)
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane]!, wideAt(bytes, at + lane * 8));
    const [one, two, three, four] = lanes;
    hash = add(add(rotate(one, 1), rotate(two, 7)), add(rotate(three, 12), rotate(four, 18)));
    for (const lane of lanes) hash = add(multiply(xor(hash, round([0, 0], lane)), PRIME1), PRIME4);
  } else hash = PRIME5;
  hash = add(hash, [Math.floor(bytes.length / 2 ** 32), bytes.length >>> 0]);
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
  const cross = Math.imul(high, otherLow) + Math.imul(low, otherHigh);
  // The product of the low halves, in pieces of 16 bits.
  const [a, b] = [low >>> 16, low & 0xffff];
  const [c, d] = [otherLow >>> 16, otherLow & 0xffff];
  const middle = a * d + ((b * d) >>> 16);
  const inner = b * c + (middle & 0xffff);
  const top = a * c + Math.floor(middle / 65536) + Math.floor(inner / 65536);
  return [(top + cross) | 0, Math.imul(low, otherLow)];
}
