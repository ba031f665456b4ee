import { replaceUnknown } from "../image/unknown.ts";
import { lazily } from "../python/lazily.ts";

/**
 * Characters that a terminal would interpret, hide or reorder: controls (C0, DEL, C1), format characters (bidi, zero-width,
 * BOM), line and paragraph separators, lone surrogates, private and unassigned characters, blanks that look like a space
 * or are invisible. Also commands that CI systems run when they appear in a log: `##[name]` of GitHub Actions, `##vso[name]` of Azure Pipelines,
 * `##teamcity[name]` (all of them anywhere in a line), and GitHub's `::name key=value::` where a line can begin. The
 * commands of GitLab and Travis contain control characters.
 */
export const hazards = lazily(
  () =>
    /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}|\[(?<=##\w*\[)|(?<!\S):(?=:[A-Za-z-]+(?: [^\n]*?)?::)/gu,
);

/** What every hazard but a newline contains: a character that is not printable or not of ASCII, the beginning of a command. */
export const SUSPECT = /[^\n -~]|##|::/;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Untrusted text with every hazardous character made visible: `\x1b`, `\u{202e}`, `\n`. */
export function escapeText(text: string, options: { readonly keepNewlines?: boolean } = {}): string {
  if (!SUSPECT.test(text) && (options.keepNewlines === true || !text.includes("\n"))) return text;
  return text.replace(hazards(), (char) => {
    if (char === "\n" && options.keepNewlines === true) return char;
    const code = char.codePointAt(0) ?? 0;
    return SHORT[char] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`);
  });
}

/** Longer lines are cut, since a line can be megabytes long. */
const MAX_LINE = 2000;

/** A line of a file for a code frame or a diff: with tabs as blanks, and placeholders as `(unknown: REASON)`. */
export function escapeLine(line: string): string {
  const shown = line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;
  return escapeProse(shown.replaceAll("\t", "    "));
}

/** Longer messages are cut: a value can be megabytes long, and GitHub shows only a sentence or two. */
const MAX_MESSAGE = 2000;

/** A message for programs that display it. */
export function shorten(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE).replace(/[\ud800-\udbff]$/, "")}…` : text;
}

/** Text of one line that may contain placeholders, escaped. */
export function escapeProse(text: string): string {
  return escapeText(replaceUnknown(text, (reason) => `(unknown: ${reason})`));
}

/** The lines of a text; a final newline starts no further line. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
