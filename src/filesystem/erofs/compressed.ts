import { attempted, type Disk, DiskError, made } from "../../disk/disk.ts";
import { ALGORITHMS } from "./algorithms.ts";
import { aligned, LAYOUT, type StoredInode } from "./inode.ts";
import { type Cluster, type Index, indexOf } from "./lclusters.ts";
import type { Superblock } from "./superblock.ts";

/** How a compressed file is stored (Z_EROFS_ADVISE_*). */
const ADVISE = {
  pairs: 0x1,
  extents: 0x1,
  bigFirst: 0x2,
  bigSecond: 0x4,
  inline: 0x8,
  interlaced: 0x10,
  fragment: 0x20,
};

/** The longest extent: 12 MiB of data, 1 MiB on the disk (Z_EROFS_PCLUSTER_MAX_DSIZE, Z_EROFS_PCLUSTER_MAX_SIZE). */
const LONGEST = { data: 12 * 2 ** 20, stored: 2 ** 20 };

/** How many bytes of decompressed extents are kept. */
const KEPT = 8 * 2 ** 20;

/** What stands in front of a file's index (struct z_erofs_map_header). */
interface Header {
  readonly advise: number;
  readonly algorithms: readonly [number, number];
  /** The size of a logical cluster, as a power of two. */
  readonly bits: number;
  /** The size of the last extent if it is stored behind the index. */
  readonly inlineSize: number;
  /** Where in the packed file the end of this one is, but for its upper half. */
  readonly fragment: number;
}

/** A part of a file that is stored as one. */
interface Extent {
  /** Where its first cluster and its data begin, and the length of its data. */
  readonly cluster: number;
  readonly offset: number;
  readonly length: number;
  readonly head: Head;
}

type Head = Extract<Cluster, { readonly type: "head" }>;

/** Reads compressed files. */
export class Compressed {
  readonly #disk: Disk;
  readonly #superblock: Superblock;
  readonly #packed: (offset: number, length: number) => Buffer;
  /** Decompressed extents by where they are stored and how. */
  readonly #extents = new Map<string, { readonly data: Buffer | DiskError; readonly length: number }>();
  #kept = 0;
  /** Whether a part of the packed file is read: it has no parts in itself. */
  #isPacked = false;

  constructor(disk: Disk, superblock: Superblock, packed: (offset: number, length: number) => Buffer) {
    this.#disk = disk;
    this.#superblock = superblock;
    this.#packed = packed;
  }

  read(inode: StoredInode, offset: number, end: number): Buffer {
    const start = aligned(inode.end, 8);
    const bytes = this.#disk.read(start, 8);
    // All of the file is in the packed one.
    if (bytes[7]! & 0x80)
      return this.#fragment(
        bytes.readUInt32LE(0) + (bytes.readUInt32LE(4) & 0x7fffffff) * 2 ** 32 + offset,
        end - offset,
      );
    const file = new CompressedFile(this.#disk, inode, start, headerOf(bytes, inode, this.#superblock.blockSize));
    const pieces: Buffer[] = [];
    for (let at = offset; at < end; ) {
      const extent = file.extentAt(at);
      const to = Math.min(end, extent.offset + extent.length);
      if (to <= at) throw damaged();
      pieces.push(this.#piece(file, extent, at - extent.offset, to - extent.offset));
      at = to;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  #piece(file: CompressedFile, extent: Extent, from: number, to: number): Buffer {
    const { header } = file;
    const isTail = header.advise & (ADVISE.inline | ADVISE.fragment) && extent.cluster === file.tail().cluster;
    if (isTail && header.advise & ADVISE.fragment) {
      // The index of 8 bytes an entry has room for the upper half.
      const high = file.inode.layout === LAYOUT.compressedFull ? extent.head.block : 0;
      return this.#fragment(header.fragment + high * 2 ** 32 + from, to - from);
    }
    const at = isTail ? file.tail().behind : extent.head.block * this.#superblock.blockSize;
    const size = isTail ? header.inlineSize : file.storedSize(extent, this.#superblock.blockSize);
    return this.#data(file, extent, at, size).subarray(from, to);
  }

  #fragment(offset: number, length: number): Buffer {
    if (this.#isPacked) throw new DiskError("it is damaged: the packed file has parts in itself");
    this.#isPacked = true;
    try {
      const bytes = this.#packed(offset, length);
      if (bytes.length < length) throw new DiskError("it is damaged: its end lies beyond the packed file");
      return bytes;
    } finally {
      this.#isPacked = false;
    }
  }

  /** All data of an extent. */
  #data({ header }: CompressedFile, { head, length, offset }: Extent, at: number, size: number): Buffer {
    if (head.kind === "plain") {
      if (length > size) throw damaged();
      if ((header.advise & ADVISE.interlaced) === 0) return this.#disk.read(at, length);
      // The bytes stand in their block where they stand in that of the file.
      const { blockSize } = this.#superblock;
      const skip = offset % blockSize;
      const right = Math.min(blockSize - skip, length);
      if (right === length) return this.#disk.read(at + skip, length);
      return Buffer.concat([this.#disk.read(at + skip, right), this.#disk.read(at, length - right)]);
    }
    const key = `${at} ${length}`;
    const known = this.#extents.get(key);
    if (known !== undefined) return made(known.data);
    const algorithm = header.algorithms[head.kind === "first" ? 0 : 1];
    const decompress = ALGORITHMS[algorithm];
    if (decompress === undefined)
      throw new DiskError(`it is compressed with the unknown algorithm ${algorithm}, which is not supported`);
    let bytes = this.#disk.read(at, size);
    if (this.#superblock.isPaddedInFront || algorithm !== 0) {
      let zeros = 0;
      while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
      bytes = bytes.subarray(zeros);
    }
    const data = attempted(() => {
      const all = decompress(bytes, length, LONGEST.data);
      if (all.length !== length) throw new DiskError("it is damaged: its compressed data is shorter than the file");
      return all;
    });
    this.#keep(key, data, length);
    return made(data);
  }

  #keep(key: string, data: Buffer | DiskError, length: number): void {
    this.#extents.set(key, { data, length });
    this.#kept += length;
    for (const [oldest, one] of this.#extents) {
      if (this.#kept <= KEPT || oldest === key) break;
      this.#extents.delete(oldest);
      this.#kept -= one.length;
    }
  }
}

function headerOf(bytes: Buffer, { layout }: StoredInode, blockSize: number): Header {
  const advise = bytes.readUInt16LE(4);
  if (layout === LAYOUT.compressedFull && advise & ADVISE.extents)
    throw new DiskError("it has an index of extents, which is not supported");
  return {
    advise,
    algorithms: [bytes[6]! & 15, bytes[6]! >> 4],
    bits: Math.log2(blockSize) + (bytes[7]! & 15),
    inlineSize: bytes.readUInt16LE(2),
    fragment: bytes.readUInt32LE(0),
  };
}

/** The extents of one compressed file. */
class CompressedFile {
  readonly inode: StoredInode;
  readonly header: Header;
  readonly #index: Index;
  #tail: { readonly cluster: number; readonly behind: number } | undefined;

  constructor(disk: Disk, inode: StoredInode, start: number, header: Header) {
    this.inode = inode;
    this.header = header;
    this.#index = indexOf(disk, inode, {
      start: start + 8,
      bits: header.bits,
      hasPairs: (header.advise & ADVISE.pairs) !== 0,
      hasCounts: (header.advise & ADVISE.bigFirst) !== 0,
    });
  }

  get #clusterSize(): number {
    return 2 ** this.header.bits;
  }

  /** The first cluster of the last extent, and where the data behind the index begins. */
  tail(): { readonly cluster: number; readonly behind: number } {
    const last = this.inode.stat.size - 1;
    this.#tail ??= {
      cluster: this.#headAt(last).cluster,
      behind: this.#index.endOf(Math.floor(last / this.#clusterSize)),
    };
    return this.#tail;
  }

  extentAt(offset: number): Extent {
    const { cluster, head } = this.#headAt(offset);
    const start = cluster * this.#clusterSize + head.offset;
    return { cluster, head, offset: start, length: this.#endOf(cluster) - start };
  }

  /** The head of the extent that holds a byte. */
  #headAt(offset: number): { readonly cluster: number; readonly head: Head } {
    const lowest = offset - LONGEST.data;
    let number = Math.floor(offset / this.#clusterSize);
    for (let back = 0; ; ) {
      number -= back;
      if (number < 0 || (number + 1) * this.#clusterSize < lowest) throw damaged();
      const cluster = this.#index.cluster(number);
      if (cluster.type === "rest") {
        back = cluster.back;
        if (back === 0) throw damaged();
      } else if (number * this.#clusterSize + cluster.offset <= offset) return { cluster: number, head: cluster };
      else back = 1;
    }
  }

  /** Where the next extent begins. */
  #endOf(cluster: number): number {
    const { size } = this.inode.stat;
    const highest = cluster + 1 + LONGEST.data / this.#clusterSize;
    for (let number = cluster + 1; number * this.#clusterSize < size; number++) {
      if (number > highest) throw damaged();
      const next = this.#index.cluster(number);
      if (next.type === "head") return Math.min(size, number * this.#clusterSize + next.offset);
    }
    return size;
  }

  /** How many bytes an extent takes on the disk. */
  storedSize({ cluster, head }: Extent, blockSize: number): number {
    const one = this.#clusterSize;
    const isBig = this.header.advise & (head.kind === "first" ? ADVISE.bigFirst : ADVISE.bigSecond);
    if (!isBig || (cluster + 1) * one >= this.inode.stat.size) return one;
    const next = this.#index.cluster(cluster + 1);
    if (next.type === "head") return one;
    if (next.blocks === undefined) throw damaged();
    const size = next.blocks * blockSize;
    if (size > LONGEST.stored) throw damaged();
    return size;
  }
}

function damaged(): DiskError {
  return new DiskError("it is damaged: the index of its compressed data is invalid");
}
