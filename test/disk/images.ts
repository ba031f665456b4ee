import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Disk, memoryDisk } from "../../src/disk/disk.ts";
import { piecesDisk } from "../../src/disk/pieces.ts";
import type { Piece } from "../../src/tar/sparse.ts";

/** Images of one small disk, as the command made them that stands beside them, compressed with gzip. */
const IMAGES = JSON.parse(readFileSync("test/disk/images.json", "utf8")) as Readonly<
  Record<string, { readonly made: string; readonly gzip: string }>
>;

/** A small image by its name in images.json. */
export function imageBytes(name: string): Buffer {
  return gunzipSync(Buffer.from(IMAGES[name]!.gzip, "base64"));
}

const SECTOR = 512;

/** Sectors with data of the disk that all images hold: at borders of clusters, grains and blocks. */
const SECTORS = [0, 1, 7, 8, 126, 127, 128, 255, 256, 600, 2047, 2048, 2500, 4099];

/** The disk that all images hold; those of some formats are larger, by zeros. */
export function sourceDisk(): Buffer {
  const disk = Buffer.alloc(4100 * SECTOR);
  for (const sector of SECTORS) {
    disk.fill(`sector ${sector}, `, sector * SECTOR, (sector + 1) * SECTOR);
    // Something that cannot be compressed well.
    for (let i = 0; i < 64; i++) disk[sector * SECTOR + i * 7] = (i * i * (sector + 3)) % 251;
  }
  return disk;
}

/** A file as its sectors that are not zeros, so that changes hit what matters, and where these are. */
export interface Sparse {
  readonly stored: Buffer;
  readonly pieces: readonly Piece[];
  readonly size: number;
}

export function sparse(file: Buffer): Sparse {
  const pieces: { offset: number; length: number }[] = [];
  const stored: Buffer[] = [];
  for (let offset = 0; offset < file.length; offset += SECTOR) {
    const sector = file.subarray(offset, offset + SECTOR);
    if (sector.every((byte) => byte === 0)) continue;
    stored.push(sector);
    const last = pieces.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += sector.length;
    else pieces.push({ offset, length: sector.length });
  }
  return { stored: Buffer.concat(stored), pieces, size: file.length };
}

/** The file as a disk. `stored` may be longer or shorter than it was. */
export function sparseFile({ stored, pieces, size }: Sparse): Disk {
  const needed = pieces.reduce((sum, { length }) => sum + length, 0);
  return piecesDisk(
    memoryDisk(Buffer.concat([stored, Buffer.alloc(Math.max(0, needed - stored.length))])),
    pieces,
    size,
  );
}
