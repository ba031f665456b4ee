import { DiskError } from "../disk.ts";
import { BlockStore } from "../temporary.ts";
import { type RemoteBlocks, RemoteError, type RemoteSource, type RemoteUsage } from "./source.ts";
import { readSince, usageOfAll } from "./usage.ts";

/** A source that is open for several threads. */
interface Shared {
  readonly source: Promise<RemoteSource>;
  readonly store: BlockStore;
  /** The disks with what is known of them, made with the source. */
  disks?: readonly RemoteBlocks[];
  /** What was read since somebody last counted it. */
  since?: () => RemoteUsage;
  readers: number;
}

/** By what was asked for. */
const shared = new Map<string, Shared>();

/**
 * A source that all who ask for it read together: it is opened once, and each block is read once and kept in a temporary
 * file. What was read counts for one of them, whoever asks first after it.
 * @param key the same for the same source
 * @throws {RemoteError} if it cannot be opened, or its file has no place
 */
export async function openShared(key: string, open: () => Promise<RemoteSource>): Promise<RemoteSource> {
  const one = shared.get(key) ?? begin(key, open);
  one.readers++;
  let source: RemoteSource;
  try {
    source = await one.source;
  } catch (error) {
    leave(key, one);
    throw error;
  }
  // What can be read only once is its reader's own.
  if (source.stream !== undefined) {
    leave(key, one);
    return one.readers === 0 ? source : open();
  }
  one.disks ??= source.disks.map((blocks) => new KnownBlocks(blocks, one.store));
  one.since ??= readSince(() => source.usage());
  const { disks, since } = one;
  let usage: RemoteUsage | undefined;
  let isOpen = true;
  return {
    ...source,
    disks,
    usage() {
      usage = usageOfAll([...(usage === undefined ? [] : [usage]), since()])!;
      return usage;
    },
    close() {
      if (isOpen) leave(key, one);
      isOpen = false;
    },
  };
}

function begin(key: string, open: () => Promise<RemoteSource>): Shared {
  const one = { store: storeOf(), source: open(), readers: 0 };
  shared.set(key, one);
  return one;
}

/** @throws {RemoteError} */
function storeOf(): BlockStore {
  try {
    return new BlockStore();
  } catch (error) {
    throw error instanceof DiskError ? new RemoteError(4, error.message) : error;
  }
}

function leave(key: string, one: Shared): void {
  if (--one.readers > 0) return;
  one.store.close();
  shared.delete(key);
}

/** Where a block is in the store; "unkept" if there was no room for it. */
type Place = number | "zeros" | "unkept";

/** Blocks of which each is read once. */
class KnownBlocks implements RemoteBlocks {
  readonly size: number;
  readonly blockSize: number;
  readonly together?: number;
  readonly #blocks: RemoteBlocks;
  readonly #store: BlockStore;
  /** What is read, or being read. */
  readonly #places = new Map<number, Promise<Place>>();

  constructor(blocks: RemoteBlocks, store: BlockStore) {
    this.#blocks = blocks;
    this.#store = store;
    this.size = blocks.size;
    this.blockSize = blocks.blockSize;
    if (blocks.together !== undefined) this.together = blocks.together;
  }

  async read(index: number, into: Uint8Array): Promise<boolean> {
    const known = this.#places.get(index);
    if (known === undefined) return (await this.#fetch(index, into)[0]) !== "zeros";
    const place = await known;
    if (place === "zeros") return false;
    if (place === "unkept") return this.#blocks.read(index, into);
    this.#store.read(Buffer.from(into.buffer, into.byteOffset, into.length), place);
    return true;
  }

  async readRun(first: number, into: Uint8Array): Promise<void> {
    const count = Math.ceil(into.length / this.blockSize);
    const part = (from: number, to: number) => into.subarray(from * this.blockSize, to * this.blockSize);
    const parts: Promise<unknown>[] = [];
    for (let at = 0, end = 1; at < count; at = end, end++) {
      if (this.#places.has(first + at)) parts.push(this.read(first + at, part(at, end)));
      else {
        while (end < count && !this.#places.has(first + end)) end++;
        parts.push(...this.#fetch(first + at, part(at, end)));
      }
    }
    // Nothing may be written to the memory of a request that is answered.
    for (const result of await Promise.allSettled(parts)) if (result.status === "rejected") throw result.reason;
  }

  /** Reads blocks that nobody has read. Returns for each where it is. */
  #fetch(first: number, into: Uint8Array): readonly Promise<Place>[] {
    const count = Math.ceil(into.length / this.blockSize);
    const reading = count === 1 ? this.#blocks.read(first, into) : this.#blocks.readRun!(first, into).then(() => true);
    return Array.from({ length: count }, (_, at) => {
      const bytes = into.subarray(at * this.blockSize, (at + 1) * this.blockSize);
      const place = reading.then((isWritten): Place => (isWritten ? this.#keep(bytes) : "zeros"));
      this.#places.set(first + at, place);
      return place;
    });
  }

  #keep(bytes: Uint8Array): Place {
    try {
      return this.#store.add(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    } catch (error) {
      if (error instanceof DiskError) return "unkept";
      throw error;
    }
  }
}
