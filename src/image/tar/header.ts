/** The size of a tar archive's blocks, in bytes. */
export const BLOCK = 512;

/** What stands in one header block. Names are as stored: a character for each byte. */
export interface Header {
  /** The type flag; "0" for its old form, a zero byte. */
  readonly type: string;
  readonly name: string;
  readonly link: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** An archive that breaks its format's rules, in words for the user. */
export class TarError extends Error {
  override readonly name = "TarError";
}

/** A block by its bytes and by its 32-bit words. */
export class Block {
  readonly bytes: Buffer;
  readonly words: Int32Array;

  /** The block that begins at `start`, a multiple of four, or what there is of one. */
  constructor(buffer: ArrayBuffer, start = 0, length = BLOCK) {
    this.bytes = Buffer.from(buffer, start, length);
    this.words = new Int32Array(buffer, start, length >> 2);
  }
}

/** Whether bytes begin with a block that has the checksum of a tar header, the only mark that every form of tar has. */
export function isHeader(bytes: Buffer): boolean {
  const block = new Block(new ArrayBuffer(BLOCK));
  return bytes.copy(block.bytes) === BLOCK && hasChecksum(block);
}

/** The checksum is the sum of the bytes, where its own eight count as spaces. */
function hasChecksum({ bytes, words }: Block): boolean {
  // Two sums at once, of at most 256 bytes each, which 16 bits hold.
  let sums = 0;
  for (let i = 0; i < words.length; i++) sums += (words[i]! & 0xff00ff) + ((words[i]! >>> 8) & 0xff00ff);
  let sum = (sums & 0xffff) + (sums >>> 16) + 8 * 0x20;
  for (let i = 148; i < 156; i++) sum -= bytes[i]!;
  const stored = number(bytes, 148, 8);
  if (stored === sum) return true;
  // Some old programs added the bytes up as signed.
  for (let i = 0; i < BLOCK; i++) if (bytes[i]! > 127 && (i < 148 || i >= 156)) sum -= 256;
  return stored === sum;
}

/** Whether a block is all zeros, which marks the archive's end. */
export function isZero({ words }: Block): boolean {
  return words.every((word) => word === 0);
}

/** Reads the header that stands at `offset`. @throws {TarError} when it is none, or its size is no number. */
export function parseHeader(block: Block, offset: number): Header {
  if (!hasChecksum(block)) throw new TarError(`it is damaged at byte ${offset}: no tar header stands there`);
  const { bytes } = block;
  const size = number(bytes, 124, 12);
  if (size === undefined) throw new TarError(`it is damaged at byte ${offset}: the size there is no number`);
  return {
    type: bytes[156] === 0 ? "0" : String.fromCharCode(bytes[156]!),
    name: storedName(bytes),
    link: field(bytes, 157, 100),
    size,
    mode: (number(bytes, 100, 8) ?? 0) & 0o7777,
    uid: number(bytes, 108, 8) ?? 0,
    gid: number(bytes, 116, 8) ?? 0,
  };
}

/** POSIX splits a long name in two; GNU's own form, marked by a space, keeps other things in the place of the prefix. */
function storedName(bytes: Buffer): string {
  const name = field(bytes, 0, 100);
  if (bytes[345] === 0 || bytes.toString("latin1", 257, 263) !== "ustar\0") return name;
  // star keeps times in the last bytes of the prefix.
  const isStar = bytes.toString("latin1", 508, 512) === "tar\0";
  return `${field(bytes, 345, isStar ? 131 : 155)}/${name}`;
}

/** A text field up to its first zero, a character for each byte. */
export function field(bytes: Buffer, start: number, length: number): string {
  let end = start;
  while (end < start + length && bytes[end] !== 0) end++;
  return end === start ? "" : bytes.toString("latin1", start, end);
}

/** A numeric field: octal digits, or a binary number where the first bit is set. Undefined when it is neither. */
export function number(bytes: Buffer, start: number, length: number): number | undefined {
  const end = start + length;
  let i = start;
  let value = 0;
  if (bytes[start]! >= 0x80) {
    value = bytes[start]! & 0x7f;
    for (i = start + 1; i < end; i++) value = value * 256 + bytes[i]!;
    return Number.isSafeInteger(value) ? value : undefined;
  }
  while (i < end && (bytes[i] === 0x20 || bytes[i] === 0)) i++;
  for (; i < end && bytes[i] !== 0x20 && bytes[i] !== 0; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 7) return undefined;
    value = value * 8 + digit;
  }
  return value;
}
