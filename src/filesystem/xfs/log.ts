import type { Volume } from "./volume.ts";

/**
 * The log (xfs_log_format.h and xlog_find_tail of Linux's xfs_log_recover.c): a ring of sectors of 512 bytes. Each sector
 * begins with the number of the round in which it was written; in the first of a record, a magic number stands before it.
 */
const SECTOR = 512;
const MAGIC = 0xfeedbabe;
/** A record: 256 KiB, its header of eight sectors, and what it is padded with. */
const LONGEST_RECORD = 1100;

interface Log {
  /** How many sectors it has. */
  readonly size: number;
  /** The sector of an index, which counts round the ring. */
  sector(index: number): Buffer;
}

/** `struct xlog_rec_header`, and where its parts are, in sectors. */
interface Record {
  readonly header: Buffer;
  /** Where its operations begin, and where the next record does. */
  readonly content: number;
  readonly end: number;
}

/**
 * Whether nothing in the log waits to be written elsewhere: it ends with the record that unmounting writes, or what is not
 * known to be written is about the superblock alone, as in a file system that is frozen or was at rest for a minute.
 */
export function isLogClean(volume: Volume, { start, count }: { start: number; count: number }): boolean {
  const size = (count * volume.superblock.blockSize) / SECTOR;
  const log: Log = {
    size,
    sector: (index) => volume.readInBlocks(start, ((index + size) % size) * SECTOR, SECTOR),
  };
  // mkfs.xfs of long ago wrote zeros alone.
  if (size === 0 || roundOf(log.sector(0)) === 0) return true;
  const head = headOf(log);
  const last = lastRecord(log, head);
  if (last === undefined || last.end !== head) return false;
  return isUnmount(log, last) || isAtRest(log, last);
}

/** Where the next record would be written: where the rounds change. */
function headOf({ size, sector }: Log): number {
  const round = roundOf(sector(0));
  if (roundOf(sector(size - 1)) === round) return size;
  let [same, other] = [0, size - 1];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (roundOf(sector(middle)) === round) same = middle;
    else other = middle;
  }
  return other;
}

function roundOf(sector: Buffer): number {
  const first = sector.readUInt32BE(0);
  return first === MAGIC ? sector.readUInt32BE(4) : first;
}

function lastRecord(log: Log, head: number): Record | undefined {
  for (let at = head - 1; at >= head - Math.min(LONGEST_RECORD, log.size); at--) {
    const record = recordAt(log, at);
    if (record !== undefined) return record;
  }
  return undefined;
}

function recordAt(log: Log, at: number): Record | undefined {
  const header = log.sector(at);
  if (header.readUInt32BE(0) !== MAGIC) return undefined;
  // A header has room for the rounds of 32 KiB; larger records of version 2 have more of them.
  const isVersion2 = (header.readUInt32BE(8) & 2) !== 0;
  const content = at + (isVersion2 ? Math.max(1, Math.ceil(header.readUInt32BE(320) / 32768)) : 1);
  return { header, content, end: content + Math.ceil(header.readUInt32BE(12) / SECTOR) };
}

/** Flags of `struct xlog_op_header`. */
const OPERATION = { start: 0x1, commit: 0x2, unmount: 0x20 };

function isUnmount(log: Log, { header, content }: Record): boolean {
  return header.readUInt32BE(40) === 1 && (log.sector(content)[9]! & OPERATION.unmount) !== 0;
}

/** More sectors than two or three transactions of a superblock take, each padded to 256 KiB. */
const LONGEST_REST = 3 * 520;

/** Whether all records from the oldest that counts, which the last one names, have transactions of the superblock alone. */
function isAtRest(log: Log, last: Record): boolean {
  const [round, tail] = [last.header.readUInt32BE(24), last.header.readUInt32BE(28)];
  if (tail >= log.size) return false;
  // Behind the head, it is of the round before.
  const head = last.end;
  let at = tail < head ? tail : tail - log.size;
  if (head - at > LONGEST_REST) return false;
  for (let first = true; at < head; first = false) {
    const record = recordAt(log, at);
    if (record === undefined || record.end > head || (first && record.header.readUInt32BE(4) !== round)) return false;
    if (!isOfSuperblock(log, record)) return false;
    at = record.end;
  }
  return true;
}

/** The operations of a transaction of the superblock: start, `xfs_trans_header`, `xfs_buf_log_format`, data, commit. */
function isOfSuperblock(log: Log, record: Record): boolean {
  const count = record.header.readUInt32BE(40);
  const bytes = contentOf(log, record);
  if (count % 5 !== 0 || count === 0) return false;
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 12 > bytes.length) return false;
    const [length, flags] = [bytes.readUInt32BE(at + 4), bytes[at + 9]!];
    const data = bytes.subarray(at + 12, at + 12 + length);
    const isExpected = [
      () => flags === OPERATION.start && length === 0,
      () => flags === 0 && data.toString("latin1", 0, 4) === "NART",
      () => flags === 0 && data.length >= 16 && isSuperblockItem(data),
      () => flags === 0 && length <= SECTOR,
      () => flags === OPERATION.commit && length === 0,
    ][index % 5]!;
    if (!isExpected()) return false;
    at += 12 + length;
  }
  return true;
}

/** `struct xfs_buf_log_format` in the order of the machine, which is little endian: type, size, flags, sectors, sector. */
function isSuperblockItem(data: Buffer): boolean {
  return data.readUInt16LE(0) === 0x123c && data.readBigUInt64LE(8) === 0n;
}

/** The operations of a short record, with the words that the numbers of rounds stand in for. */
function contentOf(log: Log, { header, content, end }: Record): Buffer {
  // Beyond it, there is only what a record is padded with.
  const sectors = Math.min(end - content, 16);
  const bytes = Buffer.concat(Array.from({ length: sectors }, (_, index) => log.sector(content + index)));
  for (let index = 0; index < sectors; index++) header.copy(bytes, index * SECTOR, 44 + index * 4, 48 + index * 4);
  return bytes;
}
