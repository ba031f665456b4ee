import { headerLength, readBlockHeader } from "../compression/xz/blockHeader.ts";
import { Lzma2 } from "../compression/xz/lzma2.ts";
import { damaged, tooLarge } from "./decompress.ts";

const HEADER = 12;

/**
 * The first block of an .xz stream ("The .xz File Format", version 1.2), as squashfs writes it: one for each of its blocks.
 * Its checksum is not compared.
 */
export function xz(bytes: Buffer, limit: number): Buffer {
  if (bytes.length < HEADER + 8 || bytes.toString("latin1", 0, 6) !== "\xfd7zXZ\0") damaged("xz");
  const size = headerLength(bytes[HEADER]!);
  if (bytes[HEADER] === 0 || HEADER + size > bytes.length) damaged("xz");
  const { isX86 } = readBlockHeader(bytes.subarray(HEADER, HEADER + size));
  const out = chunks(bytes.subarray(HEADER + size), limit);
  if (isX86) undoX86(out);
  return out;
}

function chunks(bytes: Buffer, limit: number): Buffer {
  const out = Buffer.allocUnsafe(limit);
  const lzma2 = new Lzma2();
  let first = 0;
  let to = 0;
  for (let at = 0; ; ) {
    const rest = bytes.subarray(at);
    const chunk = lzma2.chunk(rest);
    if (chunk === undefined) return out.subarray(0, to);
    if (to + chunk.out > limit) tooLarge("xz", limit);
    if (chunk.isFirst) first = to;
    lzma2.decode(chunk, rest, out.subarray(first), to - first);
    at += chunk.length;
    to += chunk.out;
  }
}

/** Whether a byte is the highest of an address that the filter changes. */
const isEdge = (byte: number): boolean => byte === 0 || byte === 0xff;

/**
 * Makes the absolute targets of calls and jumps relative again, as they are in programs, which compress better with absolute
 * ones (the x86 filter of xz-embedded, xz_dec_bcj.c). `mask` remembers which of the last bytes looked like such an instruction.
 */
function undoX86(bytes: Buffer): void {
  let mask = 0;
  let previous = -1;
  for (let at = 0; at + 4 < bytes.length; at++) {
    if ((bytes[at]! & 0xfe) !== 0xe8) continue;
    const distance = at - previous;
    if (distance > 3) mask = 0;
    else {
      mask = (mask << (distance - 1)) & 7;
      if (mask !== 0) {
        const byte = bytes[at + 4 - BIT_OF_MASK[mask]!]!;
        if (!ALLOWED[mask] || isEdge(byte)) {
          previous = at;
          mask = (mask << 1) | 1;
          continue;
        }
      }
    }
    previous = at;
    if (!isEdge(bytes[at + 4]!)) {
      mask = (mask << 1) | 1;
      continue;
    }
    let source = bytes.readUInt32LE(at + 1);
    let target = 0;
    for (;;) {
      target = (source - (at + 5)) >>> 0;
      if (mask === 0) break;
      const shift = BIT_OF_MASK[mask]! * 8;
      if (!isEdge((target >>> (24 - shift)) & 0xff)) break;
      source = (target ^ (2 ** (32 - shift) - 1)) >>> 0;
    }
    target &= 0x01ffffff;
    bytes.writeUInt32LE((target & 0x01000000 ? target | 0xff000000 : target) >>> 0, at + 1);
    at += 4;
    previous = at - 4;
    mask = 0;
  }
}

const ALLOWED = [true, true, true, false, true, false, false, false];
const BIT_OF_MASK = [0, 1, 2, 2, 3, 3, 3, 3];
