/** Whether a sample is taken whole, as the second set of tests does, or in part. A test that takes seconds asks first. */
export const whole = process.env.CLOUD_INIT_LINT_SAMPLES === "whole";

/** How much of something a test takes. A test file that asks is in both sets. */
export function sample(unit: number, real: number): number {
  return whole ? real : unit;
}

/** The same few of a list in the unit tests, one of every `step`, and all of it in the second set. */
export function oneOf<T>(step: number, items: readonly T[]): T[] {
  return items.filter((_, index) => whole || index % step === 0);
}
