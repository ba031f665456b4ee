import { crc32 } from "node:zlib";
import { damaged } from "../../decompress/decompress.ts";
import { DiskError } from "../../disk.ts";
import { Numbers } from "./numbers.ts";

/** What a block's header says ("The .xz File Format", 3.1). */
export interface BlockHeader {
  /** How far back a repetition may reach, in bytes. */
  readonly dictionary: number;
  /** Whether the data went through the x86 filter before they were compressed. */
  readonly isX86: boolean;
}

const LZMA2 = 0x21;
const X86 = 4;

/** Filters by their IDs (5.3.2). */
const FILTERS: Readonly<Record<number, string>> = {
  3: "delta",
  [X86]: "x86",
  5: "PowerPC",
  6: "IA-64",
  7: "ARM",
  8: "ARM Thumb",
  9: "SPARC",
  10: "ARM64",
  11: "RISC-V",
};

/** The length of the header that begins with this byte, which is not 0. */
export const headerLength = (byte: number): number => (byte + 1) * 4;

/** @throws {DiskError} if it is damaged, or if a filter is used that is not supported */
export function readBlockHeader(header: Buffer): BlockHeader {
  if (crc32(header.subarray(0, -4)) !== header.readUInt32LE(header.length - 4)) damaged("xz");
  const flags = header[1]!;
  const numbers = new Numbers(header.subarray(2, -4));
  // The sizes of the block.
  if (flags & 0x40) numbers.next();
  if (flags & 0x80) numbers.next();
  let isX86 = false;
  for (let others = flags & 3; ; others--) {
    const filter = numbers.next();
    const length = numbers.next();
    if (filter === LZMA2 && others === 0) return { dictionary: dictionaryOf(length, numbers), isX86 };
    if (filter !== X86 || others === 0 || isX86)
      throw new DiskError(`its xz data uses the filter ${FILTERS[filter] ?? filter}, which is not supported`);
    isX86 = true;
    numbers.skip(length);
  }
}

function dictionaryOf(length: number, numbers: Numbers): number {
  if (length !== 1) damaged("xz");
  const bits = numbers.next() & 63;
  if (bits > 40) damaged("xz");
  return bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
}
