import { lazily } from "../python/lazily.ts";

/** Characters that take two columns: CJK, Hangul, full-width forms, emoji (East Asian Width, Unicode 15). */
const wide = lazily(
  () =>
    /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u,
);
/** Characters without width: combining marks, and the vowels and finals of a Hangul syllable. */
const zero = lazily(() => /[\p{Mn}\p{Me}\u1160-\u11ff]/u);

/** The number of columns of escaped text in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** The text cut to `width` columns, with `…` at the end if it is cut. */
export function truncate(text: string, width: number): string {
  let used = 0;
  let end = 0;
  let kept = 0;
  for (const char of text) {
    used += charWidth(char);
    end += char.length;
    if (used < width) kept = end;
    if (used > width) return `${text.slice(0, kept)}…`;
  }
  return text;
}

/**
 * Prose in lines of at most `width` columns; a longer word gets its own line. The first line starts after `taken` columns,
 * which the caller has filled.
 */
export function wrap(text: string, width: number, taken = 0): string[] {
  const lines: string[] = [];
  let line = "";
  let used = taken;
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const wordWidth = displayWidth(word);
    if (line !== "" && used + 1 + wordWidth > width) {
      lines.push(line);
      line = word;
      used = wordWidth;
    } else {
      used += wordWidth + (line === "" ? 0 : 1);
      line += line === "" ? word : ` ${word}`;
    }
  }
  return [...lines, line];
}

/** Prose after a lead (a label, a name) in lines of at most `width` columns, all except the first indented by two. */
export function hanging(lead: string, text: string, width: number, paint: (lead: string) => string): string[] {
  const [first = "", ...rest] = wrap(text, width - 2, displayWidth(lead) - 2);
  return [`${paint(lead)}${first}`.trimEnd(), ...rest.map((line) => `  ${line}`)];
}

function charWidth(char: string): number {
  if (char >= " " && char <= "~") return 1;
  return zero().test(char) ? 0 : wide().test(char) ? 2 : 1;
}
