import { crc32c } from "../../../disk/crc32c.ts";
import { DiskError } from "../../../disk/disk.ts";
import type { Inode } from "../../filesystem.ts";

/** What every block of the log that is no copy begins with. */
export const MAGIC = 0xc03b3998;

/** Bits of s_feature_incompat that a reader knows: revoke and async_commit change nothing for it. */
const INCOMPAT = { revoke: 0x1, wide: 0x2, asyncCommit: 0x4, checksums2: 0x8, checksums3: 0x10, fastCommit: 0x20 };

/** The bit of s_feature_compat for the first kind of checksums, of whole transactions. */
const COMPAT_CHECKSUM = 0x1;

/** A log is never made with fewer blocks, beside those of fast commits. */
const FEWEST_BLOCKS = 1024;

/** Superblocks are this long, whatever the size of blocks. */
const SIZE = 1024;

/** The journal's own superblock (Documentation/filesystems/ext4, "Journal (jbd2)"). Numbers are big endian. */
export interface Log {
  readonly blockSize: number;
  /** The first block of the log, and the block behind its last one, from where it goes on at the first. */
  readonly first: number;
  readonly end: number;
  /** How many blocks for fast commits follow the end. */
  readonly fastCommits: number;
  /** Where the oldest transaction begins; 0 if there is none. */
  readonly start: number;
  /** The number of the oldest transaction. */
  readonly sequence: number;
  /** Which kind of checksums it has; 0: none. */
  readonly checksums: 0 | 1 | 2 | 3;
  /** Whether numbers of blocks have 64 bits. */
  readonly isWide: boolean;
  /** Whether a transaction may be committed before all of its blocks are written (async_commit). */
  readonly isAsync: boolean;
  /** Whether its superblock's own checksum is right, where it has one. */
  readonly isIntact: boolean;
  /** What checksums of the second and third kind begin with. */
  readonly seed: number;
  block(number: number): Buffer;
}

/** @throws {DiskError} if it is damaged or of a kind that is not supported */
export function openLog(journal: Inode, blockSize: number): Log {
  const bytes = journal.read(0, SIZE);
  if (bytes.length < SIZE) throw new DiskError("it is too short");
  const u32 = (at: number) => bytes.readUInt32BE(at);
  const kind = u32(4);
  if (u32(0) !== MAGIC || (kind !== 3 && kind !== 4)) throw new DiskError("its superblock is damaged");
  // The first version had no features.
  const [compat, incompat] = kind === 3 ? [0, 0] : [u32(36), u32(40)];
  const unknown = incompat & ~Object.values(INCOMPAT).reduce((all, bit) => all | bit);
  if (unknown !== 0) throw new DiskError(`it uses unknown features (0x${(unknown >>> 0).toString(16)})`);
  const has = (bit: number) => (incompat & bit) !== 0;

  const [length, first, start] = [u32(16), u32(20), u32(28)];
  const reserved = has(INCOMPAT.fastCommit) ? u32(84) || 256 : 0;
  const fastCommits = length - reserved >= FEWEST_BLOCKS ? reserved : 0;
  const end = length - fastCommits;
  const isSound =
    u32(12) === blockSize && first > 0 && first < end && length * blockSize <= journal.stat.size && start < end;
  if (!isSound) throw new DiskError("its superblock is damaged");

  const hasOwn = has(INCOMPAT.checksums2 | INCOMPAT.checksums3);
  const sum = crc32c(Buffer.concat([bytes.subarray(0, 252), Buffer.alloc(4), bytes.subarray(256)]));
  return {
    blockSize,
    first,
    end,
    fastCommits,
    start,
    sequence: u32(24),
    checksums: has(INCOMPAT.checksums3) ? 3 : has(INCOMPAT.checksums2) ? 2 : (compat & COMPAT_CHECKSUM) !== 0 ? 1 : 0,
    isWide: has(INCOMPAT.wide),
    isAsync: has(INCOMPAT.asyncCommit),
    isIntact: !hasOwn || ~sum >>> 0 === u32(252),
    seed: crc32c(bytes.subarray(48, 64)),
    block: (number) => journal.read(number * blockSize, blockSize),
  };
}
