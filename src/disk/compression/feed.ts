import { damaged } from "../decompress/decompress.ts";

/** What a decompressor reads from. */
export type Source = Pick<Feed, "bytes" | "fill" | "consume">;

/**
 * Bytes that come in pieces, of which as many as needed are put together. The pieces need to be valid only until the next one
 * is asked for.
 */
export class Feed {
  readonly #chunks: AsyncIterator<Buffer>;
  /** Filled again and again, so that a large stream leaves no garbage. */
  #memory: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #isEnded = false;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The bytes that are there and not consumed; they are valid until the next `fill`. */
  get bytes(): Buffer {
    return this.#memory.subarray(this.#start, this.#end);
  }

  /** Makes at least `length` bytes be there; fewer only at the end. Returns whether there are as many. */
  async fill(length: number): Promise<boolean> {
    while (this.#end - this.#start < length && !this.#isEnded) {
      const { done, value } = await this.#chunks.next();
      if (done) this.#isEnded = true;
      else this.#append(value);
    }
    return this.#end - this.#start >= length;
  }

  #append(chunk: Buffer): void {
    const left = this.#end - this.#start;
    if (this.#end + chunk.length > this.#memory.length) {
      const isLarge = left + chunk.length > this.#memory.length;
      const memory = isLarge ? Buffer.allocUnsafe(2 * (left + chunk.length)) : this.#memory;
      this.#memory.copy(memory, 0, this.#start, this.#end);
      this.#memory = memory;
      this.#start = 0;
      this.#end = left;
    }
    chunk.copy(this.#memory, this.#end);
    this.#end += chunk.length;
  }

  consume(length: number): void {
    this.#start = Math.min(this.#start + length, this.#end);
  }

  /** What is there and everything after it, without consuming it one by one. */
  async *rest(): AsyncGenerator<Buffer> {
    while (await this.fill(1)) {
      const { bytes } = this;
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
