import { readSync } from "node:fs";

/** Fills `buffer` with the file's bytes at a position. Returns the number of bytes read. */
export function readInto(buffer: Buffer, file: number, position: number): number {
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(file, buffer, length, buffer.length - length, position + length);
    if (count === 0) break;
    length += count;
  }
  return length;
}
