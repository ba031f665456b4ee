/**
 * How much is tried. The unit tests take a part of a sample. The real ones, in which these test files run again, take more:
 * what fits the time that CONTRIBUTING gives them, and with CLOUD_INIT_LINT_ALL=1 (`.ci/run --all`) everything.
 */

/** Whether this is the real set. A test that takes seconds asks first. */
export const whole = process.env.CLOUD_INIT_LINT_SAMPLES === "whole";

/** Whether nothing is left out, whatever it takes. */
export const all = process.env.CLOUD_INIT_LINT_ALL === "1";

/** What every random choice and value follows from; CLOUD_INIT_LINT_SEED gives another. */
export const seed = Number(process.env.CLOUD_INIT_LINT_SEED ?? 1);

/** A seed of a test's own: `number` itself unless CLOUD_INIT_LINT_SEED says otherwise. */
export function seedOf(number: number): number {
  return number + seed - 1;
}

/** How much of something a test takes. A test file that asks is in both sets. */
export function sample(unit: number, real: number, everything = real): number {
  return all ? everything : whole ? real : unit;
}

/** The same few of a list in the unit tests, one of every `step`, and all of it in the real ones. */
export function oneOf<T>(step: number, items: readonly T[]): T[] {
  return items.filter((_, index) => whole || index % step === 0);
}

/** One of every `step` of a list, by their titles and the seed, and all of it where nothing is left out. Prints how many. */
export function chosen<T>(what: string, step: number, items: readonly T[], title: (item: T) => string): T[] {
  const taken = items.filter((item) => all || hash(`${seed} ${title(item)}`) % step === 0);
  printSample(what, taken.length, items.length);
  return taken;
}

/** Prints how much of something is tried. */
export function printSample(what: string, taken: number, of: number): void {
  const rest = taken < of ? `; CLOUD_INIT_LINT_SEED=N takes others, CLOUD_INIT_LINT_ALL=1 all` : "";
  console.log(`sample: ${taken} of ${of} ${what} (seed ${seed}${rest})`);
}

/** A hash that is good enough to choose by: the same text gives the same number on every machine. */
export function hash(text: string): number {
  let value = 2166136261;
  for (const letter of text) value = Math.imul(value ^ letter.codePointAt(0)!, 16777619) >>> 0;
  return value;
}
