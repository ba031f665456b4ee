import type { FileTexts, LintResult } from "../lint/finding.ts";
import { diffHunks, type Hunk } from "./diff.ts";

/** The files of one image as reports show them. Each is read, split and compared only once, however many findings it has. */
export class FileViews {
  readonly texts: (path: string) => FileTexts;
  /** The lines of a file before the boot (after it where there was none); undefined where there is no such file. */
  readonly lines: (path: string) => readonly string[] | undefined;
  /** What the boot changes, with one equal line around each difference. */
  readonly hunks: (path: string) => readonly Hunk[];

  constructor(result: LintResult) {
    this.texts = memo((path) => result.texts(path));
    this.lines = memo((path) => this.#text(path)?.split("\n"));
    this.hunks = memo((path) => {
      const { before, after } = this.texts(path);
      return diffHunks(before ?? "", after ?? "", 1);
    });
  }

  #text(path: string): string | undefined {
    const { before, after } = this.texts(path);
    return before ?? after;
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
