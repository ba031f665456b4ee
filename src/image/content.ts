/** What a written file holds: bytes, or what gives them when somebody asks. */
export type FileContent = Buffer | LazyContent;

/** Content that is made when it is asked for: most versions of a file that is written again and again never are. */
export interface LazyContent {
  bytes(): Buffer;
}

/** The bytes of a content. */
export function bytesOf(content: FileContent): Buffer {
  return Buffer.isBuffer(content) ? content : content.bytes();
}

/** A content with more at its end. Appending a thousand times costs what is appended, not a thousand copies. */
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
