import type { Decompress } from "../../disk/decompress/decompress.ts";
import { attempted, type Disk, DiskError, made } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";

/** The size of a metadata block when it is decompressed; only the last one of a table has less. */
const METADATA = 8192;

/** How many decompressed metadata blocks are kept. */
const KEPT = 256;

/** A metadata block and where the next one begins. */
interface Block {
  readonly bytes: Buffer;
  readonly next: number;
}

/** The metadata of a squashfs: blocks of 8 KiB, each compressed, which hold inodes, directories and tables. */
export class Metadata {
  readonly #disk: Disk;
  readonly #decompress: Decompress;
  readonly #blocks = new Map<number, Block | DiskError>();

  constructor(disk: Disk, decompress: Decompress) {
    this.#disk = disk;
    this.#decompress = decompress;
  }

  /** Reads from an offset in the block at `start` on, the next bytes with each call; they may go on in following blocks. */
  reader(start: number, offset: number): (length: number) => Buffer {
    let at = start;
    let from = offset;
    return (length) => {
      const pieces: Buffer[] = [];
      for (let left = length; left > 0; ) {
        const { bytes, next } = this.#block(at);
        const piece = bytes.subarray(from, from + left);
        if (piece.length === 0 && from < METADATA) throw new DiskError("it is damaged: its metadata end too early");
        pieces.push(piece);
        left -= piece.length;
        from += piece.length;
        if (from < METADATA) continue;
        at = next;
        from -= METADATA;
      }
      return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    };
  }

  /** The entry of a table whose blocks are listed at `table`. @param size the size of an entry, in bytes */
  entry(table: number, index: number, size: number): Buffer {
    const byte = index * size;
    const start = u64le(this.#disk.read(table + Math.floor(byte / METADATA) * 8, 8), 0);
    return this.reader(start, byte % METADATA)(size);
  }

  #block(at: number): Block {
    const known = this.#blocks.get(at);
    if (known !== undefined) return made(known);
    const block = attempted(() => this.#decompressed(at));
    this.#blocks.set(at, block);
    if (this.#blocks.size > KEPT) this.#blocks.delete(this.#blocks.keys().next().value!);
    return made(block);
  }

  #decompressed(at: number): Block {
    const header = this.#disk.read(at, 2).readUInt16LE();
    const stored = header & 0x7fff;
    if (stored === 0 || stored > METADATA)
      throw new DiskError("it is damaged: a metadata block has an impossible size");
    const bytes = this.#disk.read(at + 2, stored);
    return {
      bytes: (header & 0x8000) === 0 ? this.#decompress(bytes, METADATA) : Buffer.from(bytes),
      next: at + 2 + stored,
    };
  }
}
