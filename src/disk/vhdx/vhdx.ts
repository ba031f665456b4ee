import { cachedDisk } from "../cache.ts";
import { type Disk, DiskError } from "../disk.ts";
import type { DiskFormat } from "../format.ts";
import { mappedDisk } from "../mapped.ts";
import { hasMark } from "../marks.ts";
import { readHeader } from "./header.ts";
import { replayed } from "./log.ts";
import { readLayout } from "./regions.ts";

/** Microsoft's format of Hyper-V ([MS-VHDX]). */
export const vhdx: DiskFormat = {
  name: "vhdx",
  matches: (file) => hasMark(file, 0, "vhdxfile"),
  open(file) {
    const { log } = readHeader(file);
    return blocks(log === undefined ? file : replayed(file, log));
  },
};

/** The states of a block in its entry's lowest three bits. What is none of these is zeros. */
const STATE = { present: 6, partiallyPresent: 7 };

/** How many sectors a bitmap of sectors covers: an entry for one follows the entries of these blocks. */
const SECTORS_OF_BITMAP = 2 ** 23;

function blocks(file: Disk): Disk {
  const { table, size, blockSize, sectorSize } = readLayout(file);
  const chunk = (SECTORS_OF_BITMAP * sectorSize) / blockSize;
  const place = (index: number) => (index + Math.floor(index / chunk)) * 8;
  if (size > 0 && place(Math.ceil(size / blockSize) - 1) + 8 > table.length)
    throw new DiskError("it is damaged: its table is too small for its size");
  const tables = cachedDisk(file, { size: 64 * 1024, kept: 16 });
  return mappedDisk({
    size,
    blockSize,
    read(index, start, length) {
      const entry = tables.read(table.offset + place(index), 8);
      const low = entry.readUInt32LE(0);
      const state = low & 7;
      if (state === STATE.partiallyPresent)
        throw new DiskError("it is damaged: a block of it is partly in a parent, which it does not have");
      if (state !== STATE.present) return undefined;
      // Bits 20 to 63 are the offset in MiB.
      const offset = entry.readUInt32LE(4) * 2 ** 32 + ((low & 0xfff00000) >>> 0);
      return file.read(offset + start, length);
    },
  });
}
