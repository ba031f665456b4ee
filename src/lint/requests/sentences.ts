import type { Origin } from "../../image/origin.ts";

/** "a, b, c and 2 more": at most three items. */
export function listed(items: readonly string[]): string {
  const shown = items.slice(0, 3);
  const more = items.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** A line as seen from another: with its path only if that is another file's. */
export function placeOf({ path, line }: Origin, from: Origin): string {
  return path === from.path ? `line ${line}` : `${path}:${line}`;
}
