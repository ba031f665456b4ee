import { DiskError } from "../../disk.ts";
import { u64le } from "../../number.ts";
import { damaged, tooLarge } from "../decompress.ts";
import { BEHIND } from "./bits.ts";
import { decodeBlock } from "./block.ts";
import { MOST_BLOCK, newState } from "./state.ts";

/**
 * A frame of Zstandard (RFC 8878); skippable frames may stand in front of it.
 *
 * Why not a library: Node has Zstandard only since 22.15. fzstd 0.1.1 (measured on Node 20) takes twice the time, refuses the
 * padding that disks put behind a frame, has no limit for what comes out, reserves what a header says (up to 2 GiB), needs
 * 500 MB of memory for the stream of a disk, and accepts most damage: of 20,000 frames with a changed byte it refused 221.
 *
 * A frame's own checksum is not compared: those who write clusters and blocks of file systems leave it out.
 */
export function zstd(bytes: Buffer, limit: number): Buffer {
  const head = readHead(bytes, frameStart(bytes));
  if (head.size !== undefined && head.size > limit) tooLarge("zstd", limit);
  const out = Buffer.allocUnsafe(head.size ?? limit);
  const state = newState(Math.min(MOST_BLOCK, out.length));
  const padded = new Uint8Array(Math.min(MOST_BLOCK, bytes.length) + BEHIND);
  let to = 0;
  for (let at = head.end; ; ) {
    if (at + 3 > bytes.length) damaged("zstd");
    const block = bytes.readUIntLE(at, 3);
    at += 3;
    const size = block >> 3;
    const kind = (block >> 1) & 3;
    const stored = kind === 1 ? 1 : size;
    if (size > MOST_BLOCK || at + stored > bytes.length || kind === 3) damaged("zstd");
    if (kind === 2) {
      padded.set(bytes.subarray(at, at + stored));
      to = decodeBlock(state, padded, 0, stored, out, to);
    } else {
      if (to + size > out.length) tooLarge("zstd", out.length);
      if (kind === 0) bytes.copy(out, to, at, at + size);
      else out.fill(bytes[at]!, to, to + size);
      to += size;
    }
    at += stored;
    // The last block.
    if ((block & 1) === 1) break;
  }
  if (head.size !== undefined && head.size !== to) damaged("zstd");
  return out.subarray(0, to);
}

/** Where the first frame begins that is not skipped. */
function frameStart(bytes: Buffer): number {
  let at = 0;
  while (at + 8 <= bytes.length && (bytes.readUInt32LE(at) & 0xfffffff0) >>> 0 === 0x184d2a50)
    at += 8 + bytes.readUInt32LE(at + 4);
  return at;
}

/** What is needed of a frame's header (3.1.1.1). */
export interface FrameHead {
  /** The size of its content where it is said, in bytes. */
  readonly size: number | undefined;
  /** How far back a repetition may reach, in bytes. */
  readonly window: number;
  /** Where its blocks begin. */
  readonly end: number;
  /** Whether a checksum follows the last block. */
  readonly hasSum: boolean;
}

/** The most bytes that a frame's header has. */
export const MOST_HEAD = 18;

/** @throws {DiskError} */
export function readHead(bytes: Buffer, start: number): FrameHead {
  if (start + 5 > bytes.length || bytes.readUInt32LE(start) !== 0xfd2fb528) damaged("zstd");
  const flags = bytes[start + 4]!;
  if ((flags & 8) !== 0) damaged("zstd");
  const single = (flags & 0x20) !== 0;
  const at = start + 5 + (single ? 0 : 1);
  const dictionary = [0, 1, 2, 4][flags & 3]!;
  const length = [single ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const end = at + dictionary + length;
  if (end > bytes.length) damaged("zstd");
  if (dictionary > 0 && bytes.readUIntLE(at, dictionary) !== 0)
    throw new DiskError("its zstd data needs a dictionary, which is not supported");
  const size = sizeIn(bytes, at + dictionary, length);
  const exponent = bytes[start + 5]!;
  const window = single ? size! : (1 + (exponent & 7) / 8) * 2 ** (10 + (exponent >> 3));
  return { size, window, end, hasSum: (flags & 4) !== 0 };
}

function sizeIn(bytes: Buffer, at: number, length: number): number | undefined {
  if (length === 0) return undefined;
  if (length === 8) return u64le(bytes, at);
  return bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0);
}
