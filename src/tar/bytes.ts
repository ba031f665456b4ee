import type { Readable } from "node:stream";
import { TarError } from "./header.ts";
import { truncated } from "./requests.ts";

/** The size limit for an archive, in bytes. */
const SIZE_LIMIT = 2 ** 40;

/** A stream of bytes that is read by number of bytes. It returns fewer only at the end. */
export class Bytes {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #check: (total: number) => void;
  #chunk: Buffer = Buffer.alloc(0);
  #total = 0;

  /** `check` receives the number of bytes so far and throws if there are too many. */
  constructor(stream: Readable, check: (total: number) => void = () => {}) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#check = check;
  }

  /** The next bytes if they are buffered already. They are valid until the next call. */
  takeNow(length: number): Buffer | undefined {
    if (this.#chunk.length < length) return undefined;
    const taken = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return taken;
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = length; missing > 0 && (this.#chunk.length > 0 || (await this.#pull())); ) {
      const part = this.#chunk.subarray(0, missing);
      this.#chunk = this.#chunk.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  skipNow(length: number): boolean {
    return this.takeNow(length) !== undefined;
  }

  /** @throws {TarError} if there are fewer bytes. */
  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0; ) {
      if (this.#chunk.length === 0 && !(await this.#pull())) throw truncated(this.#total);
      const skipped = Math.min(missing, this.#chunk.length);
      this.#chunk = this.#chunk.subarray(skipped);
      missing -= skipped;
    }
  }

  async peek(length: number): Promise<Buffer> {
    const head = await this.take(length);
    this.#chunk = Buffer.concat([head, this.#chunk]);
    return head;
  }

  /** Reads at most `limit` further bytes. */
  async drain(limit: number): Promise<void> {
    for (let left = limit; left > 0 && (await this.#pull()); ) left -= this.#chunk.length;
  }

  /** Everything that was not read yet. */
  async *rest(): AsyncGenerator<Buffer> {
    if (this.#chunk.length > 0) yield this.#chunk;
    while (await this.#pull()) yield this.#chunk;
  }

  async #pull(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done) return false;
    this.#chunk = value;
    this.#total += value.length;
    if (this.#total > SIZE_LIMIT) throw new TarError("it is larger than 1 TiB");
    this.#check(this.#total);
    return true;
  }
}
