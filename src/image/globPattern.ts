/**
 * What a pattern means. "component": glob(3) over one component of a path, with `*`, `?`, `[...]` and `\`, where a leading
 * dot is only matched by a dot. "path": `*` and `?` within a name, `**` over names as well. "text": `*` is any text.
 */
export type GlobKind = "component" | "path" | "text";

/** Stands for any characters, or for any but slashes. */
const ANYTHING = Symbol("**");
const NAME = Symbol("*");

/** What a pattern is made of: stars, and what stands for one character. */
type Element = typeof ANYTHING | typeof NAME | string | ((character: string) => boolean);

/** Tells which texts a pattern matches as a whole. */
export interface GlobPattern {
  /** Takes at most pattern × text steps, pattern × text² where a path has both kinds of stars. */
  matches(text: string): boolean;
  /** How many elements are compared. */
  readonly length: number;
}

/** Compiles a pattern; every string is one. */
export function globPattern(pattern: string, kind: GlobKind): GlobPattern {
  const elements = kind === "component" ? componentElements(pattern) : starElements(pattern, kind);
  const hidesDots = kind === "component" && !/^\\?\./.test(pattern);
  return {
    length: elements.length,
    matches: (text) => !(hidesDots && text.startsWith(".")) && matches(elements, text),
  };
}

function matches(elements: readonly Element[], text: string): boolean {
  let e = 0;
  let at = 0;
  // Where to go on when it does not match: the last star takes one more character, earlier ones need not be tried again.
  let anything: { e: number; at: number } | undefined;
  let name: { e: number; at: number } | undefined;
  while (at < text.length) {
    const element = elements[e];
    if (element === ANYTHING) {
      anything = { e: ++e, at };
      name = undefined;
    } else if (element === NAME) {
      name = { e: ++e, at };
    } else if (element !== undefined && isMatch(element, text[at]!)) {
      e++;
      at++;
    } else if (name !== undefined && text[name.at] !== "/") {
      e = name.e;
      at = ++name.at;
    } else if (anything !== undefined) {
      e = anything.e;
      at = ++anything.at;
      name = undefined;
    } else {
      return false;
    }
  }
  while (elements[e] === ANYTHING || elements[e] === NAME) e++;
  return e === elements.length;
}

function isMatch(element: string | ((character: string) => boolean), character: string): boolean {
  return typeof element === "string" ? element === character : element(character);
}

function starElements(pattern: string, kind: "path" | "text"): Element[] {
  if (kind === "text") return Array.from(pattern.split(""), (character) => (character === "*" ? ANYTHING : character));
  return (pattern.match(/\*\*|[\s\S]/g) ?? []).map((part) => {
    if (part === "**") return ANYTHING;
    if (part === "*") return NAME;
    return part === "?" ? (character) => character !== "/" : part;
  });
}

function componentElements(pattern: string): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < pattern.length; ) {
    const character = pattern[at]!;
    const next = at + 1;
    const end = character === "[" ? classEnd(pattern, at) : -1;
    if (character === "*") elements.push(ANYTHING);
    else if (character === "?") elements.push(() => true);
    else if (end !== -1) {
      const text = pattern.slice(next, end);
      elements.push((one) => inClass(text, one));
    } else if (character === "\\" && next < pattern.length) elements.push(pattern[next]!);
    else elements.push(character);
    at = end !== -1 ? end + 1 : character === "\\" && next < pattern.length ? at + 2 : next;
  }
  return elements;
}

/** Where a class ends that begins at `at`; -1 where none does. */
function classEnd(pattern: string, at: number): number {
  return pattern.indexOf("]", at + (pattern[at + 1] === "!" || pattern[at + 1] === "^" ? 3 : 2));
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
