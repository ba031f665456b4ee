/** The size of a tar archive's blocks, in bytes. */
export const BLOCK = 512;

/** The fields of one header block. Names are as stored, one character per byte. */
export interface Header {
  /** The type flag; "0" also for its old form, a zero byte. */
  readonly type: string;
  readonly name: string;
  readonly link: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

/** An archive that violates its format, with a message for the user. */
export class TarError extends Error {
  override readonly name = "TarError";
}

/** A block as bytes and as 32-bit words. */
export class Block {
  readonly bytes: Buffer;
  readonly words: Int32Array;

  /** The block that begins at `start`, a multiple of four; possibly incomplete. */
  constructor(buffer: ArrayBuffer, start = 0, length = BLOCK) {
    this.bytes = Buffer.from(buffer, start, length);
    this.words = new Int32Array(buffer, start, length >> 2);
  }
}

/** Whether bytes begin with a block that has a tar header's checksum, the only mark common to all tar formats. */
export function isHeader(bytes: Buffer): boolean {
  const block = new Block(new ArrayBuffer(BLOCK));
  return bytes.copy(block.bytes) === BLOCK && hasChecksum(block);
}

/** Whether the checksum matches: the sum of all bytes, with its own eight counted as spaces. */
function hasChecksum({ bytes, words }: Block): boolean {
  // Two sums at once, of at most 256 bytes each, fit into 16 bits each.
  let sums = 0;
  for (let i = 0; i < words.length; i++) sums += (words[i]! & 0xff00ff) + ((words[i]! >>> 8) & 0xff00ff);
  let sum = (sums & 0xffff) + (sums >>> 16) + 8 * 0x20;
  for (let i = 148; i < 156; i++) sum -= bytes[i]!;
  const stored = number(bytes, 148, 8);
  if (stored === sum) return true;
  // Some old programs summed signed bytes.
  for (let i = 0; i < BLOCK; i++) if (bytes[i]! > 127 && (i < 148 || i >= 156)) sum -= 256;
  return stored === sum;
}

/** Whether a block is all zeros, which marks the end of the archive. */
export function isZero({ words }: Block): boolean {
  return words.every((word) => word === 0);
}

/** Reads the header at `offset`. @throws {TarError} if it is not a header or its size is invalid. */
export function parseHeader(block: Block, offset: number): Header {
  if (!hasChecksum(block)) throw new TarError(`it is damaged at byte ${offset}: invalid tar header`);
  const { bytes } = block;
  const size = number(bytes, 124, 12);
  if (size === undefined) throw new TarError(`it is damaged at byte ${offset}: invalid size`);
  return {
    type: bytes[156] === 0 ? "0" : String.fromCharCode(bytes[156]!),
    name: storedName(bytes),
    link: field(bytes, 157, 100),
    size,
    mode: (number(bytes, 100, 8) ?? 0) & 0o7777,
    uid: number(bytes, 108, 8) ?? 0,
    gid: number(bytes, 116, 8) ?? 0,
    mtime: number(bytes, 136, 12) ?? 0,
  };
}

/** The name. POSIX splits a long name in two; GNU's own format, marked by a space, stores other data in the prefix. */
function storedName(bytes: Buffer): string {
  const name = field(bytes, 0, 100);
  if (bytes[345] === 0 || bytes.toString("latin1", 257, 263) !== "ustar\0") return name;
  // star stores times in the last bytes of the prefix.
  const isStar = bytes.toString("latin1", 508, 512) === "tar\0";
  return `${field(bytes, 345, isStar ? 131 : 155)}/${name}`;
}

/** A text field up to its first zero, one character per byte. */
export function field(bytes: Buffer, start: number, length: number): string {
  let end = start;
  while (end < start + length && bytes[end] !== 0) end++;
  return end === start ? "" : bytes.toString("latin1", start, end);
}

/** A numeric field: octal digits, or a binary number if the first bit is set. Undefined if it is neither. */
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
