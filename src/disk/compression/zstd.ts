import { damaged } from "../decompress/decompress.ts";
import { BEHIND } from "../decompress/zstd/bits.ts";
import { decodeBlock } from "../decompress/zstd/block.ts";
import { MOST_BLOCK, newState } from "../decompress/zstd/state.ts";
import { MOST_HEAD, readHead } from "../decompress/zstd/zstd.ts";
import { DiskError } from "../disk.ts";
import { Xxhash64 } from "../xxhash64.ts";
import { expectZeros, type Source } from "./feed.ts";
import { Window } from "./window.ts";

/** The largest window, in bytes: that of `zstd --ultra -22` and of `zstd -d` without options. */
const MOST_WINDOW = 2 ** 27;

/**
 * Decompresses Zstandard (RFC 8878): frames one after the other, of which some are skipped. Their checksums are compared,
 * since a raw disk may have no others; that takes a tenth of the time. decompress/zstd/zstd.ts says why no library does this.
 */
export async function* zstdStream(feed: Source): AsyncGenerator<Buffer> {
  const window = new Window();
  for (let isFirst = true; await feed.fill(1); isFirst = false) {
    await feed.fill(MOST_HEAD);
    const { bytes } = feed;
    if (bytes.length >= 8 && (bytes.readUInt32LE(0) & 0xfffffff0) >>> 0 === 0x184d2a50) {
      await skip(feed, 8 + bytes.readUInt32LE(4));
      continue;
    }
    if (!isFirst && (bytes.length < 4 || bytes.readUInt32LE(0) !== 0xfd2fb528)) return expectZeros(feed, "zstd");
    yield* frame(feed, window);
  }
}

async function skip(feed: Source, length: number): Promise<void> {
  for (let left = length; left > 0; ) {
    if (!(await feed.fill(1))) damaged("zstd");
    const count = Math.min(left, feed.bytes.length);
    feed.consume(count);
    left -= count;
  }
}

async function* frame(feed: Source, window: Window): AsyncGenerator<Buffer> {
  const head = readHead(feed.bytes, 0);
  if (head.window > MOST_WINDOW)
    throw new DiskError(`its zstd data needs a window of ${head.window} bytes; compress it without --long`);
  feed.consume(head.end);
  window.begin(head.window);
  const sum = head.hasSum ? new Xxhash64() : undefined;
  const most = Math.min(MOST_BLOCK, head.window);
  const state = newState(most);
  const padded = new Uint8Array(most + BEHIND);
  for (let isLast = false; !isLast; ) {
    if (!(await feed.fill(3))) damaged("zstd");
    const block = feed.bytes.readUIntLE(0, 3);
    const size = block >> 3;
    const kind = (block >> 1) & 3;
    const stored = kind === 1 ? 1 : size;
    if (size > most || kind === 3 || !(await feed.fill(3 + stored))) damaged("zstd");
    const bytes = feed.bytes.subarray(3, 3 + stored);
    window.reserve(most);
    const start = window.end;
    if (kind === 2) {
      padded.set(bytes);
      window.end = decodeBlock(state, padded, 0, stored, window.bytes.subarray(0, start + most), start);
    } else {
      if (kind === 0) bytes.copy(window.bytes, start);
      else window.bytes.fill(bytes[0]!, start, start + size);
      window.end += size;
    }
    feed.consume(3 + stored);
    isLast = (block & 1) === 1;
    if (window.end === start) continue;
    sum?.update(window.since(start));
    yield window.since(start);
  }
  if (sum === undefined) return;
  // The lower half of the hash.
  if (!(await feed.fill(4)) || feed.bytes.readUInt32LE(0) !== sum.digest().readUInt32LE(0)) damaged("zstd");
  feed.consume(4);
}
