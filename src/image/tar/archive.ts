import type { Entries } from "../entries.ts";
import type { FileKind, Stat } from "../image.ts";
import { readLimit, tooLarge } from "../limits.ts";
import type { Problems } from "../problems.ts";
import { resolvePath } from "../resolve.ts";
import { sortNames } from "../sort.ts";
import { TarError } from "./header.ts";
import type { Content, Member } from "./members.ts";
import { expand } from "./sparse.ts";

/** How much of an archive is remembered: far more than an image has, and what a machine's memory holds. */
const LIMITS = { entries: 2_000_000, characters: 128 * 1024 * 1024, pieces: 1_000_000, kept: 512 * 1024 * 1024 };

/** Linux knows no longer path; nobody nests directories as deep. */
const NAME_LIMIT = { length: 4096, depth: 256 };

interface Node {
  readonly stat: Stat;
  /** A symbolic link's text. */
  readonly link?: string;
  /** A regular file's place in the archive, and its stored bytes where they were kept. */
  readonly content?: Content;
  kept?: Buffer;
  /** The names in a directory. */
  names?: Set<string>;
}

/**
 * The file tree that unpacking an archive would give: a later member replaces an earlier one of the same path, hard
 * links share their file, names are confined to the root as if chrooted, devices are entries like any other.
 */
export class Archive {
  readonly #nodes = new Map<string, Node>();
  readonly #problems: Problems;
  /** The directory that was looked up last. */
  #last: { readonly path: string; readonly names: Set<string> } | undefined;
  #characters = 0;
  #pieces = 0;
  #keptBytes = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
    this.#place("/", { stat: directoryStat, names: new Set() });
  }

  /**
   * Adds a member. Returns the path of a file whose bytes `keep` may get, for those who see them only now.
   * @throws {TarError} for an archive that cannot be remembered.
   */
  add(member: Member): string | undefined {
    const name = text(member.name);
    const path = this.#pathOf(name ?? lossyText(member.name));
    if (path === undefined) return undefined;
    if (name === undefined) {
      // As a directory on Linux: its name is listed, but nobody can ask for it.
      this.#parentOf(path)?.add(path.slice(path.lastIndexOf("/") + 1));
      return undefined;
    }
    const node = member.type === "hardlink" ? this.#linked(path, member) : nodeOf(member);
    if (node === undefined || !this.#replace(path, node) || node.content !== member.content) return undefined;
    const { size, stored, pieces } = member.content;
    this.#pieces += pieces?.length ?? 0;
    if (this.#pieces > LIMITS.pieces) throw new TarError("it holds too many pieces of sparse files to be read");
    return size > readLimit(path) || this.#keptBytes + stored > LIMITS.kept ? undefined : path;
  }

  /** Keeps the stored bytes of the file that was just added. */
  keep(path: string, stored: Buffer): void {
    this.#keptBytes += stored.length;
    this.#nodes.get(path)!.kept = Buffer.from(stored);
  }

  /** The tree. `readStored` gives the stored bytes of a file that was not kept, or throws why it cannot. */
  entries(readStored: (content: Content) => Buffer): Entries {
    const read = (path: string): Buffer | undefined => {
      const { content, kept } = this.#nodes.get(path)!;
      if (content === undefined) return undefined;
      const { size, pieces } = content;
      const length = Math.max(size, content.stored);
      if (length > readLimit(path)) this.#problems.add(path, tooLarge(path, length));
      else
        try {
          const stored = kept ?? readStored(content);
          return pieces ? expand(pieces, size, stored) : stored;
        } catch (error) {
          this.#problems.add(path, (error as Error).message);
        }
      return undefined;
    };
    return {
      lstat: (path) => {
        const found = this.#nodes.get(path)?.stat;
        if (found === undefined && path.includes("\ufffd")) this.#problems.add(path, "its name is not UTF-8");
        return found;
      },
      readlink: (path) => this.#nodes.get(path)?.link,
      list: (path) => sortNames([...(this.#nodes.get(path)?.names ?? [])]),
      read,
    };
  }

  /** Where a member's name leads; undefined where it leads out of the root, or nowhere. */
  #pathOf(name: string): string | undefined {
    if (
      name.length > NAME_LIMIT.length ||
      (name.length > NAME_LIMIT.depth && name.split("/").length > NAME_LIMIT.depth)
    ) {
      this.#problems.add(`${name.slice(0, 80)}...`, "its name is too long");
      return undefined;
    }
    let start = 0;
    while (name[start] === "/" || (name[start] === "." && name[start + 1] === "/")) start++;
    let end = name.length;
    while (end > start && name[end - 1] === "/") end--;
    const path = `/${name.slice(start, end)}`;
    // Nearly all names are plain, and follow others of the same directory.
    const isPlain = !/\/(\.{0,2})(\/|$)/.test(path);
    if (isPlain && this.#directory(path.slice(0, path.lastIndexOf("/")) || "/")) return path;
    if (climbsOut(path)) {
      this.#problems.add(name, "its name leads out of the image");
      return undefined;
    }
    const real = resolvePath(path, (at) => this.#nodes.get(at)?.link, false);
    if (real === undefined) this.#problems.add(name, "its symbolic links lead in a loop");
    return real;
  }

  /** The names in a directory that the archive has. */
  #directory(path: string): Set<string> | undefined {
    if (path !== this.#last?.path) {
      const names = this.#nodes.get(path)?.names;
      this.#last = names && { path, names };
    }
    return this.#last?.names;
  }

  #linked(path: string, member: Member): Node | undefined {
    const target = text(member.link);
    const real = target === undefined ? undefined : this.#pathOf(target);
    const node = real === undefined ? undefined : this.#nodes.get(real);
    if (node !== undefined && node.stat.kind !== "directory") return node;
    this.#problems.add(
      path,
      `it is a hard link to ${lossyText(member.link)}, which the archive does not hold before it`,
    );
    return undefined;
  }

  /** Puts a node where it belongs. A directory that is there already keeps its names. Returns whether it could. */
  #replace(path: string, node: Node): boolean {
    const existing = this.#nodes.get(path);
    if (path === "/" && node.names === undefined) {
      this.#problems.add("/", "it is no directory in the archive");
      return false;
    }
    const parent = path === "/" ? undefined : this.#parentOf(path);
    if (path !== "/" && parent === undefined) return false;
    if (existing?.names !== undefined) {
      this.#last = undefined;
      if (node.names !== undefined) node.names = existing.names;
      else this.#forget(path, existing.names);
    }
    parent?.add(path.slice(path.lastIndexOf("/") + 1));
    this.#place(path, node);
    return true;
  }

  /** The names in the directory above `path`, made where the archive has none; undefined where a file is in its way. */
  #parentOf(path: string): Set<string> | undefined {
    const above = path.slice(0, path.lastIndexOf("/"));
    const known = this.#directory(above || "/");
    if (known !== undefined) return known;
    const missing: string[] = [];
    let directory = above;
    while (directory !== "" && !this.#nodes.has(directory)) {
      missing.push(directory);
      directory = directory.slice(0, directory.lastIndexOf("/"));
    }
    let names = this.#nodes.get(directory || "/")!.names;
    if (names === undefined) this.#problems.add(path, `in the archive it stands below ${directory}, which is a file`);
    for (let next = missing.pop(); next !== undefined && names !== undefined; next = missing.pop()) {
      names.add(next.slice(next.lastIndexOf("/") + 1));
      names = new Set();
      this.#place(next, { stat: directoryStat, names });
    }
    return names;
  }

  #place(path: string, node: Node): void {
    this.#nodes.set(path, node);
    this.#characters += path.length;
    if (this.#nodes.size > LIMITS.entries || this.#characters > LIMITS.characters)
      throw new TarError(`it holds more than can be read: over ${this.#nodes.size - 1} entries`);
  }

  #forget(directory: string, names: ReadonlySet<string>): void {
    const gone = [...names].map((name) => `${directory}/${name}`);
    for (let path = gone.pop(); path !== undefined; path = gone.pop()) {
      for (const name of this.#nodes.get(path)?.names ?? []) gone.push(`${path}/${name}`);
      this.#nodes.delete(path);
    }
  }
}

const directoryStat: Stat = { kind: "directory", size: 0, mode: 0o755, uid: 0, gid: 0 };

function nodeOf(member: Member): Node {
  const { mode, uid, gid, content } = member;
  const stat = (kind: FileKind, length: number): Stat => ({ kind, size: length, mode, uid, gid });
  switch (member.type) {
    case "directory":
      return { stat: stat("directory", 0), names: new Set() };
    case "symlink":
      return { stat: { ...stat("symlink", member.link.length), mode: 0o777 }, link: lossyText(member.link) };
    case "file":
      return { stat: stat("file", content.size), content };
    default:
      return { stat: stat("special", 0) };
  }
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

/** The bytes of a name as text; undefined when they are not UTF-8. */
function text(name: string): string | undefined {
  const decoded = lossyText(name);
  return decoded.includes("\ufffd") && Buffer.from(decoded).toString("latin1") !== name ? undefined : decoded;
}

function lossyText(name: string): string {
  return /[\x80-\xff]/.test(name) ? Buffer.from(name, "latin1").toString("utf8") : name;
}
