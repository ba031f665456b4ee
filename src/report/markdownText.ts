import { escapeLine, escapeProse } from "./escape.ts";
import { truncate } from "./width.ts";

/**
 * Words that mean nothing in Markdown, HTML, or to GitHub, which links commit hashes and "GH-1" wherever it shows Markdown: letters
 * and digits with hyphens and apostrophes inside, no punctuation except around them.
 */
const PLAIN = /^(?!gh-\d|(?:.*['’-])?[0-9a-f]{7,}(?:['’-]|$))[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*$/iu;

/**
 * Untrusted prose of one line as Markdown that never is more than text: every word that could be a link, a mention, markup or
 * HTML is a code span. It must not stand at the beginning of a line.
 */
export function markdownProse(text: string, most: number): string {
  const words = truncate(escapeProse(text.slice(0, 2 * most)), most).split(" ");
  return words
    .map((word) => {
      const [, before = "", core = "", after = ""] = /^([("']*)(.*?)([)"',.;:?…]*)$/su.exec(word) ?? [];
      return core === "" || PLAIN.test(core) ? word : `${before}${codeSpan(core)}${after}`;
    })
    .join(" ");
}

/** Untrusted text of one line as a code span, which may stand in a table. */
export function markdownCode(text: string, most: number): string {
  return codeSpan(truncate(escapeProse(text.slice(0, 2 * most)), most));
}

/** Escaped text as a code span; a pipe would end a table's cell. */
function codeSpan(text: string): string {
  const shown = text.replaceAll("|", "\\x7c");
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const ticks = "`".repeat(longest + 1);
  const pad = longest > 0 || shown.trim() === "" ? " " : "";
  return `${ticks}${pad}${shown}${pad}${ticks}`;
}

/** Untrusted lines as a fenced block that none of them can end. */
export function markdownFence(language: string, lines: readonly string[]): string[] {
  const shown = lines.map(escapeLine);
  const longest = shown.reduce((most, line) => Math.max(most, /^\s*(`*)/.exec(line)![1]!.length), 2);
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...shown, fence];
}
