import { damaged } from "../decompress/decompress.ts";

/** What a decompressor reads from. */
export type Source = Pick<Feed, "bytes" | "fill" | "consume">;

/** Bytes that come in pieces, of which as many as needed are put together. */
export class Feed {
  readonly #chunks: AsyncIterator<Buffer>;
  #bytes: Buffer = Buffer.alloc(0);
  #isEnded = false;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The bytes that are there and not consumed; `fill` and `consume` give others. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Makes at least `length` bytes be there; fewer only at the end. Returns whether there are as many. */
  async fill(length: number): Promise<boolean> {
    if (this.#bytes.length >= length) return true;
    const pieces = [this.#bytes];
    let total = this.#bytes.length;
    while (total < length && !this.#isEnded) {
      const { done, value } = await this.#chunks.next();
      if (done) this.#isEnded = true;
      else {
        pieces.push(value);
        total += value.length;
      }
    }
    this.#bytes = Buffer.concat(pieces);
    return total >= length;
  }

  consume(length: number): void {
    this.#bytes = this.#bytes.subarray(length);
  }

  /** What is there and everything after it, without consuming it one by one. */
  async *rest(): AsyncGenerator<Buffer> {
    for (let more = this.#bytes.length > 0 || (await this.fill(1)); more; more = await this.fill(1)) {
      const bytes = this.#bytes;
      this.consume(bytes.length);
      yield bytes;
    }
  }

  /** Stops reading. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/**
 * Reads what follows the last stream: only zeros, with which tapes and disks are filled up. Anything else may be a stream
 * whose beginning is damaged.
 * @throws {DiskError}
 */
export async function expectZeros(feed: Source, kind: string): Promise<void> {
  while (await feed.fill(1)) {
    if (!feed.bytes.every((byte) => byte === 0)) damaged(kind);
    feed.consume(feed.bytes.length);
  }
}
