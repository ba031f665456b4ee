import { cachedDisk } from "./cache.ts";
import { DiskError } from "./disk.ts";
import type { DiskFormat } from "./format.ts";
import { mappedDisk } from "./mapped.ts";
import { hasMark } from "./marks.ts";
import { u64le } from "./number.ts";

/** The image types of VirtualBox's VDICore.h. */
const TYPES: Readonly<Record<number, string>> = { 1: "dynamic", 2: "fixed", 3: "undo", 4: "differencing" };

/** Entries of the block map: from these on, a block is nowhere or zeros. */
const NOWHERE = 0xfffffffe;

/** VirtualBox's format (VDICore.h, version 1.1): a map of blocks of usually 1 MiB. */
export const vdi: DiskFormat = {
  name: "vdi",
  matches: (file) => hasMark(file, 64, "\x7f\x10\xda\xbe"),
  open(file) {
    if (file.size < 512) throw new DiskError("it is truncated within its header");
    const head = file.read(0, 512);
    const version = `${head.readUInt16LE(70)}.${head.readUInt16LE(68)}`;
    if (head.readUInt16LE(70) !== 1)
      throw new DiskError(`it has version ${version} of the format, which is not supported`);
    const type = head.readUInt32LE(76);
    if (type === 3 || type === 4)
      throw new DiskError(
        `it is a ${TYPES[type]} image, which holds only what differs from another one; clone it first`,
      );
    if (type !== 1 && type !== 2) throw new DiskError(`it is damaged: it has the unknown type ${type}`);
    const map = head.readUInt32LE(340);
    const data = head.readUInt32LE(344);
    const size = u64le(head, 368);
    const blockSize = head.readUInt32LE(376);
    const extra = head.readUInt32LE(380);
    const blocks = head.readUInt32LE(384);
    if (blockSize < 512 || blockSize % 512 !== 0)
      throw new DiskError(`it is damaged: its blocks have ${blockSize} bytes`);
    if (blocks < size / blockSize) throw new DiskError("it is damaged: its map is too small for its size");
    const tables = cachedDisk(file, { size: 64 * 1024, kept: 16 });
    return mappedDisk({
      size,
      blockSize,
      read(index, start, length) {
        const block = tables.read(map + index * 4, 4).readUInt32LE(0);
        if (block >= NOWHERE) return undefined;
        return file.read(data + block * (blockSize + extra) + extra + start, length);
      },
    });
  },
};
