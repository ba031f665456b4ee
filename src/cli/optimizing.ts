import { setFlagsFromString } from "node:v8";

/**
 * Makes V8 optimize a function only after it has run thirty times as long as usual. Most runs are over before what is
 * optimized earlier pays: a third of their processor time goes there. For the whole process.
 */
export function optimizeLater(): void {
  const isBefore12 = Number.parseInt(process.versions.v8, 10) < 12;
  for (const flag of [
    ...(isBefore12
      ? ["--interrupt-budget=2000000"]
      : ["--invocation-count-for-maglev=12000", "--invocation-count-for-turbofan=90000"]),
    // Of regular expressions too, most are used once or twice.
    "--no-regexp-peephole-optimization",
  ])
    setFlagsFromString(flag);
}
