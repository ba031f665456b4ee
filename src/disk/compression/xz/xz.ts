import { crc32 } from "node:zlib";
import { damaged } from "../../decompress/decompress.ts";
import { DiskError } from "../../disk.ts";
import { expectZeros, type Feed, type Source } from "../feed.ts";
import { Window } from "../window.ts";
import { headerLength, readBlockHeader } from "./blockHeader.ts";
import { type Check, checkOf } from "./check.ts";
import { Lzma2, MOST_CHUNK } from "./lzma2.ts";
import { Numbers } from "./numbers.ts";

const HEADER_MARK = "\xfd7zXZ\0";
const FOOTER_MARK = "YZ";
const HEADER = 12;
const FOOTER = 12;

/** The largest dictionary, in bytes: twice that of `xz -9`. */
const MOST_DICTIONARY = 2 ** 27;

/** Decompresses .xz ("The .xz File Format", version 1.2): several streams, each of several blocks. */
export async function* xz(feed: Feed): AsyncGenerator<Buffer> {
  const window = new Window();
  for (let isFirst = true; await feed.fill(HEADER); isFirst = false) {
    const head = feed.bytes.subarray(0, HEADER);
    if (head.toString("latin1", 0, 6) !== HEADER_MARK) {
      // Four zeros, or more, may follow a stream.
      if (isFirst || head.readUInt32LE(0) !== 0) damaged("xz");
      feed.consume(4);
      continue;
    }
    if (crc32(head.subarray(6, 8)) !== head.readUInt32LE(8) || head[6] !== 0 || head[7]! > 15) damaged("xz");
    const check = head[7]!;
    feed.consume(HEADER);
    const blocks: Sizes[] = [];
    while ((await byteAt(feed, 0)) !== 0) {
      const sizes = yield* block(feed, checkOf(check), window);
      blocks.push(sizes);
    }
    await readIndex(feed, blocks);
    if (!(await feed.fill(FOOTER))) damaged("xz");
    const footer = feed.bytes.subarray(0, FOOTER);
    if (footer.toString("latin1", 10) !== FOOTER_MARK || crc32(footer.subarray(4, 10)) !== footer.readUInt32LE(0))
      damaged("xz");
    feed.consume(FOOTER);
  }
  await expectZeros(feed, "xz");
}

/** What the index says of a block, in bytes. */
interface Sizes {
  readonly stored: number;
  readonly out: number;
}

/** Counts what a reader consumes. */
class Counted {
  count = 0;
  readonly #feed: Feed;
  constructor(feed: Feed) {
    this.#feed = feed;
  }
  get bytes(): Buffer {
    return this.#feed.bytes;
  }
  fill(length: number): Promise<boolean> {
    return this.#feed.fill(length);
  }
  consume(length: number): void {
    this.count += length;
    this.#feed.consume(length);
  }
}

async function* block(feed: Feed, check: Check, window: Window): AsyncGenerator<Buffer, Sizes> {
  const size = headerLength(await byteAt(feed, 0));
  if (!(await feed.fill(size))) damaged("xz");
  const { dictionary, isX86 } = readBlockHeader(feed.bytes.subarray(0, size));
  if (isX86) throw new DiskError("its xz data uses the filter x86, which is not supported");
  feed.consume(size);
  const counted = new Counted(feed);
  let out = 0;
  // A dictionary may be larger than anything it is used for.
  window.begin(Math.min(dictionary, MOST_DICTIONARY));
  for await (const bytes of chunks(counted, window)) {
    check.add(bytes);
    out += bytes.length;
    yield bytes;
  }
  const padding = -counted.count & 3;
  if (!(await feed.fill(padding + check.size))) damaged("xz");
  const sum = feed.bytes.subarray(padding, padding + check.size);
  if (!check.matches(sum)) throw new DiskError("it is damaged: the checksum of its xz data is wrong");
  feed.consume(padding + check.size);
  return { stored: size + counted.count + check.size, out };
}

/** Decompresses chunks of LZMA2 until their end mark. */
async function* chunks(feed: Source, window: Window): AsyncGenerator<Buffer> {
  const lzma2 = new Lzma2();
  for (;;) {
    await feed.fill(MOST_CHUNK);
    const { bytes } = feed;
    const chunk = lzma2.chunk(bytes);
    if (chunk === undefined) break;
    if (chunk.isFirst) window.end = 0;
    window.reserve(chunk.out);
    const start = window.end;
    lzma2.decode(chunk, bytes, window.bytes, start);
    feed.consume(chunk.length);
    window.end += chunk.out;
    yield window.since(start);
  }
  feed.consume(1);
}

/** Compares the index with the blocks. */
async function readIndex(feed: Feed, blocks: readonly Sizes[]): Promise<void> {
  const length = await indexLength(feed, blocks.length);
  const bytes = feed.bytes.subarray(0, length);
  const numbers = new Numbers(bytes.subarray(1, -4));
  if (numbers.next() !== blocks.length) damaged("xz");
  for (const { stored, out } of blocks) if (numbers.next() !== stored || numbers.next() !== out) damaged("xz");
  if (crc32(bytes.subarray(0, -4)) !== bytes.readUInt32LE(length - 4)) damaged("xz");
  feed.consume(length);
}

/** The length of the index with its checksum, which follows from its numbers. */
async function indexLength(feed: Feed, count: number): Promise<number> {
  let at = 1;
  for (let left = 1 + 2 * count; left > 0; left--) {
    while ((await byteAt(feed, at)) & 0x80) at++;
    at++;
  }
  const length = Math.ceil(at / 4) * 4 + 4;
  return (await feed.fill(length)) ? length : damaged("xz");
}

async function byteAt(feed: Feed, at: number): Promise<number> {
  return at < feed.bytes.length || (await feed.fill(at + 1)) ? feed.bytes[at]! : damaged("xz");
}
