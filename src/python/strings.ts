/** The methods of Python's str. */

/** What str.isspace() takes for white space, and `\s` in Python's regular expressions, for a class of JavaScript's. */
export const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** A character that is white space for Python. */
export const SPACE = new RegExp(`[${SPACES}]`);

/** str.strip(), lstrip() or rstrip() of white space or of given characters. */
export function strip(text: string, characters?: string | null, ends: "both" | "start" | "end" = "both"): string {
  const set = characters === undefined || characters === null ? undefined : new Set(characters);
  // White space consists of single code units, which is faster for long strings.
  const letters = set === undefined ? text : [...text];
  const goes = (letter: string) => (set === undefined ? SPACE.test(letter) : set.has(letter));
  let [from, to] = [0, letters.length];
  while (ends !== "end" && from < to && goes(letters[from]!)) from++;
  while (ends !== "start" && to > from && goes(letters[to - 1]!)) to--;
  return typeof letters === "string" ? letters.slice(from, to) : letters.slice(from, to).join("");
}

/** str.split() by white space or a separator that is not empty, at the first `most` places; -1: at all. */
export function split(text: string, separator: string | null = null, most = -1): string[] {
  const words: string[] = [];
  let rest = separator === null ? strip(text, null, "start") : text;
  if (separator === null && rest === "") return [];
  const gap = separator === null ? new RegExp(`[${SPACES}]+`) : undefined;
  while (most < 0 || words.length < most) {
    const match = gap === undefined ? undefined : gap.exec(rest);
    const at = gap === undefined ? rest.indexOf(separator!) : (match?.index ?? -1);
    if (at === -1) break;
    words.push(rest.slice(0, at));
    rest = rest.slice(at + (match?.[0].length ?? separator!.length));
    if (gap !== undefined && rest === "") return words;
  }
  return [...words, rest];
}

/** str.splitlines(): also at form feeds, separators and Unicode line ends; a last line end opens no line. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Letters whose title case is neither upper nor lower. */
const TITLE: Readonly<Record<string, string>> = { Ǆ: "ǅ", Ǉ: "ǈ", Ǌ: "ǋ", Ǳ: "ǲ" };

/** str.capitalize(). */
export function capitalize(text: string): string {
  const [first = "", ...rest] = [...text];
  const upper = [...first.toUpperCase()];
  const title =
    upper.length > 1 ? upper[0]! + upper.slice(1).join("").toLowerCase() : (TITLE[upper[0]!] ?? upper[0] ?? "");
  return title + (first + rest.join("")).toLowerCase().slice(first.toLowerCase().length);
}

/** str.replace(), the first `most` places; -1: all. */
export function replace(text: string, old: string, by: string, most = -1): string {
  const parts = old === "" ? ["", ...text, ""] : text.split(old);
  const count = most < 0 ? parts.length - 1 : Math.min(parts.length - 1, most);
  return (
    parts.slice(0, count + 1).join(by) +
    parts
      .slice(count + 1)
      .map((part) => old + part)
      .join("")
  );
}
