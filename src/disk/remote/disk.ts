import { checkInside, type Disk, DiskError } from "../disk.ts";
import { BlockStore } from "../temporary.ts";
import { MEMORY, type ReadBlocks } from "./messages.ts";
import { RemoteError, type RemoteOptions, type RemoteUsage } from "./source.ts";
import { type RemoteThread, remoteThread } from "./thread.ts";

/** The disks of a source on another machine. Their blocks are read when they are needed, once, and kept in a temporary file. */
export interface RemoteDisks {
  readonly disks: readonly Disk[];
  /** Whether there is one disk, which can only be read as a whole, once; `disks` is empty then. */
  readonly isStream: boolean;
  readonly warnings: readonly string[];
  /** The datasource, by cloud-init's name, of the machines that are made from it; undefined where it is not known. */
  readonly datasource: string | undefined;
  /** What was read so far. */
  readonly usage: RemoteUsage;
  /**
   * Runs something that reads the disks, again and again until no block is missing any more: each time the blocks that it
   * needs next are read, while everything else goes on. It must have no effect before its end.
   */
  attempt<T>(action: () => T | Promise<T>): Promise<T>;
  /**
   * Runs all actions as `attempt` does, each as far as it comes, and reads the blocks that all of them need next side by
   * side. An action may give further ones.
   */
  ahead(actions: readonly Ahead[]): Promise<void>;
  /** All bytes of the only disk, from beginning to end. Nothing of them is kept. They throw DiskError or RemoteError. */
  whole(): AsyncIterable<Buffer>;
  /** Removes the temporary file and forgets the source. */
  close(): void;
}

/** Something that reads disks, and what is worth to be read after it. */
export type Ahead = () => readonly Ahead[] | undefined;

/** Says that blocks must be read first. It is no `DiskError`: readers let it pass, and what they do is done again. */
class MissingBlocks extends Error {
  override readonly name = "MissingBlocks";
  readonly disk: RemoteDisk;
  readonly blocks: readonly number[];

  constructor(disk: RemoteDisk, blocks: readonly number[]) {
    super("blocks must be read first");
    this.disk = disk;
    this.blocks = blocks;
  }
}

/** Options of the disks on this side of the thread. */
interface LocalOptions {
  /** Whether other threads of this program open the same, so that all of them read it once. */
  readonly isShared?: boolean | undefined;
  readonly maxTemporary?: number | undefined;
  /** Called while all of a disk is read: with the bytes so far, and all if that is known. */
  readonly downloaded?: ((bytes: number, size: number | undefined) => void) | undefined;
}

/** @throws {RemoteError} if the source cannot be opened */
export async function openRemoteDisks(
  source: string,
  { isShared = false, maxTemporary, downloaded, region, profile, download }: LocalOptions & RemoteOptions,
): Promise<RemoteDisks> {
  const thread = remoteThread();
  const options = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(download === undefined ? {} : { download }),
  };
  const opened = await thread.ask({ kind: "open", source, options, isShared });
  const state: State = { thread, store: new BlockStore(maxTemporary), isWaiting: true, usage: NOTHING, downloaded };
  const disks = opened.disks.map((disk) => new RemoteDisk(disk, state));
  const untilNothingIsMissing = async <T>(action: () => T | Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof MissingBlocks)) throw error;
        await error.disk.fetch(error.blocks);
      }
    }
  };
  return {
    disks,
    isStream: opened.stream !== undefined,
    warnings: opened.warnings,
    datasource: opened.datasource,
    get usage() {
      return state.usage;
    },
    async attempt(action) {
      state.isWaiting = false;
      try {
        return await untilNothingIsMissing(action);
      } finally {
        state.isWaiting = true;
      }
    },
    async ahead(actions) {
      state.isWaiting = false;
      try {
        for (let left = actions; left.length > 0; ) left = await oneRound(left);
      } finally {
        state.isWaiting = true;
      }
    },
    whole: () => (opened.stream === undefined ? disks[0]!.whole() : chunksOf(opened.stream, state)),
    close() {
      state.store.close();
      const numbers = [...opened.disks, ...(opened.stream === undefined ? [] : [opened.stream])];
      thread.tell({ kind: "close", numbers: numbers.map(({ number }) => number) });
    },
  };
}

/** Runs actions as far as they come and reads what they lack. Returns those that are left. */
async function oneRound(actions: readonly Ahead[]): Promise<Ahead[]> {
  const missing = new Map<RemoteDisk, Set<number>>();
  const left: Ahead[] = [];
  for (let pending = [...actions]; pending.length > 0; ) {
    const next: Ahead[] = [];
    for (const action of pending) {
      try {
        next.push(...(action() ?? []));
      } catch (error) {
        if (!(error instanceof MissingBlocks)) throw error;
        left.push(action);
        const blocks = missing.get(error.disk) ?? new Set();
        for (const block of error.blocks) blocks.add(block);
        missing.set(error.disk, blocks);
      }
    }
    pending = next;
  }
  await Promise.all([...missing].map(([disk, blocks]) => disk.fetch([...blocks])));
  return left;
}

/** What a stream gives until it ends. */
async function* chunksOf(
  { number, size }: { readonly number: number; readonly size: number | undefined },
  state: State,
): AsyncGenerator<Buffer> {
  const memory = state.thread.takeMemory();
  for (let bytes = 0; ; ) {
    const { length, usage } = await state.thread.ask({ kind: "next", stream: number, memory });
    state.usage = usage;
    if (length === 0) break;
    bytes += length;
    state.downloaded?.(bytes, size);
    yield Buffer.from(memory, 0, length);
  }
  state.thread.giveBack(memory);
}

const NOTHING: RemoteUsage = { blocks: 0, bytes: 0, requests: 0 };

/** What the disks of a source share. */
interface State {
  readonly thread: RemoteThread;
  readonly store: BlockStore;
  /** Whether a reader waits for a block; otherwise it is told that the block is missing. */
  isWaiting: boolean;
  usage: RemoteUsage;
  readonly downloaded: LocalOptions["downloaded"];
}

class RemoteDisk implements Disk {
  readonly size: number;
  readonly #number: number;
  readonly #blockSize: number;
  readonly #state: State;
  /** Where the blocks that were read are in the store; undefined for zeros. */
  readonly #places = new Map<number, number | undefined>();
  readonly #failed = new Map<number, string>();

  constructor({ number, size, blockSize }: { number: number; size: number; blockSize: number }, state: State) {
    this.#number = number;
    this.size = size;
    this.#blockSize = blockSize;
    this.#state = state;
  }

  read(offset: number, length: number): Buffer {
    checkInside(this, offset, length);
    if (length === 0) return Buffer.alloc(0);
    const size = this.#blockSize;
    const [first, last] = [Math.floor(offset / size), Math.floor((offset + length - 1) / size)];
    this.#need(first, last);
    const result = Buffer.alloc(length);
    for (let index = first; index <= last; index++) {
      const place = this.#places.get(index);
      if (place === undefined) continue;
      const from = Math.max(offset, index * size);
      const to = Math.min(offset + length, (index + 1) * size);
      this.#state.store.read(result.subarray(from - offset, to - offset), place + from - index * size);
    }
    return result;
  }

  /** Reads blocks that are not there yet. What cannot be had is known from then on. */
  async fetch(blocks: readonly number[]): Promise<void> {
    const { thread } = this.#state;
    for (const some of this.#portions(blocks)) {
      const memory = thread.takeMemory();
      this.#keep(some, memory, await thread.ask({ kind: "read", disk: this.#number, blocks: some, memory }));
    }
  }

  /** All of it. The next blocks are read while those before them are used. */
  async *whole(): AsyncGenerator<Buffer> {
    const { thread } = this.#state;
    const count = Math.ceil(this.size / this.#blockSize);
    const readFrom = (first: number) => {
      const blocks = Array.from({ length: Math.min(this.#atATime, count - first) }, (_, at) => first + at);
      const memory = thread.takeMemory();
      const answer = thread.ask({ kind: "read", disk: this.#number, blocks, memory });
      // It is awaited later.
      answer.catch(() => {});
      return { memory, answer };
    };
    let next = readFrom(0);
    for (let first = 0; first < count; first += this.#atATime) {
      const { memory, answer } = next;
      const { blocks, usage } = await answer;
      this.#state.usage = usage;
      this.#state.downloaded?.(Math.min(this.size, (first + blocks.length) * this.#blockSize), this.size);
      if (first + this.#atATime < count) next = readFrom(first + this.#atATime);
      for (const [at, block] of blocks.entries()) {
        if (typeof block === "object") throw new DiskError(block.reason);
        const length = Math.min(this.#blockSize, this.size - (first + at) * this.#blockSize);
        yield block === "zeros" ? Buffer.alloc(length) : Buffer.from(memory, at * this.#blockSize, length);
      }
      thread.giveBack(memory);
    }
  }

  /** How many blocks are asked for at a time. */
  get #atATime(): number {
    return Math.floor(MEMORY / this.#blockSize);
  }

  /** @throws {MissingBlocks} or {DiskError} */
  #need(first: number, last: number): void {
    const missing: number[] = [];
    for (let index = first; index <= last; index++) {
      const reason = this.#failed.get(index);
      if (reason !== undefined) throw new DiskError(reason);
      if (!this.#places.has(index)) missing.push(index);
    }
    if (missing.length === 0) return;
    if (!this.#state.isWaiting) throw new MissingBlocks(this, missing);
    for (const some of this.#portions(missing)) {
      try {
        const { thread } = this.#state;
        const memory = thread.takeMemory();
        this.#keep(some, memory, thread.askNow({ kind: "read", disk: this.#number, blocks: some, memory }));
      } catch (error) {
        if (error instanceof RemoteError) throw new DiskError(error.message);
        throw error;
      }
    }
    this.#need(first, last);
  }

  *#portions(blocks: readonly number[]): Generator<readonly number[]> {
    const missing = blocks
      .filter((index) => !this.#places.has(index) && !this.#failed.has(index))
      .sort((one, other) => one - other);
    for (let at = 0; at < missing.length; at += this.#atATime) yield missing.slice(at, at + this.#atATime);
  }

  #keep(indexes: readonly number[], memory: SharedArrayBuffer, { blocks, usage }: ReadBlocks): void {
    this.#state.usage = usage;
    for (const [at, index] of indexes.entries()) {
      const block = blocks[at]!;
      const length = Math.min(this.#blockSize, this.size - index * this.#blockSize);
      if (block === "zeros") this.#places.set(index, undefined);
      else if (block === "read") this.#store(index, Buffer.from(memory, at * this.#blockSize, length));
      else this.#failed.set(index, block.reason);
    }
    this.#state.thread.giveBack(memory);
  }

  /** A block for which there is no room fails as one that cannot be had: for what needs it, and nothing else. */
  #store(index: number, block: Buffer): void {
    try {
      this.#places.set(index, this.#state.store.add(block));
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#failed.set(index, error.message);
    }
  }
}
