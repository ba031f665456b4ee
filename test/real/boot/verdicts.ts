/**
 * The verdict of every boot, kept in verdicts.json so that one that gets worse shows: `[real, known, planned, happened,
 * contents, equal, unknown]` by suite and title, one line a boot, see Score. CLOUD_INIT_LINT_VERDICTS=renew takes the
 * verdicts of this run; a boot without one gets it in any run.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Score } from "./compare.ts";
import { type Suite, suites } from "./scenario.ts";

type Verdict = readonly number[];

interface OfSuite {
  cloudInit: string | null;
  boots: Record<string, Verdict>;
}

const FILE = join(import.meta.dirname, "verdicts.json");
const renew = process.env.CLOUD_INIT_LINT_VERDICTS === "renew";

/** The verdicts of a suite's boots. */
export class Verdicts {
  readonly #suite: Suite;
  readonly #kept: Readonly<Record<string, Verdict>>;
  readonly #fresh = new Map<string, Verdict>();

  constructor(suite: Suite) {
    this.#suite = suite;
    this.#kept = read()[suite]?.boots ?? {};
  }

  /** How a boot's score differs from the recorded one; undefined if it is the same or there is none yet. */
  judge(title: string, score: Score): string | undefined {
    const verdict = verdictOf(score);
    const kept = Object.hasOwn(this.#kept, title) ? this.#kept[title] : undefined;
    if (kept === undefined || renew) this.#fresh.set(title, verdict);
    if (kept === undefined || renew || kept.join() === verdict.join()) return undefined;
    const worse = faults(verdict).some((count, place) => count > faults(kept)[place]!);
    const change = `the verdict was [${kept.join(", ")}] and is [${verdict.join(", ")}]`;
    return worse ? `worse: ${change}` : `better: ${change}; keep it with CLOUD_INIT_LINT_VERDICTS=renew`;
  }

  /** Writes what is new. Of the titles that are no more the verdicts go. */
  keep(cloudInit: string | null, exists: (title: string) => boolean): void {
    const all = read();
    const boots = Object.entries({ ...this.#kept, ...Object.fromEntries(this.#fresh) }).filter(([title]) =>
      exists(title),
    );
    const before = JSON.stringify(all[this.#suite]);
    const sorted = Object.fromEntries(boots.sort(([a], [b]) => (a < b ? -1 : 1)));
    all[this.#suite] = { cloudInit: cloudInit ?? all[this.#suite]?.cloudInit ?? null, boots: sorted };
    if (JSON.stringify(all[this.#suite]) === before) return;
    writeFileSync(
      FILE,
      print(Object.fromEntries(suites.flatMap((suite) => (all[suite] ? [[suite, all[suite]]] : [])))),
    );
  }
}

function read(): Partial<Record<Suite, OfSuite>> {
  return JSON.parse(readFileSync(FILE, "utf8")) as Partial<Record<Suite, OfSuite>>;
}

/** An array on one line each, as biome writes them. */
function print(value: object): string {
  const text = JSON.stringify(value, undefined, 2);
  return `${text.replace(/\[[^\]]*\]/g, (array) => array.replace(/\s+/g, " ").replace(/^\[ | \]$/g, (end) => end.trim()))}\n`;
}

function verdictOf({ real, known, planned, happened, contents, equal, unknown }: Score): Verdict {
  return [real, known, planned, happened, contents, equal, unknown];
}

/** Counts of which more is worse: paths missed, not certain, false; contents that differ, contents unknown. */
function faults([real = 0, known = 0, planned = 0, happened = 0, contents = 0, equal = 0, unknown = 0]: Verdict) {
  return [real - known, known - happened, planned - happened, contents - equal, unknown];
}
