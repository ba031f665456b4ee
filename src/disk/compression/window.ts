/** How many bytes come out before the history is moved, and for how many there is room at first. */
const ROOM = 2 ** 22;
const FIRST = 2 ** 18;

/**
 * The last bytes that were decompressed, which the next ones may repeat, and room for those. One serves all parts of a stream:
 * what is thrown away takes memory until V8 happens to collect it.
 */
export class Window {
  #history = 0;
  /** The bytes before `end` are there. */
  bytes = Buffer.allocUnsafe(FIRST);
  end = 0;

  /** Begins a part that repeats nothing of those before. @param history how far back a repetition may reach, in bytes */
  begin(history: number): void {
    this.#history = history;
    this.end = 0;
  }

  /** Makes room for `length` bytes, at most ROOM. What is older than the history may be forgotten. */
  reserve(length: number): void {
    if (this.end + length <= this.bytes.length) return;
    // Moved by a multiple of 16, since LZMA's model depends on where bytes are.
    const kept = Math.min(this.end, this.#history + ((this.end - this.#history) & 15));
    const longest = this.#history + ROOM + 16;
    // What is behind the data takes no memory as long as nothing is written there.
    const bytes = this.bytes.length < longest ? Buffer.allocUnsafeSlow(longest) : this.bytes;
    this.bytes.copy(bytes, 0, this.end - kept, this.end);
    this.bytes = bytes;
    this.end = kept;
  }

  /** The bytes since `start`, until room is made again. */
  since(start: number): Buffer {
    return this.bytes.subarray(start, this.end);
  }
}
