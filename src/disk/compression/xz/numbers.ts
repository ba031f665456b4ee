import { damaged } from "../../decompress/decompress.ts";

/** Numbers of 7 bits a byte, the lowest first ("The .xz File Format", 1.2). */
export class Numbers {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @throws {DiskError} if there is none */
  next(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 63; factor *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) damaged("xz");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return damaged("xz");
  }

  /** Leaves out bytes that are no such numbers. */
  skip(length: number): void {
    this.#at += length;
  }
}
