import { cachedDisk } from "../cache.ts";
import { zlib } from "../decompress/zlib.ts";
import { type Disk, DiskError } from "../disk.ts";
import { keepBlocks, mappedDisk } from "../mapped.ts";
import { hasMark } from "../marks.ts";
import { u64le } from "../number.ts";

/** The size of a sector, in bytes. All offsets in the file are in sectors. */
const SECTOR = 512;

export const SPARSE_MARK = "KDMV";

/** What is needed of a header (Virtual Disk Format 5.0, SparseExtentHeader). Sizes in bytes. */
export interface SparseHeader {
  readonly size: number;
  readonly grainSize: number;
  readonly entriesPerTable: number;
  /** Where the directory of grain tables begins. */
  readonly directory: number;
  readonly descriptor: { readonly offset: number; readonly length: number };
  readonly isCompressed: boolean;
  /** Compressed grains begin with their place and length. */
  readonly hasMarkers: boolean;
  /** An entry of 1 stands for a grain of zeros. */
  readonly hasZeroGrains: boolean;
}

const FLAGS = { zeroGrains: 4, markers: 0x20000 };

/** The largest grain, in sectors. That of real disks has 128. */
const LARGEST_GRAIN = 2 ** 16;

/** Reads the header of a sparse file, or the footer where that has the offset of the directory. @throws {DiskError} */
export function readSparseHeader(file: Disk): SparseHeader {
  const head = headerAt(file, 0);
  if (head.readUInt32LE(56) !== 0xffffffff || head.readUInt32LE(60) !== 0xffffffff) return parsed(head);
  // A stream is written before its tables are known: a copy of the header with their place comes before the last sector.
  if (!hasMark(file, file.size - 2 * SECTOR, SPARSE_MARK))
    throw new DiskError("it is truncated: its footer is missing");
  return parsed(headerAt(file, file.size - 2 * SECTOR));
}

function headerAt(file: Disk, offset: number): Buffer {
  return file.read(offset, SECTOR);
}

function parsed(head: Buffer): SparseHeader {
  const version = head.readUInt32LE(4);
  if (version < 1 || version > 3)
    throw new DiskError(`it has version ${version} of the format, which is not supported`);
  const flags = head.readUInt32LE(8);
  const grain = u64le(head, 20);
  const entriesPerTable = head.readUInt32LE(44);
  const compression = head.readUInt16LE(77);
  if (compression > 1) throw new DiskError(`it is compressed with an unknown method (${compression})`);
  if (grain < 1 || grain > LARGEST_GRAIN) throw new DiskError(`it is damaged: its grains have ${grain} sectors`);
  if (entriesPerTable < 1) throw new DiskError("it is damaged: its tables have no entries");
  return {
    size: bytes(u64le(head, 12)),
    grainSize: grain * SECTOR,
    entriesPerTable,
    directory: bytes(u64le(head, 56)),
    descriptor: { offset: bytes(u64le(head, 28)), length: bytes(u64le(head, 36)) },
    isCompressed: compression === 1,
    hasMarkers: (flags & FLAGS.markers) !== 0,
    hasZeroGrains: (flags & FLAGS.zeroGrains) !== 0,
  };
}

/** Sectors in bytes. @throws {DiskError} if they are far too many */
export function bytes(sectors: number): number {
  const size = sectors * SECTOR;
  if (!Number.isSafeInteger(size)) throw new DiskError("it is damaged: a number in it is far too large");
  return size;
}

/** The disk in a sparse file: grains, found through a directory of tables. */
export function sparseDisk(file: Disk, header: SparseHeader): Disk {
  const { size, grainSize, entriesPerTable, directory } = header;
  if (directory === 0 && size > 0) throw new DiskError("it is damaged: it has no directory");
  const tables = cachedDisk(file, { size: 64 * 1024, kept: 16 });
  const entry = (offset: number): number => tables.read(offset, 4).readUInt32LE(0);

  /** The offset of a grain; undefined for zeros. */
  function place(index: number): number | undefined {
    const table = entry(directory + Math.floor(index / entriesPerTable) * 4);
    if (table === 0) return undefined;
    const sector = entry(table * SECTOR + (index % entriesPerTable) * 4);
    return sector === 0 || (sector === 1 && header.hasZeroGrains) ? undefined : sector * SECTOR;
  }

  const decompressed = keepBlocks(grainSize, (index) => {
    const grain = grainAt(file, place(index)!, header);
    // The last grain may end with the disk.
    if (grain.length < Math.min(grainSize, size - index * grainSize))
      throw new DiskError("it is damaged: a compressed grain is too short");
    return grain;
  });

  return mappedDisk({
    size,
    blockSize: grainSize,
    read(index, start, length) {
      const offset = place(index);
      if (offset === undefined) return undefined;
      return header.isCompressed
        ? decompressed(index).subarray(start, start + length)
        : file.read(offset + start, length);
    },
  });
}

/** Decompresses a grain: its place (8 bytes) and length (4) if there are markers, then a zlib stream. */
function grainAt(file: Disk, offset: number, { grainSize, hasMarkers }: SparseHeader): Buffer {
  // What cannot be compressed grows by few bytes for each 16 KiB.
  const longest = 2 * grainSize;
  if (!hasMarkers) return zlib(file.read(offset, Math.min(longest, Math.max(file.size - offset, 0))), grainSize);
  const length = file.read(offset + 8, 4).readUInt32LE(0);
  if (length > longest) throw new DiskError(`it is damaged: a compressed grain has ${length} bytes`);
  return zlib(file.read(offset + 12, length), grainSize);
}
