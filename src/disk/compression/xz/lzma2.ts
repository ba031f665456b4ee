import { damaged } from "../../decompress/decompress.ts";
import { Lzma, propertiesOf } from "./lzma.ts";

/** The most bytes that a chunk takes with its head, compressed or not. */
export const MOST_CHUNK = 2 ** 16 + 6;

/** A chunk of LZMA2. */
export interface Chunk {
  /** How many bytes it takes, and how many come out of it: at most 2 MiB. */
  readonly length: number;
  readonly out: number;
  /** Whether it begins anew: nothing that came before is repeated, and positions count from here. */
  readonly isFirst: boolean;
}

/** The decoder of LZMA2, which is LZMA in chunks of which each says what it resets. */
export class Lzma2 {
  readonly #lzma = new Lzma();
  /** What a chunk must reset before it is used. */
  #needs = { dictionary: true, properties: true, state: true };

  /** The chunk at the beginning of `bytes`; undefined for the end mark, which is one byte. @throws {DiskError} */
  chunk(bytes: Buffer): Chunk | undefined {
    const control = bytes[0] ?? damaged("xz");
    if (control === 0) return undefined;
    if (bytes.length < 6 || (control > 2 && control < 0x80)) damaged("xz");
    const isStored = control < 0x80;
    const out = 1 + bytes.readUInt16BE(1) + (isStored ? 0 : (control & 0x1f) << 16);
    const length = isStored ? 3 + out : headOf(control) + 1 + bytes.readUInt16BE(3);
    return { length, out, isFirst: control === 1 || control >= 0xe0 };
  }

  /** Decodes a chunk at the beginning of `bytes` to `out` at `start`; what was decoded since the first one is before that. */
  decode({ length, out: size, isFirst }: Chunk, bytes: Buffer, out: Buffer, start: number): void {
    const control = bytes[0]!;
    const needs = { ...this.#needs };
    if (isFirst) needs.dictionary = false;
    if (needs.dictionary || bytes.length < length) damaged("xz");
    if (control < 0x80) bytes.copy(out, start, 3, length);
    else {
      const reset = (control >> 5) & 3;
      if (reset >= 2) this.#lzma.reset(propertiesOf(bytes[5]!));
      else if (needs.properties) damaged("xz");
      else if (reset === 1) this.#lzma.reset();
      else if (needs.state) damaged("xz");
      needs.properties = false;
      needs.state = false;
      this.#lzma.decode(bytes.subarray(headOf(control), length), out, start, start + size);
    }
    this.#needs = needs;
  }
}

/** The length of a compressed chunk's head: with properties or without. */
const headOf = (control: number): number => (control >= 0xc0 ? 6 : 5);
