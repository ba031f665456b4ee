import type { StoredInput } from "./stored.ts";

/** An input that did harm once. */
export interface Found {
  readonly target: string;
  /** What it did. */
  readonly what: string;
  readonly input: StoredInput;
}

/** What the fuzzer found and no test of a parser's own holds: put an input here as it was saved, made as small as it goes. */
export const found: readonly Found[] = [];
