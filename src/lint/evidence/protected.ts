import { globPattern } from "../../image/globPattern.ts";
import type { Image } from "../../image/image.ts";

/** The number of entries of an image after which the search ends. */
const MOST_ENTRIES = 100_000;

/**
 * Whether a glob over absolute paths matches an entry of the image that is not a directory; also true if the image is too
 * large to determine that.
 * Links are not followed.
 */
export function namesFile(image: Image, glob: string): boolean {
  const whole = globPattern(glob, "path");
  const parts = glob.startsWith("/") ? glob.split("/").slice(1) : [glob];
  const found = parts.findIndex((part) => part.includes("**"));
  const deep = found === -1 ? parts.length : found;
  const waiting = [{ directory: "", at: 0 }];
  let left = MOST_ENTRIES;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { directory, at } = next;
    const isDeep = at >= deep;
    const part = parts[at] ?? "";
    const own = globPattern(part, "path");
    const names = isDeep || /[*?]/.test(part) ? image.list(directory || "/") : [part];
    for (const name of names) {
      if (left-- === 0) return true;
      const path = `${directory}/${name}`;
      const kind = isDeep || own.matches(name) ? image.lstat(path)?.kind : undefined;
      if (kind === "directory") {
        if (isDeep || at + 1 < parts.length) waiting.push({ directory: path, at: at + 1 });
      } else if (kind !== undefined && whole.matches(path)) return true;
    }
  }
  return false;
}
