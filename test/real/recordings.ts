/**
 * Holds the recordings of the unit tests (test/recordings.ts) against the real programs again, and writes them: with
 * CLOUD_INIT_LINT_RECORDINGS=renew the answers of the releases in the real roots take the place of what was recorded for
 * them, also for a new case without answers. What older releases answered stays.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { versionAtLeast } from "../../src/distro/version.ts";
import { openDirectory } from "../../src/image/directory.ts";
import { answerOf, type ByRelease, readRecording } from "../recordings.ts";
import { type Suite, suites } from "./boot/scenario.ts";
import { describeReal, realRoots, roots } from "./describeReal.ts";

export const renew = process.env.CLOUD_INIT_LINT_RECORDINGS === "renew";

/** The cloud-init of a real root. `version` has all its parts, as in 22.4.2. */
interface Release {
  readonly suite: Suite;
  readonly version: string;
}

/** A case: its name, what is asked, and what was answered, by what is judged. */
type Case = Readonly<Record<string, unknown>>;

/** How the answers of a column of a file are written down. */
interface Form {
  /** What a version answered. */
  at(answers: unknown, version: string): unknown;
  /** The answers with that of a version in place. */
  put(answers: unknown, version: string, answer: unknown): unknown;
}

/**
 * A form in which a release says what is other than in the one before; `at` reads it, `of` writes it from the answer of
 * every release, the oldest first. A release goes by its number without the last part.
 */
export function byRelease<Answers extends object>(
  at: (answers: Answers, version: string) => unknown,
  of: (all: ReadonlyMap<string, unknown>) => Answers,
): Form {
  const read = (answers: unknown, version: string) => at((answers ?? {}) as Answers, version);
  return {
    at: read,
    put(answers, version, answer) {
      const known = Object.keys((answers ?? {}) as Answers);
      const release = known.includes(version) ? version : version.split(".").slice(0, 2).join(".");
      const all = [...new Set([...known, release])]
        .sort(byAge)
        .map((other) => [other, other === release ? answer : read(answers, other)] as const);
      return of(new Map(all));
    },
  };
}

const byAge = (a: string, b: string) => (a === b ? 0 : versionAtLeast(a, b) ? 1 : -1);

/** A release that answered as the one before is left out. */
const sparse = byRelease<ByRelease<unknown>>(answerOf, (all) => {
  const answers: Record<string, unknown> = {};
  let last: unknown;
  for (const [version, answer] of all) {
    if (!isDeepStrictEqual(answer, last)) answers[version] = answer;
    last = answer;
  }
  return answers;
});

/** All releases answer alike. */
export const alike: Form = { at: (answer) => answer, put: (_answers, _version, answer) => answer };

/**
 * Tests that a file's answers are those of the real roots. `record` answers for every case, by the columns that it judges;
 * undefined where a column says nothing of a case.
 */
export function holdRecording<One extends Case>(
  file: string,
  record: (release: Release, cases: readonly One[]) => readonly Readonly<Record<string, unknown>>[],
  { form = sparse, on = suites }: { form?: Form; on?: readonly Suite[] } = {},
): void {
  describeReal(`test/${file}`, realRoots, () => {
    const recording = readRecording<One[]>(file);
    const renewed = recording.cases.map((one) => ({ ...one }) as Record<string, unknown>);

    test.each(on)("%s answers as it was recorded", (suite) => {
      const release = releaseOf(suite);
      const answers = record(release, recording.cases);
      expect(answers).toHaveLength(recording.cases.length);
      recording.cases.forEach((one, index) => {
        for (const [column, answer] of Object.entries(answers[index]!)) {
          if (answer === undefined) continue;
          const known = renewed[index]!;
          const recorded = form.at(known[column], release.version);
          if (!renew) expect({ name: one.name, column, answer }).toEqual({ name: one.name, column, answer: recorded });
          else if (!isDeepStrictEqual(answer, recorded))
            known[column] = form.put(known[column], release.version, answer);
        }
      });
    });

    afterAll(() => {
      if (renew) writeRecording(file, { ...recording, cases: renewed });
    });
  });
}

function releaseOf(suite: Suite): Release {
  return { suite, version: detectDistro(openDirectory(join(roots, suite))).cloudInit.version! };
}

/** Writes a file below test/ as the repository formats it. */
export function writeRecording(file: string, recording: object): void {
  const path = join(import.meta.dirname, "..", file);
  const text = JSON.stringify(recording);
  writeFileSync(
    path,
    text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
  execFileSync(join(import.meta.dirname, "../../node_modules/.bin/biome"), ["format", "--write", path]);
}

/** The answer, in JSON, of a Python program (runInRoot) to `input` in JSON. */
export function askRoot<Answer>(suite: Suite, program: string, input: unknown, ...own: string[]): Answer {
  return JSON.parse(runInRoot(suite, program, JSON.stringify(input), ...own)) as Answer;
}

/**
 * What a Python program, given by its path from here, prints when the Python of a root runs it. Directories of the root
 * that are the program's own for this run are empty and are gone with it.
 */
export function runInRoot(suite: Suite, program: string, input: string, ...own: string[]): string {
  const mounts = own.map((path) => `mkdir -p "$0${path}" && mount -t tmpfs tmpfs "$0${path}"`);
  const script = [...mounts, 'exec chroot "$0" python3 -B -c "$1"'].join(" && ");
  const text = readFileSync(join(import.meta.dirname, program), "utf8");
  const answer = execFileSync("unshare", ["--mount", "sh", "-c", script, join(roots, suite), text], {
    input,
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "inherit"],
  });
  return answer.toString();
}
