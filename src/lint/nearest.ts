import { closest, distance } from "fastest-levenshtein";

/** The known word that is so near that it may be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  // Of words of these lengths the distance alone is too great, and would take long to tell.
  const longest = known.reduce((most, one) => Math.max(most, one.length), 0);
  if (word.length - longest > Math.max(2, word.length / 3)) return undefined;
  const near = closest(word, [...known]);
  return distance(word, near) <= Math.max(2, word.length / 3) ? near : undefined;
}
