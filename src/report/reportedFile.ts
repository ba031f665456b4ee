import { unknownReason } from "../image/unknown.ts";
import type { LintResult } from "../lint/lintResult.ts";
import { diffHunks, type Hunk, hideInHunks, isBinary, unifiedDiff } from "./diff.ts";
import type { Repository } from "./repository.ts";

/** A file of an image, or of its launch, as reports show it: without secrets. Plain data. */
export interface ReportedFile {
  /** Whether it exists before the boot. */
  readonly exists: boolean;
  /** Its lines before the boot, or after it if it is new; null if its text is not available. */
  readonly lines: readonly string[] | null;
  /** What the boot does to it; null if its text is not available. */
  readonly fate: FileFate | null;
  /** The changes by the boot, with one equal line around each; [] for a binary file and for unknown content. */
  readonly hunks: readonly Hunk[];
  /** The file of the repository that it comes from; null if there is none or no report shows it. */
  readonly repository: { readonly path: string; readonly lines: readonly string[] } | null;
}

/** `unknown`: why its new content cannot be known. */
export type FileFate =
  | { readonly code: "created" | "changed" | "unchanged" | "deleted" | "binary" }
  | { readonly code: "unknown"; readonly reason: string };

/** Makes the files of one result for reports: compared unmasked, shown with masked secrets. Each is read only once. */
export class ReportedFiles {
  readonly #result: Pick<LintResult, "texts" | "secrets">;
  readonly #repository: Repository | undefined;
  readonly #known = new Map<string, ReportedFile>();
  readonly #hidden = new Map<string, string>();

  constructor(result: Pick<LintResult, "texts" | "secrets">, repository: Repository | undefined) {
    this.#result = result;
    this.#repository = repository;
  }

  /** All files that were asked for, by path. */
  get all(): Readonly<Record<string, ReportedFile>> {
    return Object.fromEntries(this.#known);
  }

  get(path: string): ReportedFile {
    let file = this.#known.get(path);
    if (file === undefined) {
      file = this.#make(path);
      this.#known.set(path, file);
    }
    return file;
  }

  /** A unified diff that changes the file to another text, or deletes it if `content` is undefined. */
  diff(path: string, content: string | undefined): string {
    const { before } = this.#result.texts(path);
    const [from, to] = [before, content].map((text) => (text === undefined ? undefined : path));
    return unifiedDiff(from, to, this.#hunks(path, before ?? "", content ?? "", 3));
  }

  /** A text of the file with masked secrets; it has the same number of lines. */
  hide(path: string, text: string): string {
    const key = `${path}\n${text}`;
    let hidden = this.#hidden.get(key);
    if (hidden === undefined) {
      hidden = this.#result.secrets.file(path, text);
      this.#hidden.set(key, hidden);
    }
    return hidden;
  }

  #make(path: string): ReportedFile {
    const { before, after } = this.#result.texts(path);
    const text = before ?? after;
    const fate = fateOf(before, after);
    const own = this.#repository?.file(path, text);
    const isCompared = fate?.code === "changed" || fate?.code === "created";
    return {
      exists: before !== undefined,
      lines: text === undefined ? null : this.hide(path, text).split("\n"),
      fate,
      hunks: isCompared ? this.#hunks(path, before ?? "", after ?? "", 1) : [],
      repository: own === undefined ? null : { path: own.path, lines: this.hide(path, own.text).split("\n") },
    };
  }

  #hunks(path: string, before: string, after: string, context: number): readonly Hunk[] {
    return hideInHunks(diffHunks(before, after, context), this.hide(path, before), this.hide(path, after));
  }
}

function fateOf(before: string | undefined, after: string | undefined): FileFate | null {
  if (after === undefined) return before === undefined ? null : { code: "deleted" };
  const reason = unknownReason(after);
  if (reason !== undefined) return { code: "unknown", reason };
  if (before === after) return { code: "unchanged" };
  if (isBinary(before ?? "") || isBinary(after)) return { code: "binary" };
  return { code: before === undefined ? "created" : "changed" };
}
