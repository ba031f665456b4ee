import type { FileTexts, LintResult } from "../lint/lintResult.ts";
import { diffHunks, type Hunk, hideInHunks, unifiedDiff } from "./diff.ts";

/**
 * The files of one image for reports: compared unmasked, shown with masked secrets. Each is read, split and compared only
 * once, however many findings it has.
 */
export class FileViews {
  /** The unmasked texts, for comparison only. */
  readonly texts: (path: string) => FileTexts;
  /** The lines of a file before the boot, or after it if it is new; undefined if the file does not exist. */
  readonly lines: (path: string) => readonly string[] | undefined;
  /** The changes by the boot, with one equal line around each. */
  readonly hunks: (path: string) => readonly Hunk[];
  /** A current or possible text of the file with masked secrets; it has the same number of lines. */
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

  /** Whether the file exists before the boot. */
  exists(path: string): boolean {
    return this.texts(path).before !== undefined;
  }

  /** A unified diff that changes the file of the image to another text, or deletes it if `content` is undefined. */
  diff(path: string, content: string | undefined): string {
    const before = this.texts(path).before;
    const [from, to] = [before, content].map((text) => (text === undefined ? undefined : path));
    return unifiedDiff(from, to, this.#hunks(path, before ?? "", content ?? "", 3));
  }

  #hunks(path: string, before: string, after: string, context: number): readonly Hunk[] {
    return hideInHunks(diffHunks(before, after, context), this.hidden(path, before), this.hidden(path, after));
  }
}

/** A function that caches its results. */
export function memo<Answer>(compute: (path: string) => Answer): (path: string) => Answer {
  const answers = new Map<string, Answer>();
  return (path) => {
    if (!answers.has(path)) answers.set(path, compute(path));
    return answers.get(path) as Answer;
  };
}
