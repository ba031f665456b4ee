import { DiskError } from "../../disk/disk.ts";
import type { Volume } from "./volume.ts";

/**
 * The log (xfs_log_format.h and xlog_find_tail of Linux's xfs_log_recover.c): a ring of sectors of 512 bytes. Each sector
 * begins with the number of the round in which it was written; in the first of a record, a magic number stands before it.
 */
const SECTOR = 512;
const MAGIC = 0xfeedbabe;
/** A record: 256 KiB, its header of eight sectors, and what it is padded with. */
const LONGEST_RECORD = 1100;
/** A flag of `struct xlog_op_header`. */
const UNMOUNT = 0x20;

/** Whether the log ends with the record that unmounting writes, so that nothing in it waits to be written elsewhere. */
export function isLogClean(volume: Volume, { start, count }: { start: number; count: number }): boolean {
  const sectors = Math.floor((count * volume.superblock.blockSize) / SECTOR);
  if (sectors === 0) throw new DiskError("it is damaged: its log is empty");
  const read = (index: number) => volume.readInBlocks(start, ((index + sectors) % sectors) * SECTOR, SECTOR);
  const round = (index: number) => roundOf(read(index));
  const first = round(0);
  // mkfs.xfs of long ago wrote zeros alone.
  if (first === 0) return true;
  const head = round(sectors - 1) === first ? sectors : firstOther(sectors, (index) => round(index) === first);
  for (let length = 1; length <= Math.min(LONGEST_RECORD, sectors); length++) {
    const header = read(head - length);
    if (header.readUInt32BE(0) === MAGIC) return isUnmount(header, length, read(head - length + headerSectors(header)));
  }
  return false;
}

function roundOf(sector: Buffer): number {
  const first = sector.readUInt32BE(0);
  return first === MAGIC ? sector.readUInt32BE(4) : first;
}

/** The first of `count` that differs from the first of all, where the last does. */
function firstOther(count: number, isLikeFirst: (index: number) => boolean): number {
  let [like, other] = [0, count - 1];
  while (other - like > 1) {
    const middle = Math.floor((like + other) / 2);
    if (isLikeFirst(middle)) like = middle;
    else other = middle;
  }
  return other;
}

/** Whether a record of this length in sectors, `struct xlog_rec_header` and what follows, says that all was written. */
function isUnmount(header: Buffer, length: number, content: Buffer): boolean {
  const isWhole = headerSectors(header) + Math.ceil(header.readUInt32BE(12) / SECTOR) === length;
  return isWhole && header.readUInt32BE(40) === 1 && (content[9]! & UNMOUNT) !== 0;
}

/** A header has room for the rounds of 32 KiB; larger records have more of them. */
function headerSectors(header: Buffer): number {
  const isVersion2 = (header.readUInt32BE(8) & 2) !== 0;
  return isVersion2 ? Math.max(1, Math.ceil(header.readUInt32BE(320) / 32768)) : 1;
}
