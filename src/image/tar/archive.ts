import { type Disk, memoryDisk } from "../../disk/disk.ts";
import { piecesDisk } from "../../disk/pieces.ts";
import { TarError } from "../../tar/header.ts";
import type { Content, Member } from "../../tar/member.ts";
import { expand } from "../../tar/sparse.ts";
import type { Entries } from "../entries.ts";
import type { Stat } from "../image.ts";
import { READ_LIMIT, readLimit, tooLarge } from "../limits.ts";
import type { Problems } from "../problems.ts";
import { resolvePath } from "../resolve.ts";
import { sortNames } from "../sort.ts";
import { strictText } from "../utf8.ts";

/**
 * Limits for what is kept of an archive: far more than an image contains, and little enough for a machine's memory.
 * `walked` limits the characters of paths that are looked up for names that lead through links.
 */
const LIMITS = {
  entries: 2_000_000,
  characters: 128 * 1024 * 1024,
  walked: 512 * 1024 * 1024,
  pieces: 1_000_000,
  kept: 512 * 1024 * 1024,
};

/** The longest path that Linux allows, and a depth that no real archive reaches. */
const NAME_LIMIT = { length: 4096, depth: 256 };

/** The entries of a directory by name. Undefined marks an entry that cannot be addressed by its name. */
type Directory = Map<string, Member | undefined>;

/** A directory's path with a trailing slash, and a name in it. The root itself has no name. */
interface Place {
  readonly above: string;
  readonly directory: Directory;
  readonly name: string;
}

/** The common beginning of the stored names of one directory's members. */
interface Beginning extends Omit<Place, "name"> {
  readonly prefix: string;
}

/**
 * The file tree that unpacking an archive would create: a later member replaces an earlier one of the same path, hard
 * links share their file, names are confined to the root as if chrooted, and devices are ordinary entries.
 */
export class Archive {
  readonly #problems: Problems;
  #root: Member = IMPLIED_DIRECTORY;
  /** By the directory's path with a trailing slash. */
  readonly #directories = new Map<string, Directory>([["/", new Map()]]);
  /** The directory of the previous member, which most members share. */
  #last: Beginning | undefined;
  readonly #kept = new WeakMap<Content, Buffer>();
  #entries = 0;
  #characters = 0;
  #walked = 0;
  #pieces = 0;
  #keptBytes = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /**
   * Adds a member. Returns the path of a file whose bytes can be passed to `keep`, for callers that cannot read them later.
   * @throws {TarError} if the archive exceeds the limits.
   */
  add(member: Member): string | undefined {
    const isTooLong = this.#isTooLong(member.name, member.name) || this.#isTooLong(member.link, member.name);
    // Members that are not kept count too, since their problems are kept.
    this.#count(1, isTooLong ? 0 : member.name.length + member.link.length);
    if (isTooLong) return undefined;
    const place = this.#placeOf(member.name);
    if (place === undefined) return undefined;
    const node = member.type === "hardlink" ? this.#linked(place, member) : member;
    if (node === undefined || !this.#put(place, node) || node !== member || node.type !== "file") return undefined;
    const { stored, pieces } = node.content;
    const size = Math.max(node.content.size, stored);
    this.#pieces += pieces?.length ?? 0;
    if (this.#pieces > LIMITS.pieces) throw new TarError("it contains too many pieces of sparse files");
    const path = place.above + place.name;
    return (size > READ_LIMIT && size > readLimit(path)) || this.#keptBytes + stored > LIMITS.kept ? undefined : path;
  }

  /** Keeps a file's stored bytes. */
  keep(content: Content, stored: Buffer): void {
    this.#keptBytes += stored.length;
    this.#kept.set(content, Buffer.from(stored));
  }

  /** Removes the entry of this stored name with everything below it, as a whiteout in a layer of a container image does. */
  remove(name: string): void {
    const place = this.#existing(name);
    if (place === undefined || place.name === "") return;
    const { above, directory } = place;
    if (directory.get(place.name)?.type === "directory") this.#forget(`${above}${place.name}/`);
    directory.delete(place.name);
  }

  /** Removes everything beside the entry of this stored name, as an opaque whiteout does. */
  clearAround(name: string): void {
    const place = this.#existing(name);
    if (place === undefined || place.directory.size === 0) return;
    this.#forget(place.above);
    this.#directories.set(place.above, new Map());
  }

  /** The place of a stored name whose directory exists. */
  #existing(stored: string): Place | undefined {
    const path = this.#isTooLong(stored, stored) ? undefined : this.#pathOf(lossyText(stored));
    if (path === undefined) return undefined;
    const slash = path.lastIndexOf("/") + 1;
    const above = path.slice(0, slash);
    const directory = this.#directories.get(above);
    return directory && { above, directory, name: path.slice(slash) };
  }

  /** The content of the file at a path without links. */
  contentAt(path: string): Content | undefined {
    const found = this.#find(path);
    return found?.type === "file" ? found.content : undefined;
  }

  /** The tree. `storedOf` has the stored bytes of a file that was not kept, or throws. */
  entries(storedOf: (content: Content) => Disk): Entries {
    const diskOf = (content: Content): Disk => {
      const kept = this.#kept.get(content);
      return kept === undefined ? storedOf(content) : memoryDisk(kept);
    };
    const read = (path: string): Buffer | undefined => {
      const { content } = this.#find(path)!;
      const { size, pieces } = content;
      const length = Math.max(size, content.stored);
      if (length > readLimit(path)) this.#problems.add(path, tooLarge(path, length));
      else
        try {
          const stored = diskOf(content).read(0, content.stored);
          return pieces ? expand(pieces, size, stored) : stored;
        } catch (error) {
          this.#problems.add(path, (error as Error).message);
        }
      return undefined;
    };
    return {
      lstat: (path) => {
        const found = this.#find(path);
        if (found === undefined && path.includes("\ufffd")) this.#problems.add(path, "its name is not UTF-8");
        return found && statOf(found);
      },
      readlink: (path) => this.#linkAt(path),
      list: (path) => sortNames([...(this.#directories.get(path === "/" ? path : `${path}/`)?.keys() ?? [])]),
      read,
      whole: (path) => {
        const found = this.#find(path);
        if (found === undefined) return undefined;
        const { content, mtime } = found;
        const { pieces, size } = content;
        let disk: Disk | undefined;
        return {
          id: content,
          mtime,
          read(offset, length) {
            disk ??= pieces === undefined ? diskOf(content) : piecesDisk(diskOf(content), pieces, size);
            return disk.read(offset, Math.max(0, Math.min(length, size - offset)));
          },
        };
      },
    };
  }

  /** The node at a path without links before its last component. */
  #find(path: string): Member | undefined {
    if (path === "/") return this.#root;
    const slash = path.lastIndexOf("/") + 1;
    return this.#directories.get(path.slice(0, slash))?.get(path.slice(slash));
  }

  #linkAt(path: string): string | undefined {
    const found = this.#find(path);
    return found?.type === "symlink" ? lossyText(found.link) : undefined;
  }

  /** The place of a member with this stored name; undefined, and a problem, if it cannot be reached. */
  #placeOf(stored: string): Place | undefined {
    let end = stored.length;
    while (end > 0 && stored[end - 1] === "/") end--;
    const slash = stored.lastIndexOf("/", end - 1) + 1;
    const name = text(stored.slice(slash, end));
    if (isName(name)) {
      const last = this.#directoryAt(stored.slice(0, slash));
      if (last !== undefined) return { above: last.above, directory: last.directory, name };
    }
    const whole = text(stored);
    const path = this.#pathOf(whole ?? upToUnreadable(stored));
    const place = path === undefined ? undefined : this.#placeAt(path);
    if (whole !== undefined || place === undefined) return place;
    // As in a directory on Linux, a name that is not UTF-8 is listed, but neither it nor anything below it can be opened.
    if (!place.directory.has(place.name)) this.#put(place, undefined);
    return undefined;
  }

  /** The directory that the beginning of a stored name denotes regardless of links. */
  #directoryAt(prefix: string): Beginning | undefined {
    if (prefix === this.#last?.prefix) return this.#last;
    const above = text(prefix)?.replace(/^(\.?\/)*/, "/");
    const directory = above && this.#directories.get(above);
    this.#last = directory ? { prefix, above, directory } : undefined;
    return this.#last;
  }

  /** The place of a name, with all links but the last component resolved; undefined if it leads outside or into a loop. */
  #pathOf(name: string): string | undefined {
    if (climbsOut(name)) {
      this.#problems.add(name, "its name points outside the image");
      return undefined;
    }
    const linkAt = (path: string): string | undefined => {
      this.#walked += path.length;
      if (this.#walked > LIMITS.walked) throw new TarError("too many of its names lead through long chains of links");
      return this.#linkAt(path);
    };
    const real = resolvePath(name, linkAt, false);
    if (real === undefined) this.#problems.add(name, "its symbolic links form a loop");
    return real;
  }

  /** Counts what is kept. @throws {TarError} if it exceeds the limits. */
  #count(entries: number, characters: number): void {
    this.#entries += entries;
    this.#characters += characters;
    if (this.#entries > LIMITS.entries || this.#characters > LIMITS.characters)
      throw new TarError(`it is too large to read: more than ${this.#entries - 1} entries`);
  }

  /** Whether a member's name or link target is too long; reports that as a problem of the member. */
  #isTooLong(text: string, name: string): boolean {
    const { length, depth } = NAME_LIMIT;
    if (text.length <= depth || (text.length <= length && text.split("/").length <= depth)) return false;
    // A copy, since a slice keeps the whole string in memory.
    const beginning = Buffer.from(name.slice(0, 80), "latin1").toString("utf8");
    const what = text === name ? "its name" : "its link target";
    this.#problems.add(name.length > 80 ? `${beginning}...` : beginning, `${what} is too long`);
    return true;
  }

  /** The place of a path; creates directories that the archive lacks. Undefined if a file is in the way. */
  #placeAt(path: string): Place | undefined {
    const slash = path.lastIndexOf("/") + 1;
    const above = path.slice(0, slash);
    const missing: string[] = [];
    let known = above;
    for (; !this.#directories.has(known); known = known.slice(0, known.lastIndexOf("/", known.length - 2) + 1)) {
      const inTheWay = known.slice(0, -1);
      if (this.#find(inTheWay) !== undefined) {
        this.#problems.add(path, `in the archive it is below ${inTheWay}, which is a file`);
        return undefined;
      }
      missing.push(known);
    }
    let directory = this.#directories.get(known)!;
    for (let next = missing.pop(); next !== undefined; next = missing.pop()) {
      this.#count(1, 0);
      this.#put({ above: known, directory, name: next.slice(known.length, -1) }, IMPLIED_DIRECTORY);
      known = next;
      directory = this.#directories.get(next)!;
    }
    return { above, directory, name: path.slice(slash) };
  }

  #linked({ above, name }: Place, member: Member): Member | undefined {
    const target = text(member.link);
    const real = target === undefined ? undefined : this.#pathOf(target);
    const node = real === undefined ? undefined : this.#find(real);
    if (node !== undefined && node.type !== "directory") return node;
    this.#problems.add(
      above + name,
      `it is a hard link to ${lossyText(member.link)}, which does not precede it in the archive`,
    );
    return undefined;
  }

  /** Puts a node in its place. An existing directory keeps its entries. Returns whether that was possible. */
  #put({ above, directory, name }: Place, node: Member | undefined): boolean {
    const isDirectory = node?.type === "directory";
    if (name === "") {
      if (isDirectory) this.#root = node;
      else this.#problems.add("/", "it is not a directory in the archive");
      return isDirectory;
    }
    const existing = directory.get(name);
    if (isDirectory && existing?.type !== "directory") {
      // Counted once more, since the table of its names takes the most memory.
      this.#count(1, above.length + name.length);
      this.#directories.set(`${above}${name}/`, new Map());
    } else if (!isDirectory && existing?.type === "directory") this.#forget(`${above}${name}/`);
    directory.set(name, node);
    return true;
  }

  #forget(path: string): void {
    this.#last = undefined;
    const gone = [path];
    for (let next = gone.pop(); next !== undefined; next = gone.pop()) {
      for (const [name, node] of this.#directories.get(next)!)
        if (node?.type === "directory") gone.push(`${next}${name}/`);
      this.#directories.delete(next);
    }
  }
}

/** A directory without a member of its own in the archive. */
const IMPLIED_DIRECTORY: Member = {
  name: "",
  type: "directory",
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtime: 0,
  link: "",
  content: { offset: 0, stored: 0, size: 0, pieces: undefined },
};

function statOf({ type, mode, uid, gid, link, content }: Member): Stat {
  if (type === "symlink") return { kind: type, size: link.length, mode: 0o777, uid, gid };
  if (type === "file") return { kind: type, size: content.size, mode, uid, gid };
  return { kind: type === "directory" ? type : "special", size: 0, mode, uid, gid };
}

/** Whether a path component names an entry of its directory. */
function isName(component: string | undefined): component is string {
  return component !== undefined && component !== "" && component !== "." && component !== "..";
}

/** Whether a relative path has a `..` that leads above where it starts. */
function climbsOut(path: string): boolean {
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

/** The bytes of a name as text; undefined if they are not UTF-8. */
function text(name: string): string | undefined {
  if (isAscii(name)) return name;
  return strictText(Buffer.from(name, "latin1"));
}

/** The beginning of a name that is not UTF-8, up to its first component that is not. */
function upToUnreadable(name: string): string {
  const parts = name.split("/");
  return lossyText(parts.slice(0, parts.findIndex((part) => text(part) === undefined) + 1).join("/"));
}

function lossyText(name: string): string {
  return isAscii(name) ? name : Buffer.from(name, "latin1").toString("utf8");
}

function isAscii(name: string): boolean {
  return !/[\x80-\xff]/.test(name);
}
