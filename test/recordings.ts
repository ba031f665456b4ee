/**
 * Recordings: JSON files of what the real programs answered, for the unit tests to compare with. Each says in `source`
 * which program, of which releases, and in `recorder` which test of test/real holds it against the real program again and
 * writes it anew (null: nothing in the repository can).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { versionAtLeast } from "../src/distro/version.ts";

export interface Recording<Cases> {
  readonly source: string;
  readonly recorder: string | null;
  readonly cases: Cases;
}

/** What was recorded, of a file below test/. */
export function readRecording<Cases>(file: string): Recording<Cases> {
  return JSON.parse(readFileSync(join(import.meta.dirname, file), "utf8")) as Recording<Cases>;
}

/** The cases of a file below test/. */
export function recordedCases<Cases>(file: string): Cases {
  return readRecording<Cases>(file).cases;
}

/** Answers by release, the oldest first; a release that is missing answered as the one before. */
export type ByRelease<Answer> = Readonly<Record<string, Answer>>;

/** What a version answered; undefined where it is older than all. */
export function answerOf<Answer>(answers: ByRelease<Answer>, version: string): Answer | undefined {
  const release = Object.keys(answers).findLast((since) => versionAtLeast(version, since));
  return release === undefined ? undefined : answers[release];
}
