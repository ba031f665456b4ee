import { existsSync } from "node:fs";
import { type Baseline, type BaselineEntry, goneEntries, isOfOtherImage, mergedEntries } from "../lint/baseline.ts";
import { escapeText } from "../report/escape.ts";
import { readBaseline, writeBaseline } from "./baselineFile.ts";
import { EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import type { ImageOutcome } from "./lintImages.ts";
import type { Output } from "./output.ts";

/** The options that concern a baseline. */
export interface BaselineFlags {
  readonly baseline?: string;
  readonly writeBaseline?: string;
}

/** The file that a run writes its baseline to, for the checks of such files. */
export function baselineOutput({ writeBaseline: file }: BaselineFlags): Output[] {
  return file === undefined ? [] : [{ format: "baseline", file, option: `--write-baseline ${file}` }];
}

/** The baseline that a run compares with; undefined if no baseline is read or written. @throws CommandError if it is invalid */
export function openBaseline({ baseline, writeBaseline: file }: BaselineFlags) {
  if (baseline === undefined && file === undefined) return undefined;
  return { known: baseline === undefined ? undefined : readBaseline(baseline) };
}

/**
 * Says what is gone from the baseline, and writes the new one. If not all could be read, nothing is removed from it; if a part of
 * the run failed otherwise, nothing is written.
 * @param status the exit status regardless of findings
 * @throws CommandError if it cannot be written
 */
export async function settleBaseline(
  known: Baseline | undefined,
  outcomes: readonly ImageOutcome[],
  status: number,
  { writeBaseline: file }: BaselineFlags,
  io: Io,
): Promise<void> {
  const now = mergedEntries(outcomes.map(({ entries }) => entries));
  const isComplete = status === EXIT.clean;
  const say = (text: string) => io.err(`cloud-init-lint: ${escapeText(text)}\n`);
  if (file === undefined) {
    if (known !== undefined && isComplete) reportGone(known, now, say);
    return;
  }
  if (!isComplete && status !== EXIT.nothing && status !== EXIT.incomplete) return;
  const earlier = isComplete ? undefined : (known ?? (existsSync(file) ? readBaseline(file) : undefined));
  const entries = earlier === undefined ? now : mergedEntries([earlier.entries, now]);
  await writeBaseline(file, entries);
  const kept = isComplete ? "" : "; nothing was removed, because not everything could be read";
  say(`${file}: ${counted(entries.length)} written${kept}`);
}

function reportGone(known: Baseline, now: readonly BaselineEntry[], say: (text: string) => void): void {
  const { path } = known;
  const gone = goneEntries(known, now).length;
  if (gone === 0) return;
  if (isOfOtherImage(known, now))
    say(`warning: no finding of this run is in ${path} (${counted(gone)}); is it the baseline of another image?`);
  else
    say(`${path}: ${counted(gone)} no longer ${gone === 1 ? "occurs" : "occur"}; --write-baseline ${path} updates it`);
}

function counted(entries: number): string {
  return `${entries} ${entries === 1 ? "entry" : "entries"}`;
}
