import { closest, distance } from "fastest-levenshtein";

/** The known word that is similar enough to be the intended one; undefined if there is none. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = closest(word, [...known]);
  return distance(word, near) <= Math.max(2, word.length / 3) ? near : undefined;
}
