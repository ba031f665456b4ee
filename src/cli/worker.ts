import { parentPort, workerData } from "node:worker_threads";
import { keepYoungGenerationsSmall } from "../disk/garbage.ts";
import { useRemoteThread } from "../disk/remote/thread.ts";
import { collectLeftovers } from "./leftovers.ts";
import { failedOutcome, type ImageOutcome, type Linter, lintImage, openLinter } from "./lintImages.ts";
import type { LintThreadData } from "./lintThreads.ts";

/** The work of a thread: lints each image whose name it receives, with the settings that it was started with. */
export function work(): void {
  keepYoungGenerationsSmall();
  const { settings, connection } = workerData as LintThreadData;
  if (connection !== undefined) useRemoteThread(connection);
  const linter = openLinter(settings, { isShared: true });
  // Handled where it is awaited.
  linter.catch(() => {});
  parentPort?.on("message", (source: string) => {
    void lintWith(source, linter).then((outcome) => {
      parentPort?.postMessage(outcome);
      collectLeftovers();
    });
  });
}

async function lintWith(source: string, linter: Promise<Linter>): Promise<ImageOutcome> {
  try {
    // What is left of opening it, above all blocks of disks, would stay until its end.
    return await lintImage(source, await linter, collectLeftovers);
  } catch (error) {
    return failedOutcome(source, error);
  }
}
