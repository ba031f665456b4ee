import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";
import { CannotTell, Raises } from "../../../src/python/errors.ts";
import { Random } from "../../fuzz/random.ts";
import { all, seed } from "../../samples.ts";

/** How many cases of each kind: of 50,000 a part, unless all are asked for. */
const CASES = all ? 50_000 : 4_000;

/** What Python makes of a case: text, or null where it raises. */
type Result = string | null;

/** Cases of one kind, and what src/python makes of them. */
export interface Kind<Case> {
  /** A name that oracle.py knows. */
  readonly name: string;
  readonly make: (random: Random) => Case;
  /** The case in JSON, as oracle.py reads it. */
  readonly encode: (given: Case) => unknown;
  /** @throws Raises where Python is to raise, CannotTell where that is not known */
  readonly ours: (given: Case) => string;
}

/** Most differences that are shown. */
const SHOWN = Number(process.env.CLOUD_INIT_LINT_SHOWN ?? 5);

/** Holds what src/python makes of random cases against what Python does, and reports the share that it cannot tell. */
export function compareAll<Case>(kind: Kind<Case>, most: { readonly untold: number }): void {
  const cases = Array.from({ length: CASES }, (_, index) => kind.make(new Random(`${kind.name} ${seed} ${index}`)));
  const real = realResults(
    kind.name,
    cases.map((one) => kind.encode(one)),
  );
  const different: string[] = [];
  let untold = 0;
  let raised = 0;
  for (const [index, one] of cases.entries()) {
    const ours = resultOf(kind, one);
    if (ours === undefined) untold++;
    else if (ours !== real[index])
      different.push([kind.encode(one), ours, real[index]].map((part) => JSON.stringify(part)).join("\n  "));
    if (real[index] === null) raised++;
  }
  if (process.env.CLOUD_INIT_LINT_COUNTS === "1")
    console.log(`${kind.name}: ${CASES} cases, ${raised} raise, ${untold} are not told, ${different.length} differ`);
  // The shortest cases say most.
  const shown = different.sort((a, b) => a.length - b.length).slice(0, SHOWN);
  if (shown.length > 0)
    throw new Error(`${different.length} of ${CASES}: the case, ours, Python's\n${shown.join("\n")}`);
  expect(untold / CASES).toBeLessThanOrEqual(most.untold);
}

function resultOf<Case>(kind: Kind<Case>, given: Case): Result | undefined {
  try {
    const text = kind.ours(given);
    return /\p{Surrogate}/u.test(text) ? "not text" : text;
  } catch (error) {
    if (error instanceof CannotTell) return undefined;
    if (error instanceof Raises) return null;
    throw new Error(`it breaks: ${JSON.stringify(kind.encode(given))}`, { cause: error });
  }
}

/** So many cases go to one process: Jinja keeps what it compiled. */
const BATCH = 5_000;

function realResults(name: string, cases: readonly unknown[]): Result[] {
  const results: Result[] = [];
  for (let start = 0; start < cases.length; start += BATCH) {
    const input = cases.slice(start, start + BATCH).map((one) => `${JSON.stringify(one)}\n`);
    const oracle = spawnSync("python3", [join(import.meta.dirname, "oracle.py"), name], {
      input: input.join(""),
      encoding: "utf8",
      maxBuffer: 2 ** 29,
    });
    if (oracle.status !== 0) throw new Error(oracle.stderr);
    for (const line of oracle.stdout.trimEnd().split("\n")) results.push(JSON.parse(line));
  }
  return results;
}
