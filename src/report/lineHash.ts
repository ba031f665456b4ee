/** So many characters, from the start of a line on, make its hash. */
const WINDOW = 100;
const BASE = 37n;
const END_OF_FILE = "\uffff";

/**
 * The hash of a line (from 1) by which GitHub's code scanning follows an alert while lines move: a polynomial modulo 2^64
 * over the next 100 characters that are neither blank nor tab, and which of the lines with this hash it is. As
 * github/codeql-action's fingerprints.ts computes it, so that both give the same. Undefined where there is no such line.
 */
export function lineHash(text: string, line: number): string | undefined {
  const squeezed = text.replace(/\r\n?/g, "\n").replace(/[ \t]/g, "") + END_OF_FILE + "\0".repeat(WINDOW);
  const starts = [0];
  while (starts.length < line) {
    const newline = squeezed.indexOf("\n", starts.at(-1));
    if (newline === -1) return undefined;
    starts.push(newline + 1);
  }
  const start = starts.at(-1)!;
  const window = squeezed.slice(start, start + WINDOW);
  const equal = starts.filter((other) => squeezed.startsWith(window, other)).length;
  return `${polynomial(window).toString(16)}:${equal}`;
}

function polynomial(window: string): bigint {
  let hash = 0n;
  for (let i = 0; i < WINDOW; i++) hash = BigInt.asUintN(64, hash * BASE + BigInt(window.charCodeAt(i)));
  return hash;
}
