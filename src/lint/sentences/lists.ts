/** The number of items that a sentence names; it counts the others. */
export const MOST_NAMED = 3;

/** A list in prose: "a, b and c", "a, b, c and 2 more". */
export function shortList(items: readonly string[]): string {
  const more = items.length - MOST_NAMED;
  return inWords(more > 0 ? [...items.slice(0, MOST_NAMED), `${more} more`] : items);
}

/** All items in prose: "a", "a and b", "a, b and c". */
export function inWords(items: readonly string[], conjunction: "and" | "or" = "and"): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}
