import { crc32c } from "../../../disk/crc32c.ts";
import { DiskError } from "../../../disk/disk.ts";
import { u64be } from "../../../disk/number.ts";
import { type Log, MAGIC } from "./log.ts";

/** A block as a transaction left it: its copy in the log. */
export interface Copy {
  readonly block: number;
  /** The block of the log that holds it. */
  readonly at: number;
  /** Whether its first four bytes are missing, since they would be the log's magic number. */
  readonly isEscaped: boolean;
  /** The number of its transaction. */
  readonly sequence: number;
  /** The checksum of it, as far as it is stored, and how many bits these are. */
  readonly checksum: number;
  readonly checksumBits: number;
}

export interface Replay {
  /** The last copies of blocks, by the blocks' numbers. */
  readonly copies: ReadonlyMap<number, Copy>;
  /** The number that the next transaction would have. */
  readonly next: number;
  /** Whether the log ends at a transaction that is damaged. */
  readonly isDamaged: boolean;
}

/** Types of blocks in the log. */
const TYPES = { descriptor: 1, commit: 2, revoke: 5 };

/** Flags of a descriptor's tags. */
const FLAGS = { escaped: 1, sameUuid: 2, last: 8 };

const HEADER = 12;

/**
 * More blocks are not read, and more revocations, lest an untrusted journal take all memory. The largest one that
 * mkfs.ext4 makes unless it is told to has 262,144 blocks.
 */
const MOST = 300_000;

/**
 * What a mount would write to the disk first: all blocks of committed transactions, the later ones over the earlier,
 * without those that a transaction revokes (fs/jbd2/recovery.c).
 */
export function replay(log: Log): Replay {
  const copies = new Map<number, Copy>();
  /** The last transaction that revoked a block, by the block's number. Transactions count from 0 here. */
  const revoked = new Map<number, number>();
  const orders = new Map<number, number>();
  let sequence = log.sequence;
  let isDamaged = false;
  let lastTime = 0;
  const budget = { blocks: Math.min(MOST, log.end - log.first), revoked: MOST };
  for (let order = 0, at = log.start; at !== 0; order++) {
    const transaction = read(log, at, sequence, budget);
    if (transaction === undefined) break;
    const isStale = transaction.time < lastTime;
    if (!transaction.isIntact) {
      // What an older log has left there may look like the next transaction; with async_commit its blocks may be missing.
      isDamaged = !isStale && !log.isAsync;
      break;
    }
    lastTime = transaction.time;
    for (const copy of transaction.copies) {
      copies.set(copy.block, copy);
      orders.set(copy.block, order);
    }
    for (const block of transaction.revoked) revoked.set(block, order);
    at = transaction.end;
    sequence = (sequence + 1) >>> 0;
  }
  for (const [block, order] of revoked) if ((orders.get(block) ?? order) <= order) copies.delete(block);
  return { copies, next: sequence, isDamaged };
}

interface Transaction {
  readonly copies: readonly Copy[];
  readonly revoked: readonly number[];
  /** The block of the log after it. */
  readonly end: number;
  /** When it was committed, in seconds. */
  readonly time: number;
  readonly isIntact: boolean;
}

/** How many blocks and revocations may still be read. */
interface Budget {
  blocks: number;
  revoked: number;
}

/** The transaction that begins at a block of the log; undefined if there is none of this number, or it is not complete. */
function read(log: Log, start: number, sequence: number, budget: Budget): Transaction | undefined {
  const copies: Copy[] = [];
  const revoked: number[] = [];
  let isIntact = true;
  let sum = ~0;
  let at = start;
  const advance = () => {
    if (--budget.blocks < 0) throw new DiskError("it has too many blocks");
    at = at + 1 < log.end ? at + 1 : log.first;
  };
  for (;;) {
    const block = log.block(at);
    if (block.readUInt32BE(0) !== MAGIC || block.readUInt32BE(8) !== sequence) return undefined;
    advance();
    switch (block.readUInt32BE(4)) {
      case TYPES.descriptor:
        isIntact &&= hasRightTail(log, block);
        if (log.checksums === 1) sum = crc32be(sum, block);
        for (const tag of tagsIn(log, block)) {
          copies.push({ ...tag, at, sequence });
          if (log.checksums === 1) sum = crc32be(sum, log.block(at));
          advance();
        }
        break;
      case TYPES.revoke:
        isIntact &&= hasRightTail(log, block);
        for (const number of revokedBy(log, block)) {
          if (--budget.revoked < 0) throw new DiskError("it revokes too many blocks");
          revoked.push(number);
        }
        break;
      case TYPES.commit: {
        const time = block.readUInt32BE(48) * 2 ** 32 + block.readUInt32BE(52);
        return { copies, revoked, end: at, time, isIntact: isIntact && isCommitted(log, block, sum) };
      }
      default:
        return undefined;
    }
  }
}

/** The blocks whose copies follow a descriptor, in their order. */
function* tagsIn(log: Log, block: Buffer): Generator<Omit<Copy, "at" | "sequence">> {
  const size = log.checksums === 3 ? 16 : 8 + (log.checksums === 2 ? 2 : 0) + (log.isWide ? 4 : 0);
  const end = block.length - (log.checksums > 1 ? 4 : 0);
  for (let at = HEADER; at + size <= end; ) {
    const flags = log.checksums === 3 ? block.readUInt32BE(at + 4) : block.readUInt16BE(at + 6);
    yield {
      block: block.readUInt32BE(at) + (log.isWide ? block.readUInt32BE(at + 8) * 2 ** 32 : 0),
      isEscaped: (flags & FLAGS.escaped) !== 0,
      checksum: log.checksums === 3 ? block.readUInt32BE(at + 12) : block.readUInt16BE(at + 4),
      checksumBits: log.checksums === 3 ? 32 : log.checksums === 2 ? 16 : 0,
    };
    if ((flags & FLAGS.last) !== 0) return;
    at += size + ((flags & FLAGS.sameUuid) !== 0 ? 0 : 16);
  }
}

/** The numbers in a block of revocations. */
function* revokedBy(log: Log, block: Buffer): Generator<number> {
  const size = log.isWide ? 8 : 4;
  const end = Math.min(block.readUInt32BE(HEADER), block.length - (log.checksums > 1 ? 4 : 0));
  for (let at = HEADER + 4; at + size <= end; at += size) yield log.isWide ? u64be(block, at) : block.readUInt32BE(at);
}

/** Whether the checksum at the end of a descriptor or a block of revocations is right. */
function hasRightTail(log: Log, block: Buffer): boolean {
  if (log.checksums < 2) return true;
  const end = block.length - 4;
  return ~crc32c(Buffer.alloc(4), crc32c(block.subarray(0, end), log.seed)) >>> 0 === block.readUInt32BE(end);
}

/** @param sum the checksum of the transaction, where it has one */
function isCommitted(log: Log, block: Buffer, sum: number): boolean {
  if (log.checksums === 0) return true;
  const stored = block.readUInt32BE(16);
  if (log.checksums === 1) {
    // Type and length of a checksum come before it: CRC-32 of four bytes, or none.
    const kind = block.readUInt16BE(12);
    return (kind === 0x0104 && stored === sum >>> 0) || (kind === 0 && stored === 0);
  }
  const head = crc32c(Buffer.alloc(4), crc32c(block.subarray(0, 16), log.seed));
  return ~crc32c(block.subarray(20), head) >>> 0 === stored;
}

/** The block as it was. Throws what reading the log does. */
export function contentOf(log: Log, { at, isEscaped }: Copy): Buffer {
  const block = log.block(at);
  if (!isEscaped) return block;
  const content = Buffer.from(block);
  content.writeUInt32BE(MAGIC);
  return content;
}

/** Whether a copy's checksum is right: of the number of its transaction and of what the log holds. */
export function isIntact(log: Log, { at, sequence, checksum, checksumBits }: Copy): boolean {
  if (checksumBits === 0) return true;
  const number = Buffer.alloc(4);
  number.writeUInt32BE(sequence);
  const sum = ~crc32c(log.block(at), crc32c(number, log.seed));
  return (checksumBits === 32 ? sum >>> 0 : sum & 0xffff) === checksum;
}

/** CRC-32 with the highest bit first and no inversions (crc32_be of Linux). */
function crc32be(seed: number, bytes: Buffer): number {
  let crc = seed;
  for (const byte of bytes) crc = (crc << 8) ^ TABLE[(crc >>> 24) ^ byte]!;
  return crc;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});
