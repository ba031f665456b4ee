/** The content of a written file: bytes, or an object that produces them on demand. */
export type FileContent = Buffer | LazyContent;

/** Content that is produced on demand: most versions of a file that is written repeatedly are never read. */
export interface LazyContent {
  bytes(): Buffer;
}

/** The bytes of some content. */
export function bytesOf(content: FileContent): Buffer {
  return Buffer.isBuffer(content) ? content : content.bytes();
}

/** Content with text appended. A thousand appends cost the appended text, not a thousand copies. */
export function appended(before: FileContent, tail: Buffer): FileContent {
  return new Appended(before, tail);
}

class Appended implements LazyContent {
  readonly #before: FileContent;
  readonly #tail: Buffer;

  constructor(before: FileContent, tail: Buffer) {
    this.#before = before;
    this.#tail = tail;
  }

  bytes(): Buffer {
    const pieces: Buffer[] = [];
    let at: FileContent = this;
    for (; at instanceof Appended; at = at.#before) pieces.push(at.#tail);
    pieces.push(bytesOf(at));
    return Buffer.concat(pieces.reverse());
  }
}
