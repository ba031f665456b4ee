import type { MessagePort } from "node:worker_threads";
import type { RemoteOptions, RemoteUsage } from "./source.ts";

/**
 * How many bytes are asked for at a time. The thread writes them to memory that both threads share and use again: memory
 * of blocks that each thread leaves to its garbage collection would pile up, the more the less often it gets to it.
 */
export const MEMORY = 4 * 2 ** 20;

/** What the thread is asked. `memory` is what it fills until it answers: with blocks one after the other. */
export type RemoteRequest =
  | {
      readonly kind: "open";
      readonly source: string;
      readonly options: RemoteOptions;
      /** Whether other threads open the same. */
      readonly isShared: boolean;
    }
  | {
      readonly kind: "read";
      readonly disk: number;
      readonly blocks: readonly number[];
      readonly memory: SharedArrayBuffer;
    }
  | { readonly kind: "next"; readonly stream: number; readonly memory: SharedArrayBuffer }
  | { readonly kind: "close"; readonly numbers: readonly number[] };

/** What an opened source is: its disks by the numbers that later requests name them with. */
export interface OpenedSource {
  readonly disks: readonly { readonly number: number; readonly size: number; readonly blockSize: number }[];
  /** The number and the size of a disk that can be read only once. */
  readonly stream?: { readonly number: number; readonly size: number | undefined };
  readonly warnings: readonly string[];
  readonly datasource: string | undefined;
}

/** What became of each block: it is in its place in the memory, is of zeros, or cannot be had. */
export type ReadBlock = "read" | "zeros" | { readonly reason: string };

export interface ReadBlocks {
  /** In the order in which they were asked for. */
  readonly blocks: readonly ReadBlock[];
  readonly usage: RemoteUsage;
}

/** How many bytes of a stream came next; 0 at its end. */
export interface NextBytes {
  readonly length: number;
  readonly usage: RemoteUsage;
}

/** The answer to each kind of request. */
export interface RemoteAnswers {
  readonly open: OpenedSource;
  readonly read: ReadBlocks;
  readonly next: NextBytes;
  readonly close: undefined;
}

/** An error in a form that can be sent; without a status it is a fault of the program. */
interface SentError {
  readonly message: string;
  readonly status?: 2 | 3 | 4;
}

export type Reply =
  | { readonly id: number; readonly value: RemoteAnswers[keyof RemoteAnswers] }
  | { readonly id: number; readonly error: SentError };

/** What the thread is started with. */
export interface ThreadData {
  /** The file that holds the whole program; undefined if none does. */
  readonly program: string | undefined;
}

/**
 * A way to the thread for one other thread, at each of its ends. `signal` has two numbers: one grows with each reply, so that
 * a blocked thread can wait for it; the other with each second (`BEAT`) that the thread lives, since a blocked thread is not
 * told that it ended.
 */
export interface Connection {
  readonly port: MessagePort;
  readonly signal: Int32Array;
}

/** How often the thread shows that it lives, in milliseconds. */
export const BEAT = 1000;
