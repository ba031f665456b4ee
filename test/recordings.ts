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
  return JSON.parse(readFileSync(join("test", file), "utf8")) as Recording<Cases>;
}

/** The cases of a file below test/. */
export function recordedCases<Cases>(file: string): Cases {
  return readRecording<Cases>(file).cases;
}

/** Upstream's plain releases that are simulated, the oldest first. */
export const RELEASES =
  "18.5 19.1 19.2 19.3 19.4 20.1 20.2 20.3 20.4 21.1 21.2 21.3 21.4 22.1 22.2 22.3 22.4 23.1 23.2 23.3 23.4 24.1 24.2 24.3 24.4 25.1 25.2 25.3 26.1 26.2".split(
    " ",
  );

/** Those that the real roots have (test/real/make-roots.sh), by suite. */
export const DEBIAN_RELEASES = { bullseye: "20.4", bookworm: "22.4", trixie: "25.1", sid: "26.2" } as const;

/** Answers by release, the oldest first; a release that is missing answered as the one before. */
export type ByRelease<Answer> = Readonly<Record<string, Answer>>;

/** What a version answered; undefined where it is older than all. */
export function answerOf<Answer>(answers: ByRelease<Answer>, version: string): Answer | undefined {
  const release = Object.keys(answers).findLast((since) => versionAtLeast(version, since));
  return release === undefined ? undefined : answers[release];
}
