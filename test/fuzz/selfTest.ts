import { type Target, textTarget } from "./target.ts";

const texts = ["one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n"];

/** What ends a process each time is not tried as often. */
const short = ["three\nfour\n"];

/** Every fault that the fuzzer is to find, on purpose: run only where they are named. */
export const selfTests: readonly Target[] = [
  textTarget("self-test-exception", { texts }, (text) => {
    if (text.includes("three")) throw new TypeError("three is too many");
  }),
  textTarget("self-test-output", { texts }, (text, checks) => {
    if (text.includes("three")) checks.printed("text", "a \x1b[31m");
  }),
  textTarget("self-test-hang", { texts: short }, (text) => {
    for (let turns = 0; text.includes("three"); turns++) if (turns < 0) return;
  }),
  textTarget("self-test-memory", { texts: short }, (text) => {
    if (text.includes("three")) return Buffer.alloc(900 * 2 ** 20, 1).length;
    return 0;
  }),
  textTarget("self-test-heap", { texts: short }, (text) => {
    const kept: unknown[] = [];
    while (text.includes("three")) kept.push(new Array(1000).fill(kept.length));
  }),
  textTarget("self-test-clean", { texts }, (text) => text.length),
];
