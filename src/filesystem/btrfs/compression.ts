import type { Decompress } from "../../disk/decompress/decompress.ts";
import { lzo1x } from "../../disk/decompress/lzo.ts";
import { zlib } from "../../disk/decompress/zlib.ts";
import { zstd } from "../../disk/decompress/zstd/zstd.ts";
import { DiskError } from "../../disk/disk.ts";

/** The most bytes of a compressed extent, on the disk and decompressed (BTRFS_MAX_COMPRESSED, BTRFS_MAX_UNCOMPRESSED). */
export const MOST_COMPRESSED = 128 * 1024;

/**
 * Decompresses an extent to `size` bytes, with zeros at the end if there are fewer. `kind` is the number that extents
 * store.
 * @throws {DiskError}
 */
export function decompress(kind: number, bytes: Buffer, size: number, sectorSize: number): Buffer {
  if (size > MOST_COMPRESSED || bytes.length > MOST_COMPRESSED)
    throw new DiskError("it is damaged: a compressed extent is too large");
  const plain = byNumber(kind, sectorSize)(bytes, size);
  return plain.length === size ? plain : Buffer.concat([plain], size);
}

function byNumber(kind: number, sectorSize: number): Decompress {
  switch (kind) {
    case 1:
      return zlib;
    case 2:
      return (bytes, limit) => lzoSegments(bytes, limit, sectorSize);
    case 3:
      return zstd;
    default:
      throw new DiskError(`it is compressed in the unknown way ${kind}, which is not supported`);
  }
}

/**
 * LZO as btrfs stores it (fs/btrfs/lzo.c): the length of all, then segments that each hold a sector, behind its length.
 * No length crosses the end of a sector: what is left there is filled with zeros.
 */
function lzoSegments(bytes: Buffer, limit: number, sectorSize: number): Buffer {
  const total = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
  if (total < 4 || total > bytes.length) throw new DiskError("it is damaged: invalid lzo data");
  const pieces: Buffer[] = [];
  let length = 0;
  for (let at = 4; at < total && length < limit; ) {
    const left = sectorSize - (at % sectorSize);
    if (left < 4) at += left;
    if (at + 4 > total) break;
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0 || at + size > total) throw new DiskError("it is damaged: invalid lzo data");
    const piece = lzo1x(bytes.subarray(at, at + size), Math.min(sectorSize, limit - length));
    pieces.push(piece);
    length += piece.length;
    at += size;
  }
  return Buffer.concat(pieces, length);
}
