import { DiskError } from "../../disk/disk.ts";
import type { Inode, Stat } from "../../filesystem/filesystem.ts";
import type { Entries } from "../entries.ts";
import type { WholeEntry } from "../image.ts";
import { readLimit, tooLarge } from "../limits.ts";
import type { Problems } from "../problems.ts";
import { resolvePath } from "../resolve.ts";
import { sortNames } from "../sort.ts";

/** How much of a file is read at a time, in bytes. */
const CHUNK = 1024 * 1024;

/**
 * The tree of a root file system and what is mounted on it. Damage makes a problem of the path where it is met; what
 * lies below a mount that cannot be read does so too, when somebody asks for it.
 */
export class MountedTree implements Entries {
  readonly #problems: Problems;
  /** By path, besides the mounts. A directory that could not be read is undefined. */
  readonly #known = new Map<string, Inode | undefined>();
  /** Where each directory of each file system stands: one that is met at two places is damage that would never end. */
  readonly #places = new Map<string, string>();
  /** Which file system a path is on, by the path of its root. */
  readonly #mounts = new Map<string, Inode>();
  readonly #unreadable = new Map<string, string>();

  constructor(root: Inode, problems: Problems) {
    this.#problems = problems;
    this.#mounts.set("/", root);
  }

  /** Mounts a file system. @param point where, with links resolved inside the tree as it is now */
  mount(point: string, root: Inode): void {
    const real = this.#resolve(point);
    this.#mounts.set(real, root);
    this.#unreadable.delete(real);
    this.#known.clear();
  }

  /** Says why what is mounted at a point cannot be read. */
  mountUnreadable(point: string, reason: string): void {
    const real = this.#resolve(point);
    this.#unreadable.set(real, reason);
    this.#known.clear();
  }

  /** The entry itself, without links before its last component. */
  find(path: string): Inode | undefined {
    const mounted = this.#mounts.get(path);
    if (mounted !== undefined) return mounted;
    if (this.#known.has(path)) return this.#known.get(path);
    const slash = path.lastIndexOf("/");
    const parent = path.slice(0, slash) || "/";
    const reason = this.#unreadable.get(parent);
    if (reason !== undefined) {
      this.#problems.add(parent, reason);
      return undefined;
    }
    const directory = this.find(parent);
    const found =
      directory?.stat.kind === "directory"
        ? this.#attempt(path, () => this.#child(directory, path, slash + 1))
        : undefined;
    this.#known.set(path, found);
    return found;
  }

  lstat(path: string): Stat | undefined {
    const found = this.find(path);
    if (found === undefined && path.includes("\ufffd")) this.#problems.add(path, "its name is not UTF-8");
    return found?.stat;
  }

  readlink(path: string): string | undefined {
    const found = this.find(path);
    if (found?.stat.kind !== "symlink") return undefined;
    const target = this.#attempt(path, () => found.readlink());
    return target === undefined ? undefined : textOf(target);
  }

  list(path: string): readonly string[] {
    const reason = this.#unreadable.get(path);
    if (reason !== undefined) {
      this.#problems.add(path, reason);
      return [];
    }
    const names = this.#attempt(path, () => [...this.find(path)!.names()].map(textOf)) ?? [];
    const sound = names.filter(isName);
    if (sound.length < names.length) this.#problems.add(path, "it is damaged: names in it are none");
    return sortNames(sound);
  }

  read(path: string): Buffer | undefined {
    const file = this.find(path)!;
    const { size } = file.stat;
    if (size > readLimit(path)) {
      this.#problems.add(path, tooLarge(path, size));
      return undefined;
    }
    return this.#attempt(path, () => {
      const pieces: Buffer[] = [];
      for (let at = 0; at < size; ) {
        const piece = file.read(at, Math.min(CHUNK, size - at));
        if (piece.length === 0) throw new DiskError("it is damaged: it ends before its size");
        pieces.push(piece);
        at += piece.length;
      }
      return Buffer.concat(pieces);
    });
  }

  whole(path: string): WholeEntry | undefined {
    const found = this.find(path);
    if (found === undefined) return undefined;
    const id = `${this.#mountOf(path)}\0${found.id}`;
    return { id, mtime: found.mtime, read: (offset, length) => found.read(offset, length) };
  }

  /** What a bind mount shows of a path; why that cannot be read, as a string; undefined if it does not exist. */
  source(path: string): Inode | string | undefined {
    const real = this.#resolve(path);
    return this.#whyUnreadable(real) ?? this.find(real);
  }

  /** The path of a mount, with links resolved. What cannot be read is not asked for by that. */
  #resolve(point: string): string {
    return resolvePath(point, (path) => (this.#whyUnreadable(path) ? undefined : this.readlink(path))) ?? point;
  }

  /** Why what is mounted at a path or above it cannot be read. */
  #whyUnreadable(path: string): string | undefined {
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      const reason = this.#unreadable.get(at);
      if (reason !== undefined || this.#mounts.has(at)) return reason;
    }
    return undefined;
  }

  #child(directory: Inode, path: string, start: number): Inode | undefined {
    const name = Buffer.from(path.slice(start), "utf8").toString("latin1");
    const child = directory.child(name);
    if (child?.stat.kind !== "directory") return child;
    const key = `${this.#mountOf(path)}\0${child.id}`;
    const place = this.#places.get(key) ?? path;
    if (place !== path) throw new DiskError(`it is damaged: it is the same directory as ${place}`);
    this.#places.set(key, path);
    return child;
  }

  #mountOf(path: string): string {
    let at = path;
    while (!this.#mounts.has(at)) at = at.slice(0, at.lastIndexOf("/")) || "/";
    return at;
  }

  #attempt<T>(path: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#problems.add(path, error.message);
      return undefined;
    }
  }
}

/** Stored bytes as text; what is not UTF-8 is replaced, as in a directory on Linux. */
function textOf(stored: string): string {
  return /^[\x00-\x7f]*$/.test(stored) ? stored : Buffer.from(stored, "latin1").toString("utf8");
}

function isName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
}
