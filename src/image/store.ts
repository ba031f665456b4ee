import type { Disk } from "../disk/disk.ts";
import { TemporaryFile } from "../disk/temporary.ts";
import type { Content } from "../tar/member.ts";

/** The bytes of all files of archives that can be read only once, in a temporary file. */
export class ContentStore {
  readonly #most: number | undefined;
  readonly #places = new WeakMap<Content, number>();
  #file: TemporaryFile | undefined;

  /** @param most how many bytes may be kept */
  constructor(most?: number) {
    this.#most = most;
  }

  /** Keeps the stored bytes of a file. @throws {DiskError} if there is no room for them, and the stream's errors */
  async add(content: Content, bytes: AsyncIterable<Buffer>): Promise<void> {
    this.#file ??= new TemporaryFile(this.#most);
    this.#places.set(content, this.#file.size);
    for await (const chunk of bytes) this.#file.write(chunk);
  }

  /** The stored bytes of a file; undefined if they were not kept. */
  get(content: Content): Disk | undefined {
    const [file, place] = [this.#file, this.#places.get(content)];
    if (file === undefined || place === undefined) return undefined;
    return {
      size: content.stored,
      read(offset, length) {
        const bytes = Buffer.allocUnsafe(length);
        file.read(bytes, place + offset);
        return bytes;
      },
    };
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
