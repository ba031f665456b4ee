import { getHeapStatistics } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { collectGarbage, keepYoungGenerationsSmall } from "../disk/remote/garbage.ts";
import { useRemoteThread } from "../disk/remote/thread.ts";
import { failedOutcome, type ImageOutcome, type Linter, lintImage, openLinter } from "./lintImages.ts";
import type { LintThreadData } from "./lintThreads.ts";

/** The work of a thread: lints each image whose name it receives, with the settings that it was started with. */
export function work(): void {
  keepYoungGenerationsSmall();
  const { settings, connection } = workerData as LintThreadData;
  if (connection !== undefined) useRemoteThread(connection);
  const linter = openLinter(settings);
  // Handled where it is awaited.
  linter.catch(() => {});
  parentPort?.on("message", (source: string) => {
    void lintWith(source, linter).then((outcome) => {
      parentPort?.postMessage(outcome);
      collectAll();
    });
  });
}

/** Bytes of its heap that a thread may keep from one image to the next. */
const KEPT = 48_000_000;

/** The same of what is outside its heap: blocks of disks. */
const KEPT_OUTSIDE = 8_000_000;

/**
 * Gives back what is left of the last image. V8 by itself waits until a heap has grown to hundreds of megabytes, which is
 * too much for several threads that each lint image after image.
 */
function collectAll(): void {
  const { used_heap_size, external_memory } = getHeapStatistics();
  if (used_heap_size < KEPT && external_memory < KEPT_OUTSIDE) return;
  collectGarbage();
}

async function lintWith(source: string, linter: Promise<Linter>): Promise<ImageOutcome> {
  try {
    return await lintImage(source, await linter);
  } catch (error) {
    return failedOutcome(source, error);
  }
}
