import type { Decompress } from "../../disk/decompress/decompress.ts";
import { lz4 } from "../../disk/decompress/lz4.ts";
import { lzo1x } from "../../disk/decompress/lzo.ts";
import { xz } from "../../disk/decompress/xz.ts";
import { zlib } from "../../disk/decompress/zlib.ts";
import { zstd } from "../../disk/decompress/zstd/zstd.ts";
import { attempted, type Disk, DiskError, made } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";
import type { FilesystemFormat, Inode } from "../filesystem.ts";
import { readDirectory } from "./directory.ts";
import { type Content, readInode } from "./inode.ts";
import { Metadata } from "./metadata.ts";
import { hasSuperblock, type InodePlace, readSuperblock, type Superblock } from "./superblock.ts";

/** By the number in the superblock. */
const COMPRESSORS: Readonly<Record<number, Decompress>> = { 1: zlib, 3: lzo1x, 4: xz, 5: lz4, 6: zstd };

/** Squashfs 4.0, in which live systems and containers keep their root. */
export const squashfs: FilesystemFormat = {
  type: "squashfs",
  matches: hasSuperblock,
  open(disk) {
    const superblock = readSuperblock(disk);
    const decompress = COMPRESSORS[superblock.compressor];
    if (decompress === undefined) {
      const name = superblock.compressor === 2 ? "lzma" : `number ${superblock.compressor}`;
      throw new DiskError(`its squashfs is compressed with ${name}, which is not supported`);
    }
    const root = new Files(disk, superblock, decompress).inode(superblock.root);
    if (root.stat.kind !== "directory") throw new DiskError("it is damaged: its root is no directory");
    return { type: "squashfs", uuid: undefined, label: undefined, warnings: [], problems: [], root };
  },
};

/** How many decompressed blocks of files are kept: a fragment holds many small files. */
const KEPT = 8;

class Files {
  readonly #disk: Disk;
  readonly #superblock: Superblock;
  readonly #decompress: Decompress;
  readonly #metadata: Metadata;
  /** Decompressed blocks by where they begin. */
  readonly #blocks = new Map<number, Buffer | DiskError>();

  constructor(disk: Disk, superblock: Superblock, decompress: Decompress) {
    this.#disk = disk;
    this.#superblock = superblock;
    this.#decompress = decompress;
    this.#metadata = new Metadata(disk, decompress);
  }

  inode(place: InodePlace): Inode {
    const { inodeTable, directoryTable, blockSize } = this.#superblock;
    const { entries, target, content, ...stored } = readInode(
      this.#metadata.reader(inodeTable + place.block, place.offset),
      blockSize,
    );
    const { kind, size, mode } = stored;
    const stat = {
      kind,
      size: kind === "directory" ? 0 : size,
      mode,
      uid: this.#id(stored.user),
      gid: this.#id(stored.group),
    };
    let known: ReadonlyMap<string, InodePlace> | undefined;
    const children = () => {
      if (entries === undefined) return new Map<string, InodePlace>();
      known ??= readDirectory(size, this.#metadata.reader(directoryTable + entries.block, entries.offset));
      return known;
    };
    return {
      id: stored.number,
      stat,
      mtime: stored.mtime,
      read: (offset, length) => (content === undefined ? Buffer.alloc(0) : this.#read(content, size, offset, length)),
      readlink: () => target ?? "",
      names: () => children().keys(),
      child: (name) => {
        const child = children().get(name);
        return child && this.inode(child);
      },
    };
  }

  #id(index: number): number {
    const { ids, idTable } = this.#superblock;
    if (index >= ids) throw new DiskError("it is damaged: it has an owner without an ID");
    return this.#metadata.entry(idTable, index, 4).readUInt32LE();
  }

  #read({ start, blocks, fragment }: Content, size: number, offset: number, length: number): Buffer {
    const { blockSize } = this.#superblock;
    const end = Math.min(offset + length, size);
    const pieces: Buffer[] = [];
    let place = start;
    for (const [index, stored] of blocks.entries()) {
      const from = index * blockSize;
      if (from >= end) break;
      if (from + blockSize > offset) {
        const whole = Math.min(blockSize, size - from);
        const block = stored === 0 ? Buffer.alloc(whole) : this.#block(place, stored, whole);
        pieces.push(block.subarray(Math.max(0, offset - from), end - from));
      }
      place += stored & 0xffffff;
    }
    const tail = blocks.length * blockSize;
    if (fragment !== undefined && end > tail) {
      const bytes = this.#fragment(fragment.index).subarray(fragment.offset, fragment.offset + size - tail);
      if (bytes.length < size - tail) throw new DiskError("it is damaged: its end lies beyond its fragment");
      pieces.push(bytes.subarray(Math.max(0, offset - tail), end - tail));
    }
    return Buffer.concat(pieces);
  }

  #fragment(index: number): Buffer {
    const { fragments, fragmentTable, blockSize } = this.#superblock;
    if (index >= fragments) throw new DiskError("it is damaged: its fragment does not exist");
    const entry = this.#metadata.entry(fragmentTable, index, 16);
    return this.#block(u64le(entry, 0), entry.readUInt32LE(8), blockSize, false);
  }

  /** A block of files. @param size its size when it is decompressed; the largest one if it may be smaller */
  #block(at: number, stored: number, size: number, isExact = true): Buffer {
    const length = stored & 0xffffff;
    if (length > this.#superblock.blockSize) throw new DiskError("it is damaged: a block has an impossible size");
    let known = this.#blocks.get(at);
    if (known === undefined) {
      const bytes = this.#disk.read(at, length);
      known = attempted(() => ((stored & 0x1000000) === 0 ? this.#decompress(bytes, size) : Buffer.from(bytes)));
      this.#blocks.set(at, known);
      if (this.#blocks.size > KEPT) this.#blocks.delete(this.#blocks.keys().next().value!);
    }
    const block = made(known);
    if (isExact && block.length !== size) throw new DiskError("it is damaged: a block is shorter than its file");
    return block;
  }
}
