import type { Image, Stat, WholeEntry } from "./image.ts";
import type { Problems } from "./problems.ts";
import { isTooLong, resolvePath } from "./resolve.ts";

/**
 * The entries of one image by their physical paths: absolute, normalised, no link before the last component.
 * Every function except `lstat` is called only for entries of the right kind according to `lstat`.
 */
export interface Entries {
  /** Undefined if the entry does not exist. */
  lstat(path: string): Stat | undefined;
  readlink(path: string): string | undefined;
  read(path: string): Buffer | undefined;
  /** Sorted by code point. */
  list(path: string): readonly string[];
  /** As an image's. */
  whole?(path: string): WholeEntry | undefined;
}

/** The number of file bytes kept for a second `read`; beyond that, files are read again. */
const CACHE_LIMIT = 128 * 1024 * 1024;

/** An image over `entries`: resolves links and caches every answer, since an image does not change during a run. */
export function imageOf(source: string, entries: Entries, problems: Problems): Image {
  const stats = new Map<string, Stat | undefined>();
  const links = new Map<string, string | undefined>();
  const resolved = new Map<string, string | undefined>();
  const lists = new Map<string, readonly string[]>();
  const files = new Map<string, Buffer | undefined>();
  let cachedBytes = 0;

  function lstatAt(path: string): Stat | undefined {
    return remember(stats, path, (asked) => {
      // Many requested paths do not exist: nothing exists below a directory that is known to be missing.
      const parent = asked.slice(0, asked.lastIndexOf("/"));
      return stats.has(parent) && stats.get(parent)?.kind !== "directory" ? undefined : entries.lstat(asked);
    });
  }

  function readlinkAt(path: string): string | undefined {
    return lstatAt(path)?.kind === "symlink" ? remember(links, path, (asked) => entries.readlink(asked)) : undefined;
  }

  function follow(path: string): string | undefined {
    const real = remember(resolved, path, resolve);
    if (real === undefined && !isTooLong(path)) problems.add(path, "its symbolic links form a loop");
    return real;
  }

  /** Many paths share a directory, so it is resolved once. */
  function resolve(path: string): string | undefined {
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    const isPlain = slash > 0 && path.startsWith("/") && !["", ".", ".."].includes(name) && !isTooLong(path);
    const parent = isPlain ? remember(resolved, path.slice(0, slash), resolve) : undefined;
    if (parent !== undefined) {
      const real = parent === "/" ? `/${name}` : `${parent}/${name}`;
      if (readlinkAt(real) === undefined) return real;
    }
    return resolvePath(path, readlinkAt);
  }

  /** The entry itself: links are followed everywhere except in the last component. */
  function entryAt(path: string): string | undefined {
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    if (name === "" || name === "." || name === "..") return follow(path);
    // Many requests share a directory, so it is resolved once.
    const parent = follow(path.slice(0, Math.max(slash, 0)));
    return parent === undefined ? undefined : parent === "/" ? `/${name}` : `${parent}/${name}`;
  }

  /** The real path of `path` if an entry of that kind exists there. */
  function findKind(path: string, kind: Stat["kind"]): string | undefined {
    const real = follow(path);
    return real !== undefined && lstatAt(real)?.kind === kind ? real : undefined;
  }

  return {
    source,
    problems: problems.list,
    addProblem: (path, reason) => problems.add(path, reason),
    stat(path) {
      const real = follow(path);
      return real === undefined ? undefined : lstatAt(real);
    },
    lstat(path) {
      const entry = entryAt(path);
      return entry === undefined ? undefined : lstatAt(entry);
    },
    read(path) {
      const real = findKind(path, "file");
      if (real === undefined || files.has(real)) return real === undefined ? undefined : files.get(real);
      const content = entries.read(real);
      const size = content?.length ?? 0;
      if (cachedBytes + size <= CACHE_LIMIT) {
        cachedBytes += size;
        files.set(real, content);
      }
      return content;
    },
    list(path) {
      const real = findKind(path, "directory");
      return real === undefined ? [] : remember(lists, real, (asked) => entries.list(asked));
    },
    readlink(path) {
      const entry = entryAt(path);
      return entry === undefined ? undefined : readlinkAt(entry);
    },
    realpath: follow,
    ...(entries.whole === undefined ? {} : { whole: entries.whole.bind(entries) }),
  };
}

function remember<T>(cache: Map<string, T>, key: string, find: (key: string) => T): T {
  const known = cache.get(key);
  if (known !== undefined || cache.has(key)) return known as T;
  const value = find(key);
  cache.set(key, value);
  return value;
}
