import { cachedDisk } from "../cache.ts";
import type { Decompress } from "../decompress/decompress.ts";
import { deflateRaw } from "../decompress/zlib.ts";
import { zstd } from "../decompress/zstd/zstd.ts";
import { type Disk, DiskError } from "../disk.ts";
import type { DiskFormat } from "../format.ts";
import { keepBlocks, mappedDisk } from "../mapped.ts";
import { hasMark } from "../marks.ts";
import { u64be } from "../number.ts";
import { type Entry, entryOf } from "./entry.ts";
import { type Header, readHeader } from "./header.ts";
import { subclusters } from "./subclusters.ts";

/** QEMU's format, versions 2 and 3. Its snapshots are ignored: the disk is what it is now. */
export const qcow2: DiskFormat = {
  name: "qcow2",
  matches: (file) => hasMark(file, 0, "QFI\xfb"),
  open(file) {
    const header = readHeader(file);
    const clusterSize = 2 ** header.clusterBits;
    const entryAt = entries(file, header);
    const decompressed = keepBlocks(clusterSize, (index) => decompress(file, header, entryAt(index)));
    const disk = mappedDisk({
      size: header.size,
      blockSize: clusterSize,
      read(index, start, length) {
        const entry = entryAt(index);
        if (entry.kind === "zeros") return undefined;
        if (entry.kind === "compressed") return decompressed(index).subarray(start, start + length);
        return entry.bitmap === undefined
          ? file.read(entry.offset + start, length)
          : subclusters(file, entry.offset, entry.bitmap, { clusterSize, start, length });
      },
    });
    const warnings = header.isCorrupt ? ["it is marked as corrupt; run qemu-img check"] : [];
    return { ...disk, warnings };
  },
};

/** Looks up where a cluster is. Tables are read as they are needed. */
function entries(file: Disk, header: Header): (index: number) => Entry {
  const tables = cachedDisk(file, { size: 64 * 1024, kept: 16 });
  const clusterSize = 2 ** header.clusterBits;
  const entrySize = header.hasSubclusters ? 16 : 8;
  const perTable = clusterSize / entrySize;
  return (index) => {
    const table = u64be(masked(tables.read(header.l1Offset + Math.floor(index / perTable) * 8, 8)), 0);
    if (table === 0) return { kind: "zeros" };
    if (table % clusterSize !== 0) throw new DiskError("it is damaged: a table does not begin at a cluster");
    return entryOf(tables.read(table + (index % perTable) * entrySize, entrySize), header);
  };
}

/** The offset in an entry of the first table: bits 9 to 55. */
function masked(entry: Buffer): Buffer {
  const offset = Buffer.from(entry);
  offset[0] = 0;
  offset[6]! &= 0xfe;
  offset[7] = 0;
  return offset;
}

const DECOMPRESS: Readonly<Record<Header["compression"], Decompress>> = { zlib: deflateRaw, zstd };

/** The bytes of a compressed cluster. */
function decompress(file: Disk, { clusterBits, compression }: Header, entry: Entry): Buffer {
  if (entry.kind !== "compressed") throw new DiskError("it is damaged: a compressed cluster is none");
  const size = 2 ** clusterBits;
  // The length is in sectors, so that the last one may reach beyond the end of the file.
  const length = Math.min(entry.length, file.size - entry.offset);
  const bytes = DECOMPRESS[compression](file.read(entry.offset, length), size);
  if (bytes.length !== size) throw new DiskError("it is damaged: a compressed cluster is too short");
  return bytes;
}
