import { type Entries, imageOf } from "./entries.ts";
import type { FileKind, Image, Stat } from "./image.ts";
import { Problems } from "./problems.ts";
import { resolvePath } from "./resolve.ts";
import { sortNames } from "./sort.ts";

/** A file's content, or an entry with whatever differs from a file owned by root with mode 0644 (0755 for a directory). */
export type MemoryFile = string | Buffer | MemoryEntry;

interface MemoryEntry {
  readonly content?: string | Buffer;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** The target of a symbolic link. */
  readonly link?: string;
  readonly directory?: true;
}

interface Entry {
  readonly stat: Stat;
  readonly content: Buffer;
  readonly link: string | undefined;
  readonly names: Set<string>;
}

/**
 * An image of the given files, by path. Parent directories are implied; a path through a link is created at the link's
 * target.
 * @throws {Error} if two entries conflict.
 */
export function memoryImage(files: Readonly<Record<string, MemoryFile>>, source = "memory"): Image {
  const entries = new Map<string, Entry>([["/", entryOf({ directory: true })]]);

  function place(path: string, entry: Entry): void {
    const real = resolvePath(path, (at) => entries.get(at)?.link, false);
    if (real === undefined) throw new Error(`${path}: its symbolic links form a loop`);
    const existing = entries.get(real);
    if (existing !== undefined) {
      if (existing.stat.kind !== "directory" || entry.stat.kind !== "directory")
        throw new Error(`${path} is given twice`);
      entries.set(real, { ...entry, names: existing.names });
      return;
    }
    const slash = real.lastIndexOf("/");
    const parent = real.slice(0, slash) || "/";
    if (!entries.has(parent)) place(parent, entryOf({ directory: true }));
    const above = entries.get(parent)!;
    if (above.stat.kind !== "directory") throw new Error(`${path}: ${parent} is not a directory`);
    above.names.add(real.slice(slash + 1));
    entries.set(real, entry);
  }

  const given = Object.entries(files).map(([path, file]) => [path, entryOf(file)] as const);
  // Links come first, since the other paths depend on them.
  for (const [path, entry] of given) if (entry.link !== undefined) place(path, entry);
  for (const [path, entry] of given) if (entry.link === undefined) place(path, entry);

  const reader: Entries = {
    lstat: (path) => entries.get(path)?.stat,
    readlink: (path) => entries.get(path)?.link,
    read: (path) => entries.get(path)?.content,
    list: (path) => sortNames([...(entries.get(path)?.names ?? [])]),
  };
  return imageOf(source, reader, new Problems());
}

function entryOf(file: MemoryFile): Entry {
  const given: MemoryEntry = typeof file === "string" || Buffer.isBuffer(file) ? { content: file } : file;
  const { content = "", link, mode, uid = 0, gid = 0 } = given;
  const kind: FileKind = link !== undefined ? "symlink" : given.directory ? "directory" : "file";
  const bytes = Buffer.from((link ?? content) as string);
  const usualMode = { symlink: 0o777, directory: 0o755, file: 0o644, special: 0 }[kind];
  const stat = { kind, size: kind === "directory" ? 0 : bytes.length, mode: mode ?? usualMode, uid, gid };
  return { stat, content: bytes, link, names: new Set() };
}
