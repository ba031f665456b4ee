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

/** Whether a block has the checksum of a tar header, which is the only mark that every form of tar has. */
export function isHeader(block: Buffer): boolean {
  if (block.length < BLOCK || block[0] === 0) return false;
  let sum = 8 * 0x20;
  for (let i = 0; i < 148; i++) sum += block[i]!;
  for (let i = 156; i < BLOCK; i++) sum += block[i]!;
  const stored = octal(block, 148, 8);
  if (stored === sum) return true;
  // Some old programs added the bytes up as signed.
  for (let i = 0; i < BLOCK; i++) if (block[i]! > 127 && (i < 148 || i >= 156)) sum -= 256;
  return stored === sum;
}

/** Whether a block is all zeros, which marks the archive's end. */
export function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** Reads a header block. @throws {TarError} when it is none, or its size is no number. */
export function parseHeader(block: Buffer, offset: number): Header {
  if (!isHeader(block)) throw new TarError(`it is damaged at byte ${offset}: no tar header stands there`);
  const size = number(block, 124, 12);
  if (size === undefined) throw new TarError(`it is damaged at byte ${offset}: the size there is no number`);
  return {
    type: block[156] === 0 ? "0" : String.fromCharCode(block[156]!),
    name: storedName(block),
    link: field(block, 157, 100),
    size,
    mode: (number(block, 100, 8) ?? 0) & 0o7777,
    uid: number(block, 108, 8) ?? 0,
    gid: number(block, 116, 8) ?? 0,
  };
}

/** POSIX splits a long name in two; GNU's own form, marked by a space, keeps other things in the place of the prefix. */
function storedName(block: Buffer): string {
  const name = field(block, 0, 100);
  if (block[345] === 0 || block.toString("latin1", 257, 263) !== "ustar\0") return name;
  // star keeps times in the last bytes of the prefix.
  const isStar = block.toString("latin1", 508, 512) === "tar\0";
  return `${field(block, 345, isStar ? 131 : 155)}/${name}`;
}

/** A text field up to its first zero, a character for each byte. */
export function field(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString("latin1", start, end === -1 || end > start + length ? start + length : end);
}

/** A numeric field: octal digits, or a binary number where the first bit is set. Undefined when it is neither. */
export function number(block: Buffer, start: number, length: number): number | undefined {
  if (block[start]! < 0x80) return octal(block, start, length);
  let value = block[start]! & 0x7f;
  for (let i = start + 1; i < start + length; i++) value = value * 256 + block[i]!;
  return Number.isSafeInteger(value) ? value : undefined;
}

function octal(block: Buffer, start: number, length: number): number | undefined {
  let i = start;
  const end = start + length;
  while (i < end && (block[i] === 0x20 || block[i] === 0)) i++;
  let value = 0;
  for (; i < end && block[i] !== 0x20 && block[i] !== 0; i++) {
    const digit = block[i]! - 0x30;
    if (digit < 0 || digit > 7) return undefined;
    value = value * 8 + digit;
  }
  return value;
}
