import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import code from "../../../dist/remote.thread.js?raw";
import {
  BEAT,
  type Connection,
  MEMORY,
  type RemoteAnswers,
  type RemoteRequest,
  type Reply,
  type ThreadData,
} from "./messages.ts";
import { programFile } from "./programFile.ts";
import { RemoteError } from "./source.ts";

type AnswerTo<R extends RemoteRequest> = RemoteAnswers[R["kind"]];

/** How long a blocked thread waits for a reply, in milliseconds: longer than all retries of a request take. */
const LONGEST = 15 * 60_000;

/** How many beats of the thread may fail to come before it is taken for dead. */
const MOST_MISSED = 60;

/**
 * The thread that reads from other machines: `serve.ts`, built apart, since loading the whole program would take longer.
 * Its answers can be awaited, or waited for where a reader needs a block at once: readers are synchronous, whatever they
 * read.
 */
export class RemoteThread {
  readonly #port: MessagePort;
  readonly #signal: Int32Array;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #mostMissed: number;
  /** Memory that nothing is in. */
  readonly #memories: SharedArrayBuffer[] = [];
  #next = 0;
  /** Why it has ended. */
  #ended: string | undefined;

  /** @param worker the thread itself, where it was started here */
  constructor({ port, signal }: Connection, worker?: Worker, mostMissed = MOST_MISSED) {
    this.#mostMissed = mostMissed;
    this.#signal = signal;
    worker?.on("error", (error) => this.#end(error.message));
    worker?.on("exit", (code) => this.#end(`the thread that reads from other machines ended with ${code}`));
    this.#port = port;
    port.on("message", (reply: Reply) => this.#deliver(reply));
    if (worker === undefined) port.on("close", () => this.#end("the thread that reads from other machines ended"));
    port.unref();
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** @throws {RemoteError} if the source cannot be read */
  async ask<R extends RemoteRequest>(request: R): Promise<AnswerTo<R>> {
    const reply = await new Promise<Reply>((resolve) => {
      if (!this.hasEnded) this.#port.ref();
      this.#post(request, resolve);
    });
    return answerIn<R>(reply);
  }

  /** The same without letting anything else happen meanwhile. @throws {RemoteError} */
  askNow<R extends RemoteRequest>(request: R): AnswerTo<R> {
    let answer: Reply | undefined;
    this.#post(request, (reply) => {
      answer = reply;
    });
    const end = Date.now() + LONGEST;
    for (let missed = 0, beats = Atomics.load(this.#signal, 1); answer === undefined; ) {
      const seen = Atomics.load(this.#signal, 0);
      const received = receiveMessageOnPort(this.#port);
      if (received !== undefined) {
        this.#deliver(received.message as Reply);
        continue;
      }
      if (Atomics.wait(this.#signal, 0, seen, BEAT) !== "timed-out") continue;
      const now = Atomics.load(this.#signal, 1);
      missed = now === beats ? missed + 1 : 0;
      beats = now;
      if (missed > this.#mostMissed) this.#end("the thread that reads from other machines does not answer any more");
      else if (Date.now() > end) throw new RemoteError(4, "no answer came within 15 minutes");
    }
    return answerIn<R>(answer);
  }

  /** Memory that the thread fills. */
  takeMemory(): SharedArrayBuffer {
    return this.#memories.pop() ?? new SharedArrayBuffer(MEMORY);
  }

  /** Says that an answer has come, and that what is in its memory is no longer needed. */
  giveBack(memory: SharedArrayBuffer): void {
    this.#memories.push(memory);
  }

  /** The same without waiting for an answer. */
  tell(request: RemoteRequest): void {
    this.#post(request, () => {});
  }

  #post(request: RemoteRequest, deliver: (reply: Reply) => void): void {
    const id = this.#next++;
    if (this.#ended !== undefined) {
      deliver({ id, error: { message: this.#ended } });
      return;
    }
    this.#waiting.set(id, deliver);
    this.#port.postMessage({ id, request });
  }

  #deliver(reply: Reply): void {
    const deliver = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#port.unref();
    deliver?.(reply);
  }

  /** Whoever waits is told that no answer will come. */
  #end(message: string): void {
    this.#ended ??= message;
    for (const id of [...this.#waiting.keys()]) this.#deliver({ id, error: { message } });
  }
}

function answerIn<R extends RemoteRequest>(reply: Reply): AnswerTo<R> {
  if ("value" in reply) return reply.value as AnswerTo<R>;
  const { message, status } = reply.error;
  throw status === undefined ? new Error(message) : new RemoteError(status, message);
}

/** Starts the thread. It ends with the program, which waits only while an answer is awaited. @param program what it runs */
export function startRemoteThread(program = code): Worker {
  const data: ThreadData = { program: programFile() };
  // Blocks are outside the heap, and are freed only with the small objects that hold them.
  const resourceLimits = { maxYoungGenerationSizeMb: 4 };
  const worker = new Worker(program, { eval: true, workerData: data, resourceLimits });
  // Whoever waits for an answer is told.
  worker.on("error", () => {});
  worker.unref();
  return worker;
}

/** Gives another way to the thread: this end of it can be sent to the thread that will use it. */
export function connectionTo(worker: Worker): Connection {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(8));
  worker.postMessage({ port: port2, signal } satisfies Connection, [port2]);
  return { port: port1, signal };
}

let thread: RemoteThread | undefined;
/** What this thread has started for it. */
let started: Worker | undefined;

/** Lets this thread read through one that another has started. */
export function useRemoteThread(connection: Connection): void {
  thread = new RemoteThread(connection);
}

/** The thread of this process, or of this thread of it: started when first used, and again if it ended. */
export function remoteThread(): RemoteThread {
  if (thread?.hasEnded !== false) {
    started = startRemoteThread();
    thread = new RemoteThread(connectionTo(started), started);
  }
  return thread;
}

/** A further way to the thread that this one has started or starts, for a thread of this one. */
export function connectionToShare(): Connection {
  remoteThread();
  return connectionTo(started!);
}
