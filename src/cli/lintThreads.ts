import { getHeapStatistics } from "node:v8";
import { Worker } from "node:worker_threads";
import { shownName } from "../disk/remote/https/shownUrl.ts";
import { remoteKindOf } from "../disk/remote/kinds.ts";
import type { Connection } from "../disk/remote/messages.ts";
import { packedFile } from "../disk/remote/programFile.ts";
import { connectionToShare } from "../disk/remote/thread.ts";
import { CommandError, EXIT } from "./exit.ts";
import { failedOutcome, type ImageOutcome, type LintSettings } from "./lintImages.ts";

/** MB for the youngest objects of a thread. V8 takes 48 for each, of which an image hardly needs more than these. */
const YOUNG = 2;

/** How to run threads, and what to tell while they work. */
export interface ThreadOptions {
  /** The file that holds the whole program. */
  readonly program: string;
  /** The number of threads. */
  readonly jobs: number;
  /** Called when an image is begun. */
  begun(source: string): void;
  /** Called when an image is done. */
  done(outcome: ImageOutcome): void;
}

/** What a thread is started with. */
export interface LintThreadData {
  readonly settings: LintSettings;
  /** The way to the thread that reads from other machines, if an image is on one. */
  readonly connection: Connection | undefined;
}

/**
 * Lints images in threads, one image at a time in each. Returns the outcomes in the order of the images. A thread that
 * dies, for example since an image needs more memory than there is, costs the outcome of its image only.
 */
export async function lintInThreads(
  sources: readonly string[],
  settings: LintSettings,
  { program, jobs, begun, done }: ThreadOptions,
): Promise<ImageOutcome[]> {
  const outcomes: ImageOutcome[] = [];
  let next = 0;
  // As much as this thread may use, since an image must not fail for the number of threads.
  const memory = Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);
  // One thread reads from other machines for all.
  const isAnyRemote = [...sources, settings.pristine ?? ""].some((source) => remoteKindOf(source) !== undefined);
  /** Lints image after image until none is left or the thread dies. */
  const useThread = async () => {
    const connection = isAnyRemote ? connectionToShare() : undefined;
    const data: LintThreadData = { settings, connection };
    const thread = new Worker(packedFile("start.cjs") ?? "require(process.argv[2]).work()", {
      eval: true,
      argv: [program],
      workerData: data,
      transferList: connection === undefined ? [] : [connection.port],
      resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: YOUNG },
    });
    // An error that comes between two images must not end the program.
    thread.on("error", () => {});
    try {
      while (next < sources.length) {
        const index = next++;
        const source = sources[index]!;
        begun(source);
        const answer = await answerOf(thread, source);
        const outcome = answer instanceof Error ? failedOutcome(source, inWords(source, answer, memory)) : answer;
        outcomes[index] = outcome;
        done(outcome);
        if (answer instanceof Error) return;
      }
    } finally {
      await thread.terminate();
    }
  };
  const useThreads = async () => {
    while (next < sources.length) await useThread();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, sources.length) }, useThreads));
  return outcomes;
}

/** An error that ended a thread, in words if it is not a bug. @param memory what the thread could use, in MB */
function inWords(source: string, error: NodeJS.ErrnoException, memory: number): Error {
  if (error.code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  const advice = "allow more with NODE_OPTIONS=--max-old-space-size=MEGABYTES";
  return new CommandError(EXIT.fault, `${shownName(source)}: needs more than ${memory} MB of memory; ${advice}`);
}

/** What a thread says of an image, or the error that ended the thread. */
function answerOf(thread: Worker, source: string): Promise<ImageOutcome | Error> {
  return new Promise((resolve) => {
    const listeners = {
      message: (outcome: ImageOutcome) => settle(outcome),
      messageerror: (error: Error) => settle(error),
      error: (error: Error) => settle(error),
      exit: (code: number) => settle(new Error(`its thread ended with exit code ${code}`)),
    };
    const settle = (answer: ImageOutcome | Error) => {
      for (const [event, listener] of Object.entries(listeners)) thread.off(event, listener);
      resolve(answer);
    };
    for (const [event, listener] of Object.entries(listeners)) thread.on(event, listener);
    thread.postMessage(source);
  });
}
