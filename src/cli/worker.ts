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

/** Bytes of its heap that a thread may keep from one image to the next, and of what is outside it: blocks of disks. */
const KEPT = { heap: 24_000_000, outside: 4_000_000 };

/**
 * Gives back what is left of the last image. V8 by itself waits until a heap has grown to hundreds of megabytes, which is
 * too much for several threads that each lint image after image.
 */
function collectAll(): void {
  // A collection that V8 has begun while the image was in use ends with all that was in use then: a second one frees it.
  for (let times = 0; times < 2; times++) {
    const { used_heap_size, external_memory } = getHeapStatistics();
    if (used_heap_size < KEPT.heap && external_memory < KEPT.outside) return;
    collectGarbage();
  }
}

async function lintWith(source: string, linter: Promise<Linter>): Promise<ImageOutcome> {
  try {
    return await lintImage(source, await linter);
  } catch (error) {
    return failedOutcome(source, error);
  }
}
