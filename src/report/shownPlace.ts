import type { FileViews } from "./fileViews.ts";
import type { Repository } from "./repository.ts";

/** A place in a file of an image; without a column the whole line is meant, without a line the file (its first line). */
export interface Place {
  readonly path: string;
  readonly line: number | null;
  readonly column?: number;
}

/** Where a place of an image is shown. */
export interface ShownPlace {
  /** Relative to the repository's root; the image's path without its first slash where the repository has no such file. */
  readonly path: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
  /** The text that the line stands in; undefined where it cannot be read. */
  readonly text: string | undefined;
  /** Whether it is the anchor, where the file itself has no place in the repository. */
  readonly isAnchor: boolean;
}

/** Where a place is shown: in the repository's own file, at the anchor, else under the image's path. */
export function shownPlace(place: Place, files: FileViews, repository: Repository | undefined): ShownPlace {
  const text = files.lines(place.path)?.join("\n");
  const file = repository?.file(place.path, text);
  const { line, column = 1 } = place;
  if (file !== undefined) {
    const exists = (line ?? 1) <= file.text.split("\n").length;
    return shown(file.path, file.text, exists ? (line ?? 1) : 1, exists ? column : 1, false);
  }
  const anchor = repository?.anchor;
  if (anchor !== undefined) return shown(anchor.path, anchor.text, anchor.line, 1, true);
  return shown(place.path.replace(/^\/+/, ""), text, line ?? 1, column, false);
}

/** Code scanning wants both ends; where the line cannot be read it gets a length of one character. */
function shown(path: string, text: string | undefined, line: number, column: number, isAnchor: boolean): ShownPlace {
  const length = text?.split("\n")[line - 1]?.length ?? 0;
  return { path, startLine: line, startColumn: column, endColumn: Math.max(column, length) + 1, text, isAnchor };
}
