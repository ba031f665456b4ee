/** How many bytes come out before the history is moved, and for how many there is room at first. */
const ROOM = 2 ** 22;
const FIRST = 2 ** 18;

/** The last bytes that were decompressed, which the next ones may repeat, and room for those. */
export class Window {
  readonly #history: number;
  /** The bytes before `end` are there. */
  bytes = Buffer.allocUnsafe(FIRST);
  end = 0;

  /** @param history how far back a repetition may reach, in bytes */
  constructor(history: number) {
    this.#history = history;
  }

  /** Makes room for `length` bytes, at most ROOM. What is older than the history may be forgotten. */
  reserve(length: number): void {
    if (this.end + length <= this.bytes.length) return;
    // Moved by a multiple of 16, since LZMA's model depends on where bytes are.
    const kept = Math.min(this.end, this.#history + ((this.end - this.#history) & 15));
    const longest = this.#history + ROOM + 16;
    // It grows as data comes, not as a header says.
    const larger = Math.min(Math.max(2 * this.bytes.length, kept + length), longest);
    const bytes = this.bytes.length < longest ? Buffer.allocUnsafe(larger) : this.bytes;
    this.bytes.copy(bytes, 0, this.end - kept, this.end);
    this.bytes = bytes;
    this.end = kept;
  }

  /** The bytes since `start`, until room is made again. */
  since(start: number): Buffer {
    return this.bytes.subarray(start, this.end);
  }
}
