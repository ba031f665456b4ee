import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { checkInside, type Disk } from "../../../src/disk/disk.ts";

/** Sectors of a disk that are not all zeros, one behind the other. Tests change them. */
export interface TinyImage {
  readonly bytes: Buffer;
  /** What is in it: kind, size, octal mode, owner, group, and a file's digest, a link's target, a directory's number of names. */
  readonly paths: Readonly<
    Record<string, readonly [string, number | null, string, number, number, string | number | null]>
  >;
  /** The disk that these sectors of the image make, or changed ones. With fewer, it ends before the first that is missing. */
  disk(sectors?: Buffer): Disk;
  /** Where a sector of the disk is in `bytes`. */
  placeOf(sector: number): number;
}

interface Stored {
  readonly images: Readonly<
    Record<string, { readonly size: number; readonly gzip: string; readonly paths: TinyImage["paths"] }>
  >;
}

const SECTOR = 512;

/** A tiny XFS file system; test/real/filesystem/makeXfsImages.py made them. */
export function tinyImage(name: "version 4" | "version 5"): TinyImage {
  const { images } = JSON.parse(readFileSync("test/filesystem/xfs/images.json", "utf8")) as Stored;
  const { size, gzip, paths } = images[name]!;
  const bytes = gunzipSync(Buffer.from(gzip, "base64"));
  const count = bytes.length / (SECTOR + 4);
  const numbers = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(index * 4));
  const places = new Map(numbers.map((number, index) => [number, index * SECTOR]));
  const all = Buffer.from(bytes.subarray(count * 4));
  return {
    bytes: all,
    paths,
    placeOf: (sector) => places.get(sector)!,
    disk(sectors = all) {
      const isWhole = sectors.length === all.length;
      const end = isWhole ? size : numbers[Math.floor(sectors.length / SECTOR)]! * SECTOR;
      return {
        size: end,
        read(offset, length) {
          checkInside(this, offset, length);
          const result = Buffer.alloc(length);
          for (let number = Math.floor(offset / SECTOR); number * SECTOR < offset + length; number++) {
            const place = places.get(number);
            if (place === undefined) continue;
            const from = Math.max(0, offset - number * SECTOR);
            sectors.copy(result, Math.max(0, number * SECTOR - offset), place + from, place + SECTOR);
          }
          return result;
        },
      };
    },
  };
}
