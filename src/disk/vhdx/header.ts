import { crc32c } from "../crc32c.ts";
import { type Disk, DiskError } from "../disk.ts";
import { hasMark } from "../marks.ts";
import { u64le } from "../number.ts";

/** What is needed of the headers ([MS-VHDX] 2.2.2). */
export interface Header {
  /** Undefined if the log is empty. */
  readonly log: { readonly id: Buffer; readonly offset: number; readonly length: number } | undefined;
}

const SIZE = 4096;
const PLACES = [64 * 1024, 128 * 1024];

/** The header that was written last. @throws {DiskError} if both are damaged */
export function readHeader(file: Disk): Header {
  const valid = PLACES.flatMap((at) => (hasMark(file, at, "head") ? [readChecked(file, at, SIZE)] : []))
    .filter((header) => header !== undefined)
    .map((header) => ({ header, sequence: header.readBigUInt64LE(8) }))
    .toSorted((a, b) => (a.sequence < b.sequence ? 1 : -1));
  const [last] = valid;
  if (last === undefined) throw new DiskError("it is damaged: both of its headers are");
  const { header } = last;
  const version = header.readUInt16LE(66);
  if (version !== 1) throw new DiskError(`it has version ${version} of the format, which is not supported`);
  const id = Buffer.from(header.subarray(48, 64));
  if (id.every((byte) => byte === 0)) return { log: undefined };
  return { log: { id, offset: u64le(header, 72), length: header.readUInt32LE(68) } };
}

/** `size` bytes whose checksum, at byte 4, is right; undefined otherwise. */
export function readChecked(file: Disk, offset: number, size: number): Buffer | undefined {
  if (offset + size > file.size) return undefined;
  const bytes = Buffer.from(file.read(offset, size));
  const sum = bytes.readUInt32LE(4);
  bytes.fill(0, 4, 8);
  return crc32c(bytes) === sum ? bytes : undefined;
}
