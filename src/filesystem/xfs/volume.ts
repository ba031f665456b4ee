import { type Disk, DiskError } from "../../disk/disk.ts";
import { Problems } from "../problems.ts";
import { isRightChecksum, type Superblock } from "./superblock.ts";

/** Where a metadata block of version 5 says what it is: offsets in bytes. */
export interface Marks {
  readonly checksum: number;
  /** The number of its first sector of 512 bytes. */
  readonly sector: number;
  readonly uuid: number;
  /** The inode it belongs to. */
  readonly owner: number;
}

/** How many metadata blocks are remembered; a directory of 100,000 entries has some 2,000. */
const MOST_CHECKED = 20_000;

/** An XFS file system's blocks. */
export class Volume {
  readonly disk: Disk;
  readonly superblock: Superblock;
  readonly problems = new Problems();
  /** Metadata blocks whose checksums need not be computed again. */
  readonly #checked = new Set<number>();

  constructor(disk: Disk, superblock: Superblock) {
    this.disk = disk;
    this.superblock = superblock;
  }

  /** `count` blocks from one on, by its number. @throws {DiskError} if they are not inside one allocation group */
  readBlocks(block: number, count: number): Buffer {
    const { blockSize } = this.superblock;
    return this.disk.read(this.#offsetOf(block, count), count * blockSize);
  }

  /** `length` bytes at `at` in the blocks that begin with `block`. */
  readInBlocks(block: number, at: number, length: number): Buffer {
    const { blockSize } = this.superblock;
    return this.disk.read(this.#offsetOf(block, Math.ceil((at + length) / blockSize)) + at, length);
  }

  /** The bytes of an inode. @throws {DiskError} if there is no place for one of this number */
  readInode(number: number): Buffer {
    const { inodeBits, inodeSize } = this.superblock;
    const inBlock = number % 2 ** inodeBits;
    return this.readInBlocks(Math.floor(number / 2 ** inodeBits), inBlock * inodeSize, inodeSize);
  }

  /**
   * Checks what a metadata block of version 5 says about itself. A wrong checksum is a problem, and the block is used: what
   * is in it is checked as in version 4, which has no checksums.
   * @throws {DiskError} if the block belongs elsewhere
   */
  verify(bytes: Buffer, marks: Marks, expected: { block: number; owner: number; what: string }): void {
    const { block, owner, what } = expected;
    if (!this.#checked.has(block)) {
      if (!isRightChecksum(bytes, marks.checksum)) this.problems.add(`${what} has a wrong checksum`);
      if (this.#checked.size >= MOST_CHECKED) this.#checked.clear();
      this.#checked.add(block);
    }
    const sector = this.#offsetOf(block, 1) / 512;
    const isOwn =
      bytes.toString("hex", marks.uuid, marks.uuid + 16) === this.superblock.metaUuid &&
      sameNumber(bytes, marks.sector, sector) &&
      sameNumber(bytes, marks.owner, owner);
    if (!isOwn) throw new DiskError(`it is damaged: ${what} belongs elsewhere`);
  }

  #offsetOf(block: number, count: number): number {
    const { groupBits, groupBlocks, blocks, blockSize } = this.superblock;
    const inGroup = block % 2 ** groupBits;
    const first = Math.floor(block / 2 ** groupBits) * groupBlocks + inGroup;
    if (inGroup + count > groupBlocks || first + count > blocks)
      throw new DiskError(`it is damaged: there is no block ${block}`);
    return first * blockSize;
  }
}

function sameNumber(bytes: Buffer, at: number, number: number): boolean {
  return bytes.readUInt32BE(at) === Math.floor(number / 2 ** 32) && bytes.readUInt32BE(at + 4) === number % 2 ** 32;
}
