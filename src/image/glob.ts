import type { Image } from "./image.ts";

/**
 * The paths in the image that a glob(3) pattern names, in the order of their bytes: `*`, `?`, `[...]` and `\`, none of
 * which matches a slash or a leading dot. `pattern` is absolute. Links that lead nowhere are left out.
 */
export function expandGlob(image: Image, pattern: string): string[] {
  let found = [""];
  const parts = pattern.split("/").filter((part) => part !== "");
  for (const [at, part] of parts.slice(0, PARTS_LIMIT).entries()) {
    found = isPattern(part)
      ? found.flatMap((directory) =>
          image
            .list(directory || "/")
            .filter((name) => matchesGlob(part, name))
            .map((name) => `${directory}/${name}`),
        )
      : found.map((directory) => `${directory}/${part}`);
    // Of parts that stand for themselves only the last is asked for: it tells which directory was meant.
    const next = parts[at + 1];
    if (isPattern(part) || next === undefined || isPattern(next))
      found = found.filter((path) => image.stat(path) !== undefined).slice(0, RESULTS_LIMIT);
  }
  return parts.length > PARTS_LIMIT ? [] : found.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function isPattern(part: string): boolean {
  return /[*?[\\]/.test(part);
}

const PARTS_LIMIT = 64;
const RESULTS_LIMIT = 10_000;

/** Whether one component of a path matches one component of a pattern. Takes at most pattern × name steps. */
export function matchesGlob(pattern: string, name: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".") && !pattern.startsWith("\\.")) return false;
  let p = 0;
  let n = 0;
  let star: { p: number; n: number } | undefined;
  while (n < name.length) {
    const next = pattern[p] === "*" ? undefined : matchOne(pattern, p, name[n]!);
    if (pattern[p] === "*") {
      star = { p: ++p, n };
    } else if (next !== undefined) {
      p = next;
      n++;
    } else if (star !== undefined) {
      // The last star takes one more character; earlier ones need not be tried again.
      p = star.p;
      n = ++star.n;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** Where the pattern goes on after its element at `p`, when that element matches `character`. */
function matchOne(pattern: string, p: number, character: string): number | undefined {
  const element = pattern[p];
  if (element === "?") return p + 1;
  if (element === "[") {
    const end = pattern.indexOf("]", p + (pattern[p + 1] === "!" || pattern[p + 1] === "^" ? 3 : 2));
    if (end !== -1) return inClass(pattern.slice(p + 1, end), character) ? end + 1 : undefined;
  }
  if (element === "\\" && p + 1 < pattern.length) return pattern[p + 1] === character ? p + 2 : undefined;
  return element === character ? p + 1 : undefined;
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
