import { DiskError } from "./disk.ts";

/** An unsigned 64-bit number, little endian. @throws {DiskError} if it is beyond 2^53, which no size or offset is */
export function u64le(bytes: Buffer, at: number): number {
  return safe(bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at));
}

/** An unsigned 64-bit number, big endian. @throws {DiskError} if it is beyond 2^53, which no size or offset is */
export function u64be(bytes: Buffer, at: number): number {
  return safe(bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4));
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new DiskError("it is damaged: a number in it is far too large");
  return value;
}
