import type { Image } from "../image/image.ts";
import { damageOf } from "./paragraphs.ts";

/** Limits in bytes and files; the lists of a full desktop take about 40 MB in 5,000 files. */
const LIMIT = { bytes: 64 * 1024 * 1024, files: 50_000 };

/** A line about a path, and the name of the list that contains it. */
export interface ListedLine {
  readonly list: string;
  readonly line: string;
}

/**
 * Searches file lists with one path per line, in which paths begin with `lead` and a directory ("obj /etc/" for "obj ").
 * The lists are read on the first query and indexed for one top-level directory at a time: most queries are about /etc,
 * most lines about /usr. The first line of a list is skipped.
 * @param pathOf the path in a whole line, as it is queried
 */
export function fileLists(
  read: () => ReadonlyMap<string, Buffer>,
  leads: readonly string[] = [""],
  pathOf: (line: string) => string = (line) => line,
): (path: string) => readonly ListedLine[] {
  const indexes = new Map<string, Map<string, ListedLine[]>>();
  let lists: ReadonlyMap<string, Buffer> | undefined;
  return (path) => {
    const top = path.slice(0, path.indexOf("/", 1) + 1) || path;
    let index = indexes.get(top);
    if (index === undefined) {
      lists ??= read();
      index = new Map();
      for (const lead of leads) addLines(index, lists, Buffer.from(`\n${lead}${top}`), pathOf);
      indexes.set(top, index);
    }
    return index.get(path) ?? [];
  };
}

/** The files at `paths`, by their given names. Reading stops at the first that cannot be read, which `problem` receives. */
export function readLists(
  image: Image,
  paths: Iterable<readonly [name: string, path: string]>,
  problem: (path: string, reason: string) => void,
): Map<string, Buffer> {
  const lists = new Map<string, Buffer>();
  let bytes = 0;
  for (const [name, path] of paths) {
    const content = image.read(path);
    bytes += content?.length ?? 0;
    let reason = content && damageOf(content);
    if (content === undefined) reason = "it is missing or cannot be read";
    if (bytes > LIMIT.bytes || lists.size >= LIMIT.files) reason = "the file lists are too large";
    if (reason !== undefined) {
      problem(path, reason);
      break;
    }
    lists.set(name, content!);
  }
  return lists;
}

function addLines(
  index: Map<string, ListedLine[]>,
  lists: ReadonlyMap<string, Buffer>,
  needle: Buffer,
  pathOf: (line: string) => string,
): void {
  for (const [list, content] of lists)
    for (let at = content.indexOf(needle); at !== -1; ) {
      const end = content.indexOf("\n", at + 1);
      const line = content.toString("utf8", at + 1, end === -1 ? content.length : end);
      const path = pathOf(line);
      const same = index.get(path);
      if (same === undefined) index.set(path, [{ list, line }]);
      else same.push({ list, line });
      at = end === -1 ? -1 : content.indexOf(needle, end);
    }
}
