import { type Disk, DiskError } from "../../disk/disk.ts";
import { Compressed } from "./compressed.ts";
import { aligned, LAYOUT, NO_BLOCK, readInode, type StoredInode } from "./inode.ts";
import type { Superblock } from "./superblock.ts";

/** How the chunks of a file are stored (EROFS_CHUNK_FORMAT_*). */
const CHUNK = { bits: 0x1f, indexes: 0x20, wide: 0x40, known: 0x7f };

/** The bytes of files, links and directories. */
export class FileData {
  readonly #disk: Disk;
  readonly #superblock: Superblock;
  readonly #compressed: Compressed;

  constructor(disk: Disk, superblock: Superblock) {
    this.#disk = disk;
    this.#superblock = superblock;
    this.#compressed = new Compressed(disk, superblock, (offset, length) => this.#packed(offset, length));
  }

  /** @returns fewer bytes only at the end */
  read(inode: StoredInode, offset: number, length: number): Buffer {
    const end = Math.min(offset + length, inode.stat.size);
    if (offset >= end) return Buffer.alloc(0);
    switch (inode.layout) {
      case LAYOUT.plain:
        return this.#blocks(inode.start, offset, end);
      case LAYOUT.inline:
        return this.#inline(inode, offset, end);
      case LAYOUT.chunks:
        return this.#chunks(inode, offset, end);
      case LAYOUT.compressedFull:
      case LAYOUT.compressedCompact:
        return this.#compressed.read(inode, offset, end);
      default:
        throw new DiskError(`its data is stored in the unknown layout ${inode.layout}`);
    }
  }

  #blocks(first: number, offset: number, end: number): Buffer {
    if (first === NO_BLOCK) return Buffer.alloc(end - offset);
    return this.#disk.read(first * this.#superblock.blockSize + offset, end - offset);
  }

  /** The last block stands behind the inode. */
  #inline({ stat, start, end: behind }: StoredInode, offset: number, end: number): Buffer {
    const { blockSize } = this.#superblock;
    const tail = (Math.ceil(stat.size / blockSize) - 1) * blockSize;
    const pieces: Buffer[] = [];
    if (offset < tail) pieces.push(this.#blocks(start, offset, Math.min(end, tail)));
    const from = Math.max(offset, tail);
    if (from < end) pieces.push(this.#disk.read(behind + from - tail, end - from));
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  #chunks(inode: StoredInode, offset: number, end: number): Buffer {
    const format = inode.start & 0xffff;
    if ((format & ~CHUNK.known) !== 0) throw new DiskError("its chunks are stored in an unknown format");
    const size = this.#superblock.blockSize * 2 ** (format & CHUNK.bits);
    const pieces: Buffer[] = [];
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / size);
      const to = Math.min(end, (index + 1) * size);
      const start = this.#chunk(inode, index, format);
      pieces.push(this.#blocks(start, at - index * size, to - index * size));
      at = to;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  /** The first block of a chunk: from a list of numbers or of struct erofs_inode_chunk_index. */
  #chunk({ end }: StoredInode, index: number, format: number): number {
    if ((format & CHUNK.indexes) === 0) return this.#disk.read(aligned(end, 4) + 4 * index, 4).readUInt32LE();
    const entry = this.#disk.read(aligned(end, 8) + 8 * index, 8);
    const low = entry.readUInt32LE(4);
    const high = format & CHUNK.wide ? entry.readUInt16LE(0) : 0;
    if (low === NO_BLOCK && (high === 0 || high === 0xffff)) return NO_BLOCK;
    if (entry.readUInt16LE(2) !== 0) throw new DiskError("its data is on another device, which is not supported");
    return low + high * 2 ** 32;
  }

  /** Bytes of the file that holds the ends of others. */
  #packed(offset: number, length: number): Buffer {
    const packed = readInode(this.#disk, this.#superblock, this.#superblock.packed);
    return this.read(packed, offset, length);
  }
}
