/** The number of characters, from the start of a line, that are hashed. */
const WINDOW = 100;
const BASE = 37n;
const END_OF_FILE = "\uffff";

/**
 * The hashes of a text's lines (from 1) by which GitHub's code scanning follows alerts while lines move: a polynomial
 * modulo 2^64 over the next 100 characters that are neither blank nor tab, and a counter among lines with the same hash. The
 * result equals that of github/codeql-action's fingerprints.ts. Undefined if the line does not exist.
 */
export function lineHashes(text: string): (line: number) => string | undefined {
  const squeezed = text.replace(/\r\n?/g, "\n").replace(/[ \t]/g, "") + END_OF_FILE + "\0".repeat(WINDOW);
  const windows: { readonly text: string; readonly count: number }[] = [];
  const counts = new Map<string, number>();
  for (let start = 0, newline = 0; newline !== -1; start = newline + 1) {
    const window = squeezed.slice(start, start + WINDOW);
    const count = (counts.get(window) ?? 0) + 1;
    counts.set(window, count);
    windows.push({ text: window, count });
    newline = squeezed.indexOf("\n", start);
  }
  return (line) => {
    const window = windows[line - 1];
    return window === undefined ? undefined : `${polynomial(window.text).toString(16)}:${window.count}`;
  };
}

function polynomial(window: string): bigint {
  let hash = 0n;
  for (let i = 0; i < WINDOW; i++) hash = BigInt.asUintN(64, hash * BASE + BigInt(window.charCodeAt(i)));
  return hash;
}
