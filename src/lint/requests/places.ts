import type { Origin } from "../../image/origin.ts";

/** A line as seen from another: with its path only if that is another file's. */
export function placeOf({ path, line }: Origin, from: Origin): string {
  return path === from.path ? `line ${line}` : `${path}:${line}`;
}
