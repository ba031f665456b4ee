import { statSync } from "node:fs";
import { shownName } from "../disk/remote/https/shownUrl.ts";
import { remoteKindOf } from "../disk/remote/kinds.ts";
import { isArchive, readHead } from "../image/sniff.ts";
import type { Io } from "./io.ts";
import { collectLeftovers } from "./leftovers.ts";
import { type ImageOutcome, type Linter, lintImage, withUsage } from "./lintImages.ts";
import { lintInThreads } from "./lintThreads.ts";
import { startProgress } from "./progress.ts";

/** How a run goes about its images. */
export interface RunOptions {
  /** The number of images to lint at a time, each in a thread. */
  readonly jobs: number;
  /** Shows no progress. */
  readonly quiet: boolean;
}

/** Lints all images. Returns the outcomes in the order of the images; they are the same for any number of threads. */
export async function lintAll(
  sources: readonly string[],
  linter: Linter,
  { jobs, quiet }: RunOptions,
  io: Io,
): Promise<ImageOutcome[]> {
  const { program } = io;
  const canUseThreads = program !== undefined && jobs > 1 && linter.settings.pristine !== "-";
  const large = canUseThreads ? [...sources.keys()].filter((index) => isImage(sources[index]!)) : [];
  const apart = large.length > 1 ? large : [];
  const progress = startProgress(quiet ? undefined : io);
  let count = 0;
  let notLinted = 0;
  const show = (doing: string) => {
    const failed = notLinted === 0 ? "" : `, ${notLinted} not linted`;
    const state = sources.length === 1 ? "" : `${count} of ${sources.length} images done${failed}; `;
    progress.show(`${state}${doing}`);
  };
  const begun = (source: string) => show(`linting ${source === "-" ? "standard input" : shownName(source)}`);
  const done = (outcome: ImageOutcome) => {
    count++;
    if (outcome.notLinted !== undefined) notLinted++;
  };
  const outcomes: ImageOutcome[] = [];
  try {
    for (const [index, source] of sources.entries()) {
      if (apart.includes(index)) continue;
      begun(source);
      // A lint is one long computation, during which no handler of a signal could run.
      const settled = progress.endOnInterrupt();
      const opened = () => {
        begun(source);
        settled();
      };
      const outcome = await lintImage(source, linter, opened, (bytes, size) =>
        show(`downloading ${inMebibytes(bytes, size)} of ${shownName(source)}`),
      );
      settled();
      done(outcome);
      outcomes[index] = outcome;
      // Where the program is a part of another one, memory is the other's business.
      if (program !== undefined && sources.length > 1) collectLeftovers();
    }
    if (program !== undefined && apart.length > 0) {
      const names = apart.map((index) => sources[index]!);
      const settled = progress.endOnInterrupt();
      const ofThreads = await lintInThreads(names, linter.settings, { program, jobs, begun, done });
      settled();
      for (const [at, outcome] of ofThreads.entries()) outcomes[apart[at]!] = outcome;
      countPristine(outcomes, linter);
    }
  } finally {
    progress.end();
  }
  return outcomes;
}

/** Such as `12 of 300 MiB`. */
function inMebibytes(bytes: number, size: number | undefined): string {
  const [done, all] = [bytes, size ?? 0].map((count) => Math.round(count / 2 ** 20));
  return size === undefined ? `${done} MiB` : `${done} of ${all} MiB`;
}

/** What this thread read of the unmodified image, while others lint, is told with the first image. */
function countPristine(outcomes: ImageOutcome[], { readOfPristine }: Linter): void {
  const at = outcomes.findIndex(({ report }) => report !== undefined);
  const first = outcomes[at];
  if (first?.report !== undefined) outcomes[at] = { ...first, report: withUsage(first.report, [readOfPristine?.()]) };
}

/** Whether a thread is worth its start: it can read the image itself, and the lint is not that of a single file. */
function isImage(source: string): boolean {
  if (source === "-") return false;
  if (remoteKindOf(source) !== undefined) return true;
  try {
    const stat = statSync(source);
    return stat.isDirectory() || (stat.isFile() && isArchive(readHead(source)));
  } catch {
    return false;
  }
}
