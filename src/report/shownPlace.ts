import { posix } from "node:path";
import { type FileViews, memo } from "./fileViews.ts";
import type { Repository } from "./repository.ts";

/** A place in a file of an image; without a column the whole line is meant, without a line the file (its first line). */
export interface Place {
  readonly path: string;
  readonly line: number | null;
  readonly column?: number;
}

/** Where a place of an image is shown. */
export interface ShownPlace {
  /** Relative to the repository's root, and never out of it; the image's path where the repository has no such file. */
  readonly path: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
  /** The text that the line stands in, its secrets hidden; undefined where it cannot be read. */
  readonly text: string | undefined;
  /** Whether it is the anchor, where the file itself has no place in the repository. */
  readonly isAnchor: boolean;
}

/** A file that places of an image are shown in, split once. */
interface ShownFile {
  readonly path: string;
  readonly text: string | undefined;
  readonly lines: readonly string[];
  readonly isOfRepository: boolean;
}

/**
 * Tells where places of an image are shown: in the repository's own file, at the anchor, else under the image's path.
 * Code scanning wants both ends of a place; where the line cannot be read it gets a length of one character.
 */
export function placeShower(files: FileViews, repository: Repository | undefined): (place: Place) => ShownPlace {
  const anchor = repository?.anchor;
  const anchorLength = anchor?.text.split("\n")[anchor.line - 1]?.length || 1;
  const fileOf = memo((path): ShownFile => {
    const { before, after } = files.texts(path);
    const text = before ?? after;
    const own = repository?.file(path, text);
    const [at, found, isOfRepository] =
      own === undefined ? [posix.join("/", path).slice(1), text, false] : [own.path, own.text, true];
    const hidden = found === undefined ? undefined : files.hidden(path, found);
    return { path: at, text: hidden, lines: found?.split("\n") ?? [], isOfRepository };
  });
  return ({ path, line, column = 1 }) => {
    const file = fileOf(path);
    if (!file.isOfRepository && anchor !== undefined)
      return { ...anchor, startLine: anchor.line, startColumn: 1, endColumn: anchorLength + 1, isAnchor: true };
    const exists = !file.isOfRepository || (line ?? 1) <= file.lines.length;
    const [startLine, startColumn] = exists ? [line ?? 1, column] : [1, 1];
    const length = file.lines[startLine - 1]?.length ?? 0;
    const endColumn = Math.max(startColumn, length) + 1;
    return { path: file.path, text: file.text, startLine, startColumn, endColumn, isAnchor: false };
  };
}
