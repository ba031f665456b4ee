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
  const elements = elementsOf(part);
  // A long pattern takes longer to match.
  const weight = 1 + (elements.length >> 3);
  const found: string[] = [];
  for (const directory of directories) {
    const names = image.list(directory || "/");
    if (!count((names.length + 1) * weight)) break;
    for (const name of names) if (matches(part, elements, name)) found.push(`${directory}/${name}`);
  }
  return found;
}

function isPattern(part: string): boolean {
  return /[*?[\\]/.test(part);
}

/** Whether one component of a path matches one component of a pattern. Takes at most pattern × name steps. */
export function matchesGlob(pattern: string, name: string): boolean {
  return matches(pattern, elementsOf(pattern), name);
}

/** The elements of a pattern component: stars, and elements that match one character. */
type Element = "star" | ((character: string) => boolean);

function elementsOf(pattern: string): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < pattern.length; ) {
    const character = pattern[at]!;
    const next = at + 1;
    const end = character === "[" ? classEnd(pattern, at) : -1;
    if (character === "*") elements.push("star");
    else if (character === "?") elements.push(() => true);
    else if (end !== -1) {
      const text = pattern.slice(next, end);
      elements.push((one) => inClass(text, one));
    } else if (character === "\\" && next < pattern.length) {
      const escaped = pattern[next];
      elements.push((one) => one === escaped);
    } else elements.push((one) => one === character);
    at = end !== -1 ? end + 1 : character === "\\" && next < pattern.length ? at + 2 : next;
  }
  return elements;
}

/** The end of the class that begins at `at`; -1 if there is none. */
function classEnd(pattern: string, at: number): number {
  return pattern.indexOf("]", at + (pattern[at + 1] === "!" || pattern[at + 1] === "^" ? 3 : 2));
}

function matches(pattern: string, elements: readonly Element[], name: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".") && !pattern.startsWith("\\.")) return false;
  let e = 0;
  let n = 0;
  let star: { e: number; n: number } | undefined;
  while (n < name.length) {
    const element = elements[e];
    if (element === "star") {
      star = { e: ++e, n };
    } else if (element?.(name[n]!) === true) {
      e++;
      n++;
    } else if (star !== undefined) {
      // The last star matches one more character; earlier ones need not be retried.
      e = star.e;
      n = ++star.n;
    } else {
      return false;
    }
  }
  while (elements[e] === "star") e++;
  return e === elements.length;
}

function inClass(text: string, character: string): boolean {
  const negated = text.startsWith("!") || text.startsWith("^");
  let inside = false;
  for (let i = negated ? 1 : 0; i < text.length; i++) {
    const isRange = text[i + 1] === "-" && i + 2 < text.length;
    if (isRange ? text[i]! <= character && character <= text[i + 2]! : text[i] === character) inside = true;
    if (isRange) i += 2;
  }
  return inside !== negated;
}
