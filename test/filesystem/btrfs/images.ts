import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { checkInside, type Disk } from "../../../src/disk/disk.ts";

interface Stored {
  readonly images: Readonly<Record<string, { readonly size: number; readonly blocks: string; readonly gzip: string }>>;
}

/** A tiny file system: the blocks of its disk that hold what is read. */
export interface TinyImage {
  /** One after the other. */
  readonly bytes: Buffer;
  /** The disk with these blocks, or with changed ones; all others are zeros. */
  disk(bytes?: Buffer): Disk;
}

const BLOCK = 4096;

/** A tiny btrfs: mixed block groups without copies, or everything twice. images.json says how they were made. */
export function tinyImage(name: "mixed" | "dup"): TinyImage {
  const { images } = JSON.parse(readFileSync("test/filesystem/btrfs/images.json", "utf8")) as Stored;
  const { size, blocks, gzip } = images[name]!;
  const places = new Map(blocks.split(" ").map((block, index) => [Number(block), index]));
  const bytes = gunzipSync(Buffer.from(gzip, "base64"));
  return { bytes, disk: (content = bytes) => sparseDisk(size, places, content) };
}

function sparseDisk(size: number, places: ReadonlyMap<number, number>, content: Buffer): Disk {
  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      const result = Buffer.alloc(length);
      for (let block = Math.floor(offset / BLOCK); block * BLOCK < offset + length; block++) {
        const place = places.get(block);
        if (place === undefined) continue;
        const from = Math.max(offset, block * BLOCK);
        const to = Math.min(offset + length, (block + 1) * BLOCK);
        const shift = (place - block) * BLOCK;
        content.copy(result, from - offset, from + shift, to + shift);
      }
      return result;
    },
  };
}
