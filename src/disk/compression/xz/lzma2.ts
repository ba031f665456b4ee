import { damaged } from "../../decompress/decompress.ts";
import type { Source } from "../feed.ts";
import { Window } from "../window.ts";
import { Lzma, propertiesOf } from "./lzma.ts";

/** The most bytes that a chunk takes, compressed or not, and that come out of it. */
const MOST = { stored: 2 ** 16, out: 2 ** 21 };

/** Decompresses chunks of LZMA2 until their end mark. Each piece is at most 2 MiB. */
export async function* lzma2(feed: Source, dictionary: number): AsyncGenerator<Buffer> {
  const window = new Window(dictionary);
  const lzma = new Lzma();
  /** What a chunk must reset before it is used. */
  let needs = { dictionary: true, properties: true, state: true };
  for (;;) {
    await feed.fill(MOST.stored + 6);
    const { bytes } = feed;
    const control = bytes[0] ?? damaged("xz");
    if (control === 0) {
      feed.consume(1);
      return;
    }
    if (bytes.length < 6) damaged("xz");
    const isStored = control < 0x80;
    if (isStored && control > 2) damaged("xz");
    const reset = isStored ? 0 : (control >> 5) & 3;
    const out = 1 + bytes.readUInt16BE(1) + (isStored ? 0 : (control & 0x1f) << 16);
    if (control === 1 || reset === 3) {
      needs = { ...needs, dictionary: false };
      window.end = 0;
    }
    if (needs.dictionary) damaged("xz");
    window.reserve(MOST.out);
    const start = window.end;
    if (isStored) {
      if (bytes.length < 3 + out) damaged("xz");
      bytes.copy(window.bytes, start, 3, 3 + out);
      feed.consume(3 + out);
    } else {
      const head = reset >= 2 ? 6 : 5;
      const stored = 1 + bytes.readUInt16BE(3);
      if (bytes.length < head + stored) damaged("xz");
      if (reset >= 2) lzma.reset(propertiesOf(bytes[5]!));
      else if (needs.properties) damaged("xz");
      else if (reset === 1) lzma.reset();
      else if (needs.state) damaged("xz");
      needs = { dictionary: false, properties: false, state: false };
      lzma.decode(bytes.subarray(head, head + stored), window.bytes, start, start + out);
      feed.consume(head + stored);
    }
    window.end = start + out;
    yield window.since(start);
  }
}
