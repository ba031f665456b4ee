import { cachedDisk } from "./cache.ts";
import { type Disk, DiskError, partOf } from "./disk.ts";
import type { DiskFormat, VirtualDisk } from "./format.ts";
import { mappedDisk } from "./mapped.ts";
import { hasMark, quoted } from "./marks.ts";
import { u64be } from "./number.ts";

const SECTOR = 512;
const MARK = "conectix";
const DYNAMIC_MARK = "cxsparse";
/** The length of the header of a dynamic disk, in bytes. */
const HEADER = 1024;
const TYPE = { fixed: 2, dynamic: 3, differencing: 4 };
/** The entry of a block that is nowhere. */
const NOWHERE = 0xffffffff;

/** Microsoft's older format (Virtual Hard Disk Image Format Specification, 2006), that of Azure. QEMU calls it vpc. */
export const vhd: DiskFormat = {
  name: "vhd",
  matches: (file) => hasMark(file, file.size - SECTOR, MARK) || hasMark(file, 0, MARK),
  open(file) {
    const isAtEnd = hasMark(file, file.size - SECTOR, MARK);
    if (file.size < SECTOR) throw new DiskError("it is truncated within its header");
    const footer = file.read(isAtEnd ? file.size - SECTOR : 0, SECTOR);
    const type = footer.readUInt32BE(60);
    const size = u64be(footer, 48);
    // A dynamic disk has a copy of its footer at its beginning.
    if (!isAtEnd && type !== TYPE.dynamic) throw new DiskError("it is truncated: its footer is missing");
    const warnings = isAtEnd ? [] : ["it may be truncated: its footer is missing"];
    if (type === TYPE.fixed) return partOf(file, 0, size);
    if (type !== TYPE.dynamic && type !== TYPE.differencing)
      throw new DiskError(`it is damaged: it has the unknown type ${type}`);
    return { ...blocks(file, u64be(footer, 16), { size, type }), warnings };
  },
};

/** The disk in a dynamic file: a table of blocks, each behind a bitmap of its sectors. */
function blocks(
  file: Disk,
  offset: number,
  { size, type }: { readonly size: number; readonly type: number },
): VirtualDisk {
  if (!hasMark(file, offset, DYNAMIC_MARK)) throw new DiskError("it is damaged: the header of its blocks is missing");
  const header = file.read(offset, HEADER);
  if (type === TYPE.differencing)
    throw new DiskError(`it holds only what differs from its parent ${quoted(parentName(header))}; merge both first`);
  const table = u64be(header, 16);
  const blockSize = header.readUInt32BE(32);
  if (blockSize < SECTOR || blockSize % SECTOR !== 0)
    throw new DiskError(`it is damaged: its blocks have ${blockSize} bytes`);
  if (header.readUInt32BE(28) < size / blockSize)
    throw new DiskError("it is damaged: its table is too small for its size");
  const bitmap = Math.ceil(blockSize / SECTOR / 8 / SECTOR) * SECTOR;
  const tables = cachedDisk(file, { size: 64 * 1024, kept: 16 });
  return mappedDisk({
    size,
    blockSize,
    read(index, start, length) {
      const sector = tables.read(table + index * 4, 4).readUInt32BE(0);
      // All sectors of a block are there, whatever its bitmap says: it tells apart those of a parent.
      return sector === NOWHERE ? undefined : file.read(sector * SECTOR + bitmap + start, length);
    },
  });
}

/** UTF-16, big endian, up to a zero. */
function parentName(header: Buffer): string {
  const name = Buffer.from(header.subarray(64, 576)).swap16().toString("utf16le");
  return name.split("\0", 1)[0]!;
}
