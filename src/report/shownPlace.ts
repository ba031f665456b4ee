import { posix } from "node:path";
import type { ReportedFile } from "./reportedFile.ts";
import type { Repository } from "./repository.ts";

/** A place in a file of an image; without a column the whole line, without a line the whole file (shown at line 1). */
export interface Place {
  readonly path: string;
  readonly line: number | null;
  readonly column?: number;
}

/** Where a report shows a place of an image. */
export interface ShownPlace {
  /** Relative to the repository's root and inside it; the image's path if the repository lacks the file. */
  readonly path: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
  /** The lines of the text that contains the line, with masked secrets; undefined if it cannot be read. */
  readonly lines: readonly string[] | undefined;
  /** Whether it is the anchor, used for files that are not in the repository. */
  readonly isAnchor: boolean;
}

/** Where findings are shown whose file is not in the repository. */
export type Anchor = Repository["anchor"];

/**
 * Where a place of an image is shown: in the repository's own file, at the anchor, or under the image's path. Code
 * scanning requires both ends of a place; a line that cannot be read gets a length of one character.
 */
export function shownPlace(
  { files }: { readonly files: Readonly<Record<string, ReportedFile>> },
  anchor: Anchor,
  { path, line, column = 1 }: Place,
): ShownPlace {
  const file = files[path];
  const own = file?.repository ?? null;
  if (own === null && anchor !== undefined) {
    const lines = anchor.text.split("\n");
    const endColumn = (lines[anchor.line - 1]?.length || 1) + 1;
    return { path: anchor.path, lines, startLine: anchor.line, startColumn: 1, endColumn, isAnchor: true };
  }
  const lines = own?.lines ?? file?.lines ?? undefined;
  const exists = own === null || (line ?? 1) <= own.lines.length;
  const [startLine, startColumn] = exists ? [line ?? 1, column] : [1, 1];
  const endColumn = Math.max(startColumn, lines?.[startLine - 1]?.length ?? 0) + 1;
  const shown = own?.path ?? posix.join("/", path).slice(1);
  return { path: shown, lines, startLine, startColumn, endColumn, isAnchor: false };
}
