import type { FileTexts, LintResult } from "../lint/finding.ts";
import { diffHunks, type Hunk, hideInHunks, unifiedDiff } from "./diff.ts";

/**
 * The files of one image as reports show them: compared as they are, shown with their secrets hidden. Each is read, split
 * and compared only once, however many findings it has.
 */
export class FileViews {
  /** The texts as they are, to be compared and never shown. */
  readonly texts: (path: string) => FileTexts;
  /** The lines of a file before the boot (after it where there was none); undefined where there is no such file. */
  readonly lines: (path: string) => readonly string[] | undefined;
  /** What the boot changes, with one equal line around each difference. */
  readonly hunks: (path: string) => readonly Hunk[];
  /** A text that the file has or may get, its secrets hidden; it has as many lines. */
  readonly hidden: (path: string, text: string) => string;

  constructor(result: Pick<LintResult, "texts" | "secrets">) {
    const known = memo((path) => memo((text) => result.secrets.file(path, text)));
    this.hidden = (path, text) => known(path)(text);
    this.texts = memo((path) => result.texts(path));
    this.lines = memo((path) => {
      const { before, after } = this.texts(path);
      const text = before ?? after;
      return text === undefined ? undefined : this.hidden(path, text).split("\n");
    });
    this.hunks = memo((path) => {
      const { before, after } = this.texts(path);
      return this.#hunks(path, before ?? "", after ?? "", 1);
    });
  }

  /** Whether the image holds the file before the boot. */
  exists(path: string): boolean {
    return this.texts(path).before !== undefined;
  }

  /** A unified diff that gives the file of the image another text, or deletes it where `content` is undefined. */
  diff(path: string, content: string | undefined): string {
    const before = this.texts(path).before;
    const [from, to] = [before, content].map((text) => (text === undefined ? undefined : path));
    return unifiedDiff(from, to, this.#hunks(path, before ?? "", content ?? "", 3));
  }

  #hunks(path: string, before: string, after: string, context: number): readonly Hunk[] {
    return hideInHunks(diffHunks(before, after, context), this.hidden(path, before), this.hidden(path, after));
  }
}

/** A function that remembers its answers. */
export function memo<Answer>(compute: (path: string) => Answer): (path: string) => Answer {
  const answers = new Map<string, Answer>();
  return (path) => {
    if (!answers.has(path)) answers.set(path, compute(path));
    return answers.get(path) as Answer;
  };
}
