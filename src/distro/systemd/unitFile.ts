import type { Origin } from "../../image/origin.ts";

/** A word of a value and its place. */
export interface Word extends Origin {
  readonly text: string;
}

/** One assignment of a unit file, such as `After=a.service b.service`. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  /** Found when they are asked for: of most assignments nobody does. */
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
  let open: Open | undefined;
  let number = 0;
  for (const raw of source.slice(0, LONGEST).split("\n")) {
    number++;
    const trimmed = raw.trim();
    if (trimmed === "" ? open === undefined : trimmed.startsWith("#") || trimmed.startsWith(";")) continue;
    const text = raw.trimEnd();
    const continues = text.endsWith("\\");
    const content = continues ? text.slice(0, -1) : text;
    let offset = 0;
    if (open === undefined) {
      const header = trimmed.startsWith("[") ? /^\s*\[([^\]]*)\]$/.exec(content) : null;
      if (header !== null) section = header[1]!;
      const equals = content.indexOf("=");
      if (header !== null || equals === -1) continue;
      open = { section, key: content.slice(0, equals).trim(), lines: [] };
      offset = equals + 1;
    }
    open.lines.push({ content, offset, line: number });
    if (continues) continue;
    found.push(assignmentOf(open, path));
    open = undefined;
  }
  if (open !== undefined) found.push(assignmentOf(open, path));
  return found;
}

/** An assignment that a later line may continue. */
interface Open {
  readonly section: string;
  readonly key: string;
  /** Where the value is in each of its lines. */
  readonly lines: { readonly content: string; readonly offset: number; readonly line: number }[];
}

function assignmentOf({ section, key, lines }: Open, path: string): Assignment {
  return new ReadAssignment(section, key, path, lines);
}

class ReadAssignment implements Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly #path: string;
  readonly #lines: Open["lines"];
  #words: Word[] | undefined;

  constructor(section: string, key: string, path: string, lines: Open["lines"]) {
    this.section = section;
    this.key = key;
    this.value = lines.map(({ content, offset }) => content.slice(offset).trim()).join(" ");
    this.#path = path;
    this.#lines = lines;
  }

  get words(): readonly Word[] {
    if (this.#words === undefined) {
      this.#words = [];
      for (const { content, offset, line } of this.#lines) {
        const word = /[^\s"']+|"[^"]*"|'[^']*'/g;
        word.lastIndex = offset;
        for (let match = word.exec(content); match !== null; match = word.exec(content))
          this.#words.push({ text: withoutQuotes(match[0]), column: match.index + 1, path: this.#path, line });
      }
    }
    return this.#words;
  }
}

function withoutQuotes(word: string): string {
  return word.startsWith('"') || word.startsWith("'") ? word.slice(1, -1) : word;
}

/** Whether systemd reads a value as true. */
export function isYes(value: string): boolean {
  return /^(1|yes|y|true|t|on)$/i.test(value);
}
