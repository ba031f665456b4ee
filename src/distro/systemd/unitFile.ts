import type { Origin } from "../../image/origin.ts";

/** A word of a value and its place. */
export interface Word extends Origin {
  readonly text: string;
}

/** One assignment of a unit file, such as `After=a.service b.service`. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  readonly words: readonly Word[];
  /** The value in one line. */
  readonly value: string;
}

/** The length limit of a file, in characters; the largest units of distributions have 10 kB. */
const LONGEST = 1_000_000;

/**
 * The assignments of a unit file in their order (systemd.syntax(7)): a backslash at the end of a line continues it,
 * comments are skipped even between continued lines.
 */
export function assignmentsIn(source: string, path: string): Assignment[] {
  const found: Assignment[] = [];
  let section = "";
  let open: { key: string; words: Word[]; values: string[] } | undefined;
  for (const [index, raw] of source.slice(0, LONGEST).split("\n").entries()) {
    const start = raw.trimStart();
    if (start.startsWith("#") || start.startsWith(";")) continue;
    const text = raw.trimEnd();
    const continues = text.endsWith("\\");
    const content = continues ? text.slice(0, -1) : text;
    let offset = 0;
    if (open === undefined) {
      const header = /^\s*\[([^\]]*)\]$/.exec(content);
      if (header !== null) section = header[1]!;
      const equals = content.indexOf("=");
      if (header !== null || equals === -1) continue;
      open = { key: content.slice(0, equals).trim(), words: [], values: [] };
      offset = equals + 1;
    }
    for (const word of wordsOf(content, offset)) open.words.push({ ...word, path, line: index + 1 });
    open.values.push(content.slice(offset).trim());
    if (continues) continue;
    found.push({ section, key: open.key, words: open.words, value: open.values.join(" ") });
    open = undefined;
  }
  if (open !== undefined) found.push({ section, key: open.key, words: open.words, value: open.values.join(" ") });
  return found;
}

function* wordsOf(line: string, offset: number): Generator<{ text: string; column: number }> {
  const word = /[^\s"']+|"[^"]*"|'[^']*'/g;
  word.lastIndex = offset;
  for (let match = word.exec(line); match !== null; match = word.exec(line))
    yield { text: match[0].replace(/^(["'])(.*)\1$/, "$2"), column: match.index + 1 };
}

/** Whether systemd reads a value as true. */
export function isYes(value: string): boolean {
  return /^(1|yes|y|true|t|on)$/i.test(value);
}
