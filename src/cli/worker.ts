import { parentPort, workerData } from "node:worker_threads";
import {
  failedOutcome,
  type ImageOutcome,
  type Linter,
  type LintSettings,
  lintImage,
  openLinter,
} from "./lintImages.ts";

/** The work of a thread: lints each image whose name it receives, with the settings that it was started with. */
export function work(): void {
  const linter = openLinter(workerData as LintSettings);
  // Handled where it is awaited.
  linter.catch(() => {});
  parentPort?.on("message", (source: string) => {
    void lintWith(source, linter).then((outcome) => parentPort?.postMessage(outcome));
  });
}

async function lintWith(source: string, linter: Promise<Linter>): Promise<ImageOutcome> {
  try {
    return await lintImage(source, await linter);
  } catch (error) {
    return failedOutcome(source, error);
  }
}
