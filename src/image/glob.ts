import { globPattern } from "./globPattern.ts";
import type { Image } from "./image.ts";
import { isTooLong } from "./resolve.ts";

const PARTS_LIMIT = 64;
/** The number of paths to check if the caller does not count them. */
const LOOKS_LIMIT = 200_000;

/**
 * The paths in the image that match a glob(3) pattern, in the order of their bytes: `*`, `?`, `[...]` and `\`, none of
 * which matches a slash or a leading dot. `pattern` is absolute. Broken links are omitted.
 * @param looks is called with a number of paths before they are checked, and ends the search by throwing. Links can make
 * a few directories look like many. Without it, the search stops early at a limit.
 */
export function expandGlob(image: Image, pattern: string, looks?: (paths: number) => void): string[] {
  const parts = pattern.split("/").filter((part) => part !== "");
  if (parts.length > PARTS_LIMIT || isTooLong(pattern)) return [];
  let left = LOOKS_LIMIT;
  const count = (paths: number): boolean => {
    looks?.(paths);
    left -= looks === undefined ? paths : 0;
    return left >= 0;
  };
  let found = [""];
  for (const [at, part] of parts.entries()) {
    found = isPattern(part) ? matchingIn(image, found, part, count) : found.map((directory) => `${directory}/${part}`);
    // Of consecutive literal components, only the last is looked up.
    const next = parts[at + 1];
    if (isPattern(part) || next === undefined || isPattern(next))
      found = found.filter((path) => count(1) && image.stat(path) !== undefined);
  }
  return found.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function matchingIn(
  image: Image,
  directories: readonly string[],
  part: string,
  count: (paths: number) => boolean,
): string[] {
  const compiled = globPattern(part, "component");
  // A long pattern takes longer to match.
  const weight = 1 + (compiled.length >> 3);
  const found: string[] = [];
  for (const directory of directories) {
    const names = image.list(directory || "/");
    if (!count((names.length + 1) * weight)) break;
    for (const name of names) if (compiled.matches(name)) found.push(`${directory}/${name}`);
  }
  return found;
}

function isPattern(part: string): boolean {
  return /[*?[\\]/.test(part);
}

/** Whether one component of a path matches one component of a glob(3) pattern. */
export function matchesGlob(pattern: string, name: string): boolean {
  return globPattern(pattern, "component").matches(name);
}
