/**
 * The verdict of every boot, kept in verdicts.json so that one that gets worse shows: `[real, known, planned, happened,
 * contents, equal, unknown]` by suite and title, one line a boot, see Score. CLOUD_INIT_LINT_VERDICTS=renew takes the
 * verdicts of this run; a boot without one gets it in any run. `fixes` has, of the images that have safe fixes and were booted
 * with them, how many findings they fix.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Score } from "./compare.ts";
import { type Suite, suites } from "./scenario.ts";

type Verdict = readonly number[];

interface OfSuite {
  cloudInit: string | null;
  boots: Record<string, Verdict>;
  fixes?: Record<string, number>;
}

const FILE = join(import.meta.dirname, "verdicts.json");
const renew = process.env.CLOUD_INIT_LINT_VERDICTS === "renew";

/** The verdicts of a suite's boots. */
export class Verdicts {
  readonly #suite: Suite;
  readonly #kept: Readonly<Record<string, Verdict>>;
  readonly #keptFixes: Readonly<Record<string, number>>;
  readonly #fresh = new Map<string, Verdict>();
  readonly #fixes = new Map<string, number>();

  constructor(suite: Suite) {
    this.#suite = suite;
    const { boots = {}, fixes = {} } = read()[suite] ?? {};
    this.#kept = boots;
    this.#keptFixes = fixes;
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

  /** How many findings the real boot confirms as fixed, if those are fewer than recorded; undefined if not. */
  judgeFixes(title: string, fixed: number): string | undefined {
    const kept = Object.hasOwn(this.#keptFixes, title) ? this.#keptFixes[title]! : 0;
    if (fixed > kept || (fixed < kept && renew)) this.#fixes.set(title, fixed);
    return fixed >= kept || renew ? undefined : `worse: ${kept} findings were fixed, now ${fixed}`;
  }

  /** Writes what is new. Of the titles that are no more the verdicts go. */
  keep(cloudInit: string | null, exists: (title: string) => boolean): void {
    const all = read();
    const sorted = <T>(kept: Readonly<Record<string, T>>, fresh: ReadonlyMap<string, T>) => {
      const rows = Object.entries({ ...kept, ...Object.fromEntries(fresh) }).filter(([title]) => exists(title));
      return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
    };
    const before = JSON.stringify(all[this.#suite]);
    all[this.#suite] = {
      cloudInit: cloudInit ?? all[this.#suite]?.cloudInit ?? null,
      boots: sorted(this.#kept, this.#fresh),
      fixes: sorted(this.#keptFixes, this.#fixes),
    };
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
