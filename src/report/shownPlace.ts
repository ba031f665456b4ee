import { posix } from "node:path";
import { type FileViews, memo } from "./fileViews.ts";
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
  /** The text that contains the line, with masked secrets; undefined if it cannot be read. */
  readonly text: string | undefined;
  /** Whether it is the anchor, used for files that are not in the repository. */
  readonly isAnchor: boolean;
}

/** A file in which places are shown, split once. */
interface ShownFile {
  readonly path: string;
  readonly text: string | undefined;
  readonly lines: readonly string[];
  readonly isOfRepository: boolean;
}

/**
 * Decides where places of an image are shown: in the repository's own file, at the anchor, or under the image's path. Code
 * scanning requires both ends of a place; a line that cannot be read gets a length of one character.
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
