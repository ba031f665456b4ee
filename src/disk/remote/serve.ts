import { workerData } from "node:worker_threads";
import type { OpenedSource, ReadBlocks, RemoteAnswers, RemoteRequest, Reply, ThreadData } from "./messages.ts";
import { type RemoteBlocks, RemoteError, type RemoteSource } from "./source.ts";
import { openRemoteSource } from "./sources.ts";

/** How many blocks are read at a time. */
const PARALLEL = 16;

/** The work of the thread that reads from other machines: answers each request that it receives. */
export function serveRemote(): void {
  const { port, signal } = workerData as ThreadData;
  // Libraries warn of things that a user of this program cannot change.
  process.removeAllListeners("warning");
  const server = new Server();
  const reply = (message: Reply, transfer: ArrayBuffer[] = []) => {
    port.postMessage(message, transfer);
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  port.on("message", ({ id, request }: { id: number; request: RemoteRequest }) => {
    server.answer(request).then(
      (value) => reply({ id, value }, buffersIn(value)),
      (error: unknown) => reply({ id, error: sent(error) }),
    );
  });
}

class Server {
  readonly #disks = new Map<number, { readonly blocks: RemoteBlocks; readonly source: RemoteSource }>();
  #next = 0;

  answer(request: RemoteRequest): Promise<RemoteAnswers[keyof RemoteAnswers]> {
    switch (request.kind) {
      case "open":
        return this.#open(request);
      case "read":
        return this.#read(request);
      case "close":
        return this.#close(request);
    }
  }

  async #open({ source: name, options }: RemoteRequest & { kind: "open" }): Promise<OpenedSource> {
    const source = await openRemoteSource(name, options);
    const disks = source.disks.map((blocks) => {
      const number = this.#next++;
      this.#disks.set(number, { blocks, source });
      return { number, size: blocks.size, blockSize: blocks.blockSize };
    });
    return { disks, warnings: source.warnings ?? [], datasource: source.datasource };
  }

  async #read({ disk, blocks: indexes }: RemoteRequest & { kind: "read" }): Promise<ReadBlocks> {
    const { blocks, source } = this.#disks.get(disk)!;
    const results: (Uint8Array | undefined | { reason: string })[] = [];
    let next = 0;
    const readOn = async () => {
      for (let at = next++; at < indexes.length; at = next++) {
        try {
          results[at] = await blocks.read(indexes[at]!);
        } catch (error) {
          if (!(error instanceof RemoteError)) throw error;
          results[at] = { reason: error.message };
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL, indexes.length) }, readOn));
    return { blocks: results, usage: source.usage() };
  }

  async #close({ disks }: RemoteRequest & { kind: "close" }): Promise<undefined> {
    for (const number of disks) this.#disks.delete(number);
  }
}

function sent(error: unknown): Extract<Reply, { error: unknown }>["error"] {
  if (error instanceof RemoteError) return { message: error.message, status: error.status };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** The memory of blocks that have it for themselves, which is handed over instead of copied. */
function buffersIn(value: RemoteAnswers[keyof RemoteAnswers]): ArrayBuffer[] {
  if (value === undefined || !("blocks" in value)) return [];
  const buffers = value.blocks.flatMap((block) =>
    block instanceof Uint8Array && block.buffer instanceof ArrayBuffer && block.byteLength === block.buffer.byteLength
      ? [block.buffer]
      : [],
  );
  return [...new Set(buffers)];
}
