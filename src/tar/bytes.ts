import { TarError } from "./header.ts";

/** The size limit for an archive, in bytes. */
const SIZE_LIMIT = 2 ** 40;

/**
 * A stream of bytes that is read by number of bytes. It returns fewer only at the end. The stream's pieces need to be valid
 * only until the next one is asked for, so that it can fill the same memory again.
 */
export class Bytes {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #check: (total: number) => void;
  #chunk: Buffer = Buffer.alloc(0);
  #total = 0;

  /** `check` receives the number of bytes so far and throws if there are too many. */
  constructor(stream: AsyncIterable<Buffer>, check: (total: number) => void = () => {}) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#check = check;
  }

  /** The number of bytes that were taken or skipped. */
  get position(): number {
    return this.#total - this.#chunk.length;
  }

  /** The next bytes if they are buffered already. They are valid until the next call. */
  takeNow(length: number): Buffer | undefined {
    if (this.#chunk.length < length) return undefined;
    const taken = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return taken;
  }

  /** The next bytes, which stay valid. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = length; missing > 0 && (this.#chunk.length > 0 || (await this.#pull())); ) {
      const part = this.#chunk.subarray(0, missing);
      this.#chunk = this.#chunk.subarray(part.length);
      missing -= part.length;
      parts.push(Buffer.from(part));
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  skipNow(length: number): boolean {
    return this.takeNow(length) !== undefined;
  }

  /** Whether there are as many bytes. */
  async skip(length: number): Promise<boolean> {
    for (let missing = length; missing > 0; ) {
      if (this.#chunk.length === 0 && !(await this.#pull())) return false;
      const skipped = Math.min(missing, this.#chunk.length);
      this.#chunk = this.#chunk.subarray(skipped);
      missing -= skipped;
    }
    return true;
  }

  async peek(length: number): Promise<Buffer> {
    const head = await this.take(length);
    this.#chunk = Buffer.concat([head, this.#chunk]);
    return head;
  }

  /** Reads what is left, or at most `limit` further bytes. */
  async drain(limit = Number.POSITIVE_INFINITY): Promise<void> {
    for (let left = limit; left > 0 && (await this.#pull()); ) left -= this.#chunk.length;
  }

  /** Everything that was not read yet, or the first `length` bytes of it. Whoever stops early leaves the others. */
  async *rest(length = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
    for (let missing = length; missing > 0 && (this.#chunk.length > 0 || (await this.#pull())); ) {
      const part = this.#chunk.subarray(0, missing);
      this.#chunk = this.#chunk.subarray(part.length);
      missing -= part.length;
      yield part;
    }
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
