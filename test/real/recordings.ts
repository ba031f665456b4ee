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

const renew = process.env.CLOUD_INIT_LINT_RECORDINGS === "renew";

/** The cloud-init of a real root. `version` has all its parts, as in 22.4.2. */
interface Release {
  readonly suite: Suite;
  readonly version: string;
}

/** A case: its name, what is asked, and what was answered, by what is judged. */
type Case = Readonly<Record<string, unknown>>;

/** How the answers of a column of a file are written down. */
export interface Form {
  at(answers: unknown, version: string): unknown;
  /** From the answer of every release, the oldest first. */
  of(all: ReadonlyMap<string, unknown>): unknown;
}

/** A release that answered as the one before is left out. */
const sparse: Form = {
  at: (answers, version) => answerOf((answers ?? {}) as ByRelease<unknown>, version),
  of: (all) => {
    const answers: Record<string, unknown> = {};
    let last: unknown;
    for (const [version, answer] of all) {
      if (!isDeepStrictEqual(answer, last)) answers[version] = answer;
      last = answer;
    }
    return answers;
  },
};

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
            known[column] = withAnswer(form, known[column], release.version, answer);
        }
      });
    });

    afterAll(() => {
      if (renew) write(file, { ...recording, cases: renewed });
    });
  });
}

function releaseOf(suite: Suite): Release {
  return { suite, version: detectDistro(openDirectory(join(roots, suite))).cloudInit.version! };
}

/** The answers of a column with a release's in place. A release goes by its number without the last part. */
function withAnswer(form: Form, answers: unknown, version: string, answer: unknown): unknown {
  const known = Object.keys((answers ?? {}) as object);
  const short = version.split(".").slice(0, 2).join(".");
  const release = known.includes(version) ? version : short;
  const all = new Map<string, unknown>();
  for (const other of [...new Set([...known, release])].sort(byAge))
    all.set(other, other === release ? answer : form.at(answers, other));
  return form.of(all);
}

const byAge = (a: string, b: string) => (a === b ? 0 : versionAtLeast(a, b) ? 1 : -1);

function write(file: string, recording: object): void {
  const path = join(import.meta.dirname, "..", file);
  writeFileSync(path, JSON.stringify(recording));
  execFileSync(join(import.meta.dirname, "../../node_modules/.bin/biome"), ["format", "--write", path]);
}

/**
 * The answer (JSON) of a Python program of this directory that a root's own Python runs with `input` (JSON). Directories
 * of the root that are the program's own for this run are empty and are gone with it.
 */
export function askRoot<Answer>(suite: Suite, program: string, input: unknown, ...own: string[]): Answer {
  const mounts = own.map((path) => `mkdir -p "$0${path}" && mount -t tmpfs tmpfs "$0${path}"`);
  const script = [...mounts, 'exec chroot "$0" python3 -B -c "$1"'].join(" && ");
  const text = readFileSync(join(import.meta.dirname, program), "utf8");
  const answer = execFileSync("unshare", ["--mount", "sh", "-c", script, join(roots, suite), text], {
    input: JSON.stringify(input),
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "inherit"],
  });
  return JSON.parse(answer.toString()) as Answer;
}
