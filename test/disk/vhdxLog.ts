import { crc32c } from "../../src/disk/crc32c.ts";

const SECTOR = 4096;
const ID = Buffer.from("0123456789abcdef0123456789abcdef", "hex");

/** A change that a log entry makes: 4096 bytes, or a number of zeros. */
export type LogChange = readonly [offset: number, bytes: Buffer | number];

/** A VHDX as it is after a crash: these entries of its log, oldest first, wait to be written to their places. */
export function withLog(file: Buffer, entries: readonly (readonly LogChange[])[]): Buffer {
  const bytes = Buffer.from(file);
  const [header] = [64 * 1024, 128 * 1024].toSorted((a, b) =>
    Number(bytes.readBigUInt64LE(b + 8) - bytes.readBigUInt64LE(a + 8)),
  );
  ID.copy(bytes, header! + 48);
  sum(bytes.subarray(header!, header! + SECTOR));
  const log = Number(bytes.readBigUInt64LE(header! + 72));
  const length = bytes.readUInt32LE(header! + 68);
  // The second entry crosses the end of the ring.
  let at = length - SECTOR * 3;
  const tail = at;
  for (const [index, changes] of entries.entries()) {
    const entry = entryOf(changes, { sequence: BigInt(7 + index), tail, size: bytes.length });
    for (let done = 0; done < entry.length; done += SECTOR)
      entry.copy(bytes, log + ((at + done) % length), done, done + SECTOR);
    at = (at + entry.length) % length;
  }
  return bytes;
}

function entryOf(
  changes: readonly LogChange[],
  { sequence, tail, size }: { readonly sequence: bigint; readonly tail: number; readonly size: number },
): Buffer {
  const head = Buffer.alloc(SECTOR);
  const data: Buffer[] = [];
  for (const [index, [offset, what]] of changes.entries()) {
    const at = 64 + index * 32;
    head.writeBigUInt64LE(BigInt(offset), at + 16);
    head.writeBigUInt64LE(sequence, at + 24);
    if (typeof what === "number") {
      head.write("zero", at);
      head.writeBigUInt64LE(BigInt(what), at + 8);
      continue;
    }
    head.write("desc", at);
    what.copy(head, at + 4, SECTOR - 4);
    what.copy(head, at + 8, 0, 8);
    const sector = Buffer.from(what);
    sector.write("data");
    sector.writeUInt32LE(Number(sequence >> 32n), 4);
    sector.writeUInt32LE(Number(sequence & 0xffffffffn), SECTOR - 4);
    data.push(sector);
  }
  const entry = Buffer.concat([head, ...data]);
  entry.write("loge");
  entry.writeUInt32LE(entry.length, 8);
  entry.writeUInt32LE(tail, 12);
  entry.writeBigUInt64LE(sequence, 16);
  entry.writeUInt32LE(changes.length, 24);
  ID.copy(entry, 32);
  entry.writeBigUInt64LE(BigInt(size), 48);
  entry.writeBigUInt64LE(BigInt(size), 56);
  sum(entry);
  return entry;
}

/** Writes the checksum of a structure, at its byte 4. */
export function sum(bytes: Buffer): void {
  bytes.fill(0, 4, 8);
  bytes.writeUInt32LE(crc32c(bytes), 4);
}
