import { crc32c } from "../../disk/crc32c.ts";
import { type Disk, DiskError } from "../../disk/disk.ts";
import type { Problems } from "../problems.ts";
import { RO_COMPAT } from "./features.ts";
import { Names } from "./names.ts";
import type { Superblock } from "./superblock.ts";

/** How many blocks are remembered as verified. */
const MOST_VERIFIED = 100_000;

/** What all parts of the reader share: the blocks, what the superblock says, and what has been found damaged. */
export class Volume {
  readonly disk: Disk;
  readonly superblock: Superblock;
  readonly problems: Problems;
  readonly names = new Names();
  readonly #verified = new Set<string>();

  constructor(disk: Disk, superblock: Superblock, problems: Problems) {
    this.disk = disk;
    this.superblock = superblock;
    this.problems = problems;
  }

  has(feature: "compat" | "incompat" | "roCompat", bit: number): boolean {
    return (this.superblock[feature] & bit) !== 0;
  }

  get hasChecksums(): boolean {
    return this.has("roCompat", RO_COMPAT.metadataChecksums);
  }

  /** A block of metadata. @throws {DiskError} if there is none of this number */
  block(number: number): Buffer {
    this.checkBlocks(number, 1);
    return this.disk.read(number * this.superblock.blockSize, this.superblock.blockSize);
  }

  /** @throws {DiskError} if these blocks are no data of this file system */
  checkBlocks(first: number, count: number): void {
    if (first <= this.superblock.firstDataBlock || first + count > this.superblock.blocks)
      throw new DiskError(`it is damaged: it refers to block ${first + count - 1} of ${this.superblock.blocks}`);
  }

  /** Runs a check of what has this name until it has passed once. A check that throws runs again the next time. */
  once(name: string, check: () => void): void {
    if (this.#verified.has(name)) return;
    check();
    if (this.#verified.size >= MOST_VERIFIED) this.#verified.clear();
    this.#verified.add(name);
  }

  /** Linux' checksum of bytes that go after `seed`, which is as `crc32c` takes it. */
  checksum(seed: number, ...parts: readonly Buffer[]): number {
    return ~parts.reduce((sum, bytes) => crc32c(bytes, sum), seed) >>> 0;
  }
}

/** A number as four bytes, as checksums take it. */
export function u32bytes(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number >>> 0);
  return bytes;
}
