import { parentPort } from "node:worker_threads";
import { closeClients } from "../ebs/sdk.ts";
import { collectGarbage, keepYoungGenerationsSmall } from "../garbage.ts";
import { remoteKindOf } from "./kinds.ts";
import {
  BEAT,
  type Connection,
  type NextBytes,
  type OpenedSource,
  type ReadBlock,
  type ReadBlocks,
  type RemoteAnswers,
  type RemoteRequest,
  type Reply,
} from "./messages.ts";
import { openShared } from "./shared.ts";
import { type RemoteBlocks, RemoteError, type RemoteSource, type RemoteStream } from "./source.ts";
import { openRemoteSource } from "./sources.ts";

/** How many blocks are read at a time. */
const PARALLEL = 8;

/** The work of the thread that reads from other machines: answers each request of each thread that it serves. */
function serveRemote(): void {
  keepYoungGenerationsSmall();
  // Libraries warn of things that a user of this program cannot change.
  process.removeAllListeners("warning");
  parentPort?.on("message", serve);
}

/** How many other threads are served. */
let served = 0;

function serve({ port, signal }: Connection): void {
  served++;
  const server = new Server();
  const reply = (message: Reply) => {
    port.postMessage(message);
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  const beats = setInterval(() => Atomics.add(signal, 1, 1), BEAT);
  port.on("message", ({ id, request }: { id: number; request: RemoteRequest }) => {
    server.answer(request).then(
      (value) => reply({ id, value }),
      (error: unknown) => reply({ id, error: sent(error) }),
    );
  });
  port.on("close", () => {
    clearInterval(beats);
    server.closeAll();
    if (--served === 0) closeClients();
  });
}

class Server {
  readonly #disks = new Map<number, { readonly blocks: RemoteBlocks; readonly source: RemoteSource }>();
  readonly #streams = new Map<number, { readonly stream: RemoteStream; readonly source: RemoteSource }>();
  #next = 0;

  answer(request: RemoteRequest): Promise<RemoteAnswers[keyof RemoteAnswers]> {
    switch (request.kind) {
      case "open":
        return this.#open(request);
      case "read":
        return this.#read(request);
      case "next":
        return this.#nextOf(request);
      case "close":
        return this.#close(request);
    }
  }

  async #open({ source: name, options, isShared }: RemoteRequest & { kind: "open" }): Promise<OpenedSource> {
    const open = () => openRemoteSource(remoteKindOf(name)!, name, options);
    const source = await (isShared ? openShared(JSON.stringify([name, options]), open) : open());
    const disks = source.disks.map((blocks) => {
      const number = this.#next++;
      this.#disks.set(number, { blocks, source });
      return { number, size: blocks.size, blockSize: blocks.blockSize };
    });
    const { warnings = [], datasource } = source;
    if (source.stream === undefined) return { disks, warnings, datasource };
    const number = this.#next++;
    this.#streams.set(number, { stream: source.stream, source });
    return { disks, warnings, datasource, stream: { number, size: source.stream.size } };
  }

  async #nextOf({ stream: number, memory }: RemoteRequest & { kind: "next" }): Promise<NextBytes> {
    const { stream, source } = this.#streams.get(number)!;
    const length = await stream.next(new Uint8Array(memory));
    collector.read(length);
    return { length, usage: source.usage() };
  }

  async #read({ disk, blocks: indexes, memory }: RemoteRequest & { kind: "read" }): Promise<ReadBlocks> {
    const { blocks, source } = this.#disks.get(disk)!;
    const { size, blockSize } = blocks;
    const results: ReadBlock[] = indexes.map(() => "read");
    const runs = runsOf(indexes, blocks.together ?? 1);
    let next = 0;
    const readOn = async () => {
      for (let run = runs[next++]; run !== undefined; run = runs[next++]) {
        const { at, count } = run;
        try {
          const first = indexes[at]!;
          const length = Math.min(count * blockSize, size - first * blockSize);
          const into = new Uint8Array(memory, at * blockSize, length);
          if (count > 1) await blocks.readRun?.(first, into);
          else if (!(await blocks.read(first, into))) results[at] = "zeros";
          collector.read(length);
        } catch (error) {
          if (!(error instanceof RemoteError)) throw error;
          results.fill({ reason: error.message }, at, at + count);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL, runs.length) }, readOn));
    return { blocks: results, usage: source.usage() };
  }

  closeAll(): void {
    void this.#close({ kind: "close", numbers: [...this.#disks.keys(), ...this.#streams.keys()] });
  }

  async #close({ numbers }: RemoteRequest & { kind: "close" }): Promise<undefined> {
    for (const number of numbers) {
      this.#disks.get(number)?.source.close?.();
      this.#streams.get(number)?.stream.close();
      this.#streams.delete(number);
      this.#disks.delete(number);
    }
  }
}

/** After how many bytes the thread collects its garbage. */
const COLLECTED = 2 * 2 ** 20;

/**
 * Frees the pieces in which bytes came. They are outside V8's heap, which hardly grows, so that V8 by itself would leave
 * tens of megabytes of them.
 */
class Collector {
  #left = COLLECTED;

  read(bytes: number): void {
    this.#left -= bytes;
    if (this.#left > 0) return;
    this.#left = COLLECTED;
    collectGarbage();
  }
}

const collector = new Collector();

/** Where blocks follow each other among those that are asked for, in runs of at most `most`. */
function runsOf(indexes: readonly number[], most: number): { readonly at: number; count: number }[] {
  const runs: { readonly at: number; count: number }[] = [];
  for (const [at, index] of indexes.entries()) {
    const last = runs.at(-1);
    if (last !== undefined && last.count < most && index === indexes[at - 1]! + 1) last.count++;
    else runs.push({ at, count: 1 });
  }
  return runs;
}

function sent(error: unknown): Extract<Reply, { error: unknown }>["error"] {
  if (error instanceof RemoteError) return { message: error.message, status: error.status };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

serveRemote();
