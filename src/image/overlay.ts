import { bytesOf, type FileContent } from "./content.ts";
import type { Image, ImageProblem, Stat } from "./image.ts";
import { isTooLong, resolvePath } from "./resolve.ts";
import { hasUnknown, mayComeOutAs, unknown, unknownReason } from "./unknown.ts";
import { type Blame, type Entry, fileEntry, keyed, parentOf, sameBlame, WriteLog } from "./writeLog.ts";

const UNREAD = "the file could not be read, and cloud-init may keep part of its content";

/** One path that differs from the image before the boot. */
export interface Change {
  readonly path: string;
  readonly op: "created" | "modified" | "deleted";
  readonly certainty: "certain" | "possible";
  /** The entry after the boot; undefined for a deletion and for a possible change. */
  readonly after: Entry | undefined;
  /** For a possible change, why the content cannot be known. */
  readonly reason: string | undefined;
  readonly blames: readonly Blame[];
}

/** Metadata that `write` sets besides the content; an existing file keeps whatever is not specified. */
export interface FileAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A part of a boot: consecutive writes with one cause, and the image after them. */
export interface BootPart {
  readonly blame: Blame;
  readonly paths: readonly string[];
  /** A new object each time, so that its caches can be garbage-collected. */
  readonly image: Image;
}

/**
 * A copy-on-write layer over an image. It is an Image itself, so services read it like any other. Every written path
 * records its cause. A write that leaves a path unchanged is not a change.
 */
export class Overlay implements Image {
  readonly source: string;
  readonly #lower: Image;
  readonly #log: WriteLog;
  /** The number of steps of the log that count: all of them, unless this is an earlier state of the image. */
  readonly #until: number;
  readonly #possible = new Map<string, { reason: string; blames: Blame[] }>();
  /** Cache of resolved paths; emptied when a link is created or removed. */
  readonly #resolved = new Map<string, string | undefined>();

  constructor(lower: Image, log = new WriteLog(), until = Number.POSITIVE_INFINITY) {
    this.#lower = lower;
    this.source = lower.source;
    this.#log = log;
    this.#until = until;
  }

  get problems(): readonly ImageProblem[] {
    return this.#lower.problems;
  }

  addProblem(path: string, reason: string): void {
    this.#lower.addProblem(path, reason);
  }

  lstat(path: string): Stat | undefined {
    const canonical = this.#canonical(path);
    return canonical === undefined ? undefined : this.#lstatCanonical(canonical);
  }

  stat(path: string): Stat | undefined {
    const real = this.realpath(path);
    return real === undefined ? undefined : this.#lstatCanonical(real);
  }

  read(path: string): Buffer | undefined {
    const content = this.content(path);
    return content === undefined ? undefined : bytesOf(content);
  }

  /** The content that `read` returns, possibly not produced yet. */
  content(path: string): FileContent | undefined {
    const real = this.realpath(path);
    if (real === undefined) return undefined;
    if (!this.#covered(real)) return this.#lower.read(real);
    const entry = this.#entry(real);
    return entry?.kind === "file" ? entry.source : undefined;
  }

  list(path: string): readonly string[] {
    const real = this.realpath(path);
    if (real === undefined) return [];
    const names = new Set(this.#hidden(real) ? [] : this.#lower.list(real));
    const prefix = real === "/" ? "/" : `${real}/`;
    for (const name of this.#log.names(real)) {
      const step = this.#log.last(`${prefix}${name}`, this.#until);
      if (step === undefined) continue;
      if (step.entry === undefined) names.delete(name);
      else names.add(name);
    }
    return [...names].sort();
  }

  readlink(path: string): string | undefined {
    const canonical = this.#canonical(path);
    return canonical === undefined ? undefined : this.#readlinkCanonical(canonical);
  }

  realpath(path: string): string | undefined {
    const known = this.#resolved.get(path);
    if (known !== undefined || this.#resolved.has(path)) return known;
    const real = this.#resolve(path);
    this.#resolved.set(path, real);
    return real;
  }

  /** Writes a file through links, as open(path, "w") does; creates missing directories (0755). */
  write(path: string, content: string | FileContent, blame: Blame, attributes: FileAttributes = {}): void {
    const real = this.realpath(path);
    if (real === undefined) return;
    const existing = this.#lstatCanonical(real);
    if (existing !== undefined && existing.kind !== "file") return;
    this.mkdir(parentOf(real), blame);
    const mode = attributes.mode ?? existing?.mode ?? 0o644;
    const uid = attributes.uid ?? existing?.uid ?? 0;
    const gid = attributes.gid ?? existing?.gid ?? 0;
    const known = existing !== undefined && this.#isUnread(real) ? wholeUnknown(UNREAD) : content;
    this.#set(real, fileEntry(typeof known === "string" ? Buffer.from(known) : known, mode, uid, gid), blame);
  }

  /** Changes the mode or owner of an existing entry; does nothing if there is none. */
  setAttributes(path: string, attributes: FileAttributes, blame: Blame): void {
    const real = this.realpath(path);
    if (real === undefined) return;
    const stat = this.#lstatCanonical(real);
    if (stat === undefined) return;
    const { mode = stat.mode, uid = stat.uid, gid = stat.gid } = attributes;
    if (stat.kind === "directory") this.#set(real, { kind: "directory", mode, uid, gid }, blame);
    else this.#set(real, fileEntry(this.content(real) ?? Buffer.alloc(0), mode, uid, gid), blame);
  }

  /** Creates a directory and its missing parents; an existing one stays unchanged. */
  mkdir(path: string, blame: Blame, attributes: FileAttributes = {}): void {
    const real = this.realpath(path);
    if (real === undefined || real === "/" || this.#lstatCanonical(real) !== undefined) return;
    this.mkdir(parentOf(real), blame);
    const { mode = 0o755, uid = 0, gid = 0 } = attributes;
    this.#set(real, { kind: "directory", mode, uid, gid }, blame);
  }

  /** Creates a symbolic link, replacing an existing file or link. */
  symlink(path: string, target: string, blame: Blame, attributes: FileAttributes = {}): void {
    const canonical = this.#canonical(path);
    if (canonical === undefined) return;
    this.mkdir(parentOf(canonical), blame);
    const { uid = 0, gid = 0 } = attributes;
    this.#set(canonical, { kind: "symlink", target, uid, gid }, blame);
  }

  /** Removes a file, a link, or a directory with its content; does nothing if there is none. */
  remove(path: string, blame: Blame): void {
    const canonical = this.#canonical(path);
    if (canonical === undefined || this.#lstatCanonical(canonical) === undefined) return;
    if (this.#lstatCanonical(canonical)?.kind === "directory")
      for (const name of this.list(canonical)) this.remove(`${canonical}/${name}`, blame);
    this.#set(canonical, undefined, blame);
  }

  /** Renames a file, as rename() does. */
  rename(from: string, to: string, blame: Blame): void {
    const stat = this.lstat(from);
    const target = this.readlink(from);
    if (stat === undefined) return;
    if (target !== undefined) this.symlink(to, target, blame);
    else {
      const content = this.content(from) ?? Buffer.alloc(0);
      if (this.readlink(to) !== undefined) this.remove(to, blame);
      this.write(to, content, blame, stat);
    }
    this.remove(from, blame);
  }

  /** Records that a command or script may change `path` in an unknown way. */
  mayChange(path: string, reason: string, blame: Blame): void {
    const real = this.realpath(path) ?? path;
    const possible = this.#possible.get(real);
    if (possible === undefined) this.#possible.set(real, { reason, blames: [blame] });
    else possible.blames.push(blame);
  }

  /** All differences from the image, sorted by path. */
  changes(): Change[] {
    const changes: Change[] = [];
    for (const [path, numbers] of this.#log.ofPath) {
      const after = this.#log.steps[numbers.at(-1)!]!.entry;
      const before = this.#lower.lstat(path);
      if (before === undefined && after === undefined) continue;
      if (after !== undefined && before !== undefined && this.#same(path, before, after)) continue;
      const op = after === undefined ? "deleted" : before === undefined ? "created" : "modified";
      const blames = [...new Map(numbers.map((at) => this.#log.steps[at]!.blame).map(keyed)).values()];
      const reason = before && after && this.#unchangedIf(path, after);
      const certainty = reason === undefined ? "certain" : "possible";
      changes.push({ path, op, certainty, after: reason === undefined ? after : undefined, reason, blames });
    }
    const certain = new Set(changes.map((change) => change.path));
    for (const [path, { reason, blames }] of this.#possible) {
      if (certain.has(path)) continue;
      const op = this.#lower.lstat(path) === undefined ? "created" : "modified";
      changes.push({ path, op, certainty: "possible", after: undefined, reason, blames });
    }
    return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** The parts of the boot in order. */
  history(): readonly BootPart[] {
    const parts: BootPart[] = [];
    const { steps } = this.#log;
    for (let start = 0; start < steps.length; ) {
      const { blame } = steps[start]!;
      let end = start + 1;
      while (end < steps.length && sameBlame(steps[end]!.blame, blame)) end++;
      parts.push(this.#part(blame, start, end));
      start = end;
    }
    return parts;
  }

  #part(blame: Blame, start: number, end: number): BootPart {
    const [lower, log] = [this.#lower, this.#log];
    return {
      blame,
      paths: log.steps.slice(start, end).map(({ path }) => path),
      get image() {
        return new Overlay(lower, log, end);
      },
    };
  }

  /** Whether a file of the image exists but cannot be read, so that what is written may build upon its content. */
  #isUnread(canonical: string): boolean {
    return this.problems.length > 0 && !this.#covered(canonical) && this.#lower.read(canonical) === undefined;
  }

  #set(canonical: string, entry: Entry | undefined, blame: Blame): void {
    const below = this.#lower.lstat(canonical)?.kind;
    if (below === "symlink" || (below === "directory" && entry?.kind !== "directory")) this.#log.hiding.add(canonical);
    if (entry?.kind === "symlink" || this.#readlinkCanonical(canonical) !== undefined) this.#resolved.clear();
    this.#log.add({ path: canonical, entry, blame });
  }

  /** The entry that the last write of a path created; undefined if it removed the path or there was no write. */
  #entry(canonical: string): Entry | undefined {
    return this.#log.last(canonical, this.#until)?.entry;
  }

  #same(path: string, before: Stat, after: Entry): boolean {
    if (before.kind !== after.kind || before.uid !== after.uid || before.gid !== after.gid) return false;
    if (after.kind === "symlink") return this.#lower.readlink(path) === after.target;
    if (before.mode !== after.mode) return false;
    return after.kind === "directory" || after.content.equals(this.#lower.read(path) ?? Buffer.alloc(0));
  }

  /** Why a file may stay the same: the unknown parts of its content may equal its current content. */
  #unchangedIf(path: string, after: Entry): string | undefined {
    if (after.kind !== "file") return undefined;
    const text = after.content.toString("utf8");
    const reason = unknownReason(text);
    if (reason === UNREAD) return reason;
    if (!hasUnknown(text) || reason !== undefined) return undefined;
    const same = mayComeOutAs(text, this.#lower.read(path)?.toString("utf8") ?? "");
    return same ? "it is written, but its content may stay the same" : undefined;
  }

  /** Many paths share a directory, so it is resolved once. */
  #resolve(path: string): string | undefined {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const isPlain = path.startsWith("/") && path !== "/" && !["", ".", ".."].includes(name) && !isTooLong(path);
    const parent = isPlain ? this.realpath(parentOf(path)) : undefined;
    const real = parent === undefined || parent === "/" ? `/${name}` : `${parent}/${name}`;
    if (parent !== undefined && this.#readlinkCanonical(real) === undefined) return real;
    return resolvePath(path, (canonical) => this.#readlinkCanonical(canonical));
  }

  /** The path with its directory part resolved and its last component unchanged. */
  #canonical(path: string): string | undefined {
    const parent = this.realpath(parentOf(path));
    if (parent === undefined) return undefined;
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name === "" || name === "." || name === "..") return this.realpath(path);
    return parent === "/" ? `/${name}` : `${parent}/${name}`;
  }

  #lstatCanonical(canonical: string): Stat | undefined {
    if (!this.#covered(canonical)) return this.#lower.lstat(canonical);
    const entry = this.#entry(canonical);
    if (entry === undefined) return undefined;
    const { kind, uid, gid } = entry;
    if (kind === "symlink") return { kind, size: 0, mode: 0o777, uid, gid };
    if (kind === "directory") return { kind, size: 0, mode: entry.mode, uid, gid };
    return {
      kind,
      get size() {
        return entry.content.length;
      },
      mode: entry.mode,
      uid,
      gid,
    };
  }

  #readlinkCanonical(canonical: string): string | undefined {
    if (!this.#covered(canonical)) return this.#lower.readlink(canonical);
    const entry = this.#entry(canonical);
    return entry?.kind === "symlink" ? entry.target : undefined;
  }

  /** Whether this layer, not the image, determines the entry at the path. */
  #covered(canonical: string): boolean {
    return (
      this.#log.last(canonical, this.#until) !== undefined || (canonical !== "/" && this.#hidden(parentOf(canonical)))
    );
  }

  /** Whether the image's content of a directory is gone because it or a parent was removed or replaced. */
  #hidden(directory: string): boolean {
    const { hiding } = this.#log;
    if (hiding.size === 0) return false;
    for (let path = directory; path !== "/"; path = parentOf(path)) {
      if (!hiding.has(path)) continue;
      const step = this.#log.last(path, this.#until);
      if (step === undefined) continue;
      if (step.entry?.kind !== "directory" || this.#lower.lstat(path)?.kind === "symlink") return true;
    }
    return false;
  }
}

/** A file's content as the plan shows it: its text, or why it cannot be known. */
export function wholeUnknown(reason: string): Buffer {
  return Buffer.from(unknown(reason));
}
