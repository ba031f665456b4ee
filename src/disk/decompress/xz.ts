import { Lzma, propertiesOf } from "../compression/xz/lzma.ts";
import { DiskError } from "../disk.ts";
import { damaged, tooLarge } from "./decompress.ts";

const HEADER = 12;
/** Filters that programs are run through, so that they compress better ("The .xz File Format", 5.3.2). */
const X86 = 4;
const LZMA2 = 0x21;

/**
 * The first block of an .xz stream ("The .xz File Format", version 1.2), as squashfs writes it: one for each of its blocks.
 * Its checksum is not compared.
 */
export function xz(bytes: Buffer, limit: number): Buffer {
  if (bytes.length < HEADER + 8 || bytes.toString("latin1", 0, 6) !== "\xfd7zXZ\0") damaged("xz");
  const size = (bytes[HEADER]! + 1) * 4;
  if (bytes[HEADER] === 0 || HEADER + size > bytes.length) damaged("xz");
  const filters = filtersOf(bytes.subarray(HEADER, HEADER + size));
  const last = filters.pop();
  const other = filters.find((filter) => filter !== X86);
  if (last !== LZMA2 || other !== undefined)
    throw new DiskError(`its xz data uses the filter ${other ?? last}, which is not supported`);
  const out = lzma2(bytes.subarray(HEADER + size), limit);
  for (const _ of filters) undoX86(out);
  return out;
}

/** The filters that a block's header names, in the order in which they were used. */
function filtersOf(header: Buffer): number[] {
  const flags = header[1]!;
  let at = 2;
  const next = (): number => {
    let value = 0;
    for (let factor = 1; factor < 2 ** 63; factor *= 128) {
      const byte = header[at++] ?? damaged("xz");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return damaged("xz");
  };
  if (flags & 0x40) next();
  if (flags & 0x80) next();
  return Array.from({ length: (flags & 3) + 1 }, () => {
    const filter = next();
    const size = next();
    at += size;
    return filter;
  });
}

function lzma2(bytes: Buffer, limit: number): Buffer {
  const out = Buffer.allocUnsafe(limit);
  const lzma = new Lzma();
  let to = 0;
  let hasProperties = false;
  for (let at = 0; ; ) {
    const control = bytes[at] ?? damaged("xz");
    if (control === 0) return out.subarray(0, to);
    if (at + 6 > bytes.length) damaged("xz");
    const isStored = control < 0x80;
    if (isStored && control > 2) damaged("xz");
    const reset = isStored ? 0 : (control >> 5) & 3;
    const length = 1 + bytes.readUInt16BE(at + 1) + (isStored ? 0 : (control & 0x1f) << 16);
    if (to + length > limit) tooLarge("xz", limit);
    if (isStored) {
      if (at + 3 + length > bytes.length) damaged("xz");
      bytes.copy(out, to, at + 3, at + 3 + length);
      at += 3 + length;
    } else {
      const head = reset >= 2 ? 6 : 5;
      const stored = 1 + bytes.readUInt16BE(at + 3);
      if (at + head + stored > bytes.length) damaged("xz");
      if (reset >= 2) lzma.reset(propertiesOf(bytes[at + 5]!));
      else if (!hasProperties) damaged("xz");
      else if (reset === 1) lzma.reset();
      hasProperties = true;
      lzma.decode(bytes.subarray(at + head, at + head + stored), out, to, to + length);
      at += head + stored;
    }
    to += length;
  }
}

/** Whether a byte is the highest of an address that the filter changes. */
const isEdge = (byte: number): boolean => byte === 0 || byte === 0xff;

/**
 * Makes the absolute targets of calls and jumps relative again, as they are in programs (the x86 filter of xz-embedded,
 * xz_dec_bcj.c). `mask` remembers which of the last bytes looked like such an instruction.
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
