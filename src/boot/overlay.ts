import type { Origin } from "../config/tree.ts";
import type { Image, ImageProblem, Stat } from "../image/image.ts";
import { resolvePath } from "../image/resolve.ts";
import { hasUnknown, mayComeOutAs, unknown, unknownReason } from "./unknown.ts";

/** Who changes something and because of which line of configuration. */
export interface Blame {
  /** A module of cloud-init, or the name of a step outside the modules ("network"). */
  readonly module: string;
  readonly cause: Origin;
}

/** One path that differs from the image before the boot. */
export interface Change {
  readonly path: string;
  readonly op: "created" | "modified" | "deleted";
  readonly certainty: "certain" | "possible";
  /** The entry after the boot; undefined for a deletion and for a change that is only possible. */
  readonly after: Entry | undefined;
  /** Why the content cannot be known, for changes that are only possible. */
  readonly reason: string | undefined;
  readonly blames: readonly Blame[];
}

/** A directory entry that the boot wrote. Unknown parts of `content` stand as `<<unknown:REASON>>`. */
export type Entry =
  | {
      readonly kind: "file";
      readonly content: Buffer;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | { readonly kind: "symlink"; readonly target: string; readonly uid: number; readonly gid: number }
  | { readonly kind: "directory"; readonly mode: number; readonly uid: number; readonly gid: number };

/** What `write` sets beside the content; an existing file keeps what is not given. */
export interface FileAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * A copy-on-write layer over an image: an Image itself, so services read it like any other. Every written path
 * remembers who wrote it. A write that leaves a path as it was is no change.
 */
export class Overlay implements Image {
  readonly source: string;
  readonly #lower: Image;
  /** undefined = deleted. Keys are canonical: no link in the directory part. */
  readonly #entries = new Map<string, Entry | undefined>();
  readonly #blames = new Map<string, Blame[]>();
  readonly #possible = new Map<string, { reason: string; blames: Blame[] }>();
  /** Every write in its order, so that the image as it was after each can be had again. */
  readonly #steps: { path: string; entry: Entry | undefined; blame: Blame }[] = [];

  constructor(lower: Image) {
    this.#lower = lower;
    this.source = lower.source;
  }

  get problems(): readonly ImageProblem[] {
    return this.#lower.problems;
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
    const real = this.realpath(path);
    if (real === undefined) return undefined;
    if (this.#covered(real)) {
      const entry = this.#entries.get(real);
      return entry?.kind === "file" ? entry.content : undefined;
    }
    return this.#lower.read(real);
  }

  list(path: string): readonly string[] {
    const real = this.realpath(path);
    if (real === undefined) return [];
    const names = new Set(this.#hidden(real) ? [] : this.#lower.list(real));
    const prefix = real === "/" ? "/" : `${real}/`;
    for (const [entryPath, entry] of this.#entries) {
      if (!entryPath.startsWith(prefix) || entryPath.length === prefix.length) continue;
      const name = entryPath.slice(prefix.length);
      if (name.includes("/")) continue;
      if (entry === undefined) names.delete(name);
      else names.add(name);
    }
    return [...names].sort();
  }

  readlink(path: string): string | undefined {
    const canonical = this.#canonical(path);
    return canonical === undefined ? undefined : this.#readlinkCanonical(canonical);
  }

  realpath(path: string): string | undefined {
    return resolvePath(path, (canonical) => this.#readlinkCanonical(canonical));
  }

  /** Writes a file through links, as open(path, "w") does; missing directories are made (0755). */
  write(path: string, content: string | Buffer, blame: Blame, attributes: FileAttributes = {}): void {
    const real = this.realpath(path);
    if (real === undefined) return;
    const existing = this.#lstatCanonical(real);
    if (existing !== undefined && existing.kind !== "file") return;
    this.mkdir(parentOf(real), blame);
    this.#set(
      real,
      {
        kind: "file",
        content: Buffer.from(content),
        mode: attributes.mode ?? existing?.mode ?? 0o644,
        uid: attributes.uid ?? existing?.uid ?? 0,
        gid: attributes.gid ?? existing?.gid ?? 0,
      },
      blame,
    );
  }

  /** Changes mode or owner of what is there; nothing when there is nothing. */
  setAttributes(path: string, attributes: FileAttributes, blame: Blame): void {
    const real = this.realpath(path);
    if (real === undefined) return;
    const stat = this.#lstatCanonical(real);
    if (stat === undefined) return;
    const { mode = stat.mode, uid = stat.uid, gid = stat.gid } = attributes;
    if (stat.kind === "directory") this.#set(real, { kind: "directory", mode, uid, gid }, blame);
    else this.#set(real, { kind: "file", content: this.read(real) ?? Buffer.alloc(0), mode, uid, gid }, blame);
  }

  /** Makes a directory and its missing parents; an existing one stays as it is. */
  mkdir(path: string, blame: Blame, attributes: FileAttributes = {}): void {
    const real = this.realpath(path);
    if (real === undefined || real === "/" || this.#lstatCanonical(real) !== undefined) return;
    this.mkdir(parentOf(real), blame);
    const { mode = 0o755, uid = 0, gid = 0 } = attributes;
    this.#set(real, { kind: "directory", mode, uid, gid }, blame);
  }

  /** Makes a symbolic link in place of whatever file or link was there. */
  symlink(path: string, target: string, blame: Blame, attributes: FileAttributes = {}): void {
    const canonical = this.#canonical(path);
    if (canonical === undefined) return;
    this.mkdir(parentOf(canonical), blame);
    const { uid = 0, gid = 0 } = attributes;
    this.#set(canonical, { kind: "symlink", target, uid, gid }, blame);
  }

  /** Removes a file, a link, or a directory with all in it; nothing when there is nothing. */
  remove(path: string, blame: Blame): void {
    const canonical = this.#canonical(path);
    if (canonical === undefined || this.#lstatCanonical(canonical) === undefined) return;
    if (this.#lstatCanonical(canonical)?.kind === "directory")
      for (const name of this.list(canonical)) this.remove(`${canonical}/${name}`, blame);
    this.#set(canonical, undefined, blame);
  }

  /** Moves a file, as rename() does. */
  rename(from: string, to: string, blame: Blame): void {
    const stat = this.lstat(from);
    const target = this.readlink(from);
    if (stat === undefined) return;
    if (target !== undefined) this.symlink(to, target, blame);
    else {
      const content = this.read(from) ?? Buffer.alloc(0);
      if (this.readlink(to) !== undefined) this.remove(to, blame);
      this.write(to, content, blame, stat);
    }
    this.remove(from, blame);
  }

  /** Says that a command or script may change `path`, in a way that cannot be known. */
  mayChange(path: string, reason: string, blame: Blame): void {
    const real = this.realpath(path) ?? path;
    const possible = this.#possible.get(real);
    if (possible === undefined) this.#possible.set(real, { reason, blames: [blame] });
    else possible.blames.push(blame);
  }

  /** All that differs from the image, sorted by path. */
  changes(): Change[] {
    const changes: Change[] = [];
    for (const [path, after] of this.#entries) {
      const before = this.#lower.lstat(path);
      if (before === undefined && after === undefined) continue;
      if (after !== undefined && before !== undefined && this.#same(path, before, after)) continue;
      const op = after === undefined ? "deleted" : before === undefined ? "created" : "modified";
      const blames = this.#blames.get(path) ?? [];
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

  /** The image after each part of the boot: consecutive writes for one reason are one part. */
  history(): { readonly blame: Blame; readonly image: Image; readonly paths: readonly string[] }[] {
    const parts: { blame: Blame; image: Overlay; paths: string[] }[] = [];
    for (const { path, entry, blame } of this.#steps) {
      const last = parts.at(-1);
      if (last !== undefined && sameBlame(last.blame, blame)) last.image.#entries.set(path, entry);
      else {
        const image = new Overlay(this.#lower);
        for (const [known, value] of last === undefined ? [] : last.image.#entries) image.#entries.set(known, value);
        image.#entries.set(path, entry);
        parts.push({ blame, image, paths: [] });
      }
      parts.at(-1)?.paths.push(path);
    }
    return parts;
  }

  #set(canonical: string, entry: Entry | undefined, blame: Blame): void {
    this.#entries.set(canonical, entry);
    this.#steps.push({ path: canonical, entry, blame });
    const blames = this.#blames.get(canonical);
    if (blames === undefined) this.#blames.set(canonical, [blame]);
    else if (!blames.some((known) => sameBlame(known, blame))) blames.push(blame);
  }

  #same(path: string, before: Stat, after: Entry): boolean {
    if (before.kind !== after.kind || before.uid !== after.uid || before.gid !== after.gid) return false;
    if (after.kind === "symlink") return this.#lower.readlink(path) === after.target;
    if (before.mode !== after.mode) return false;
    return after.kind === "directory" || after.content.equals(this.#lower.read(path) ?? Buffer.alloc(0));
  }

  /** Why a file may come out as it is, where what is not known of its content may be what stands there already. */
  #unchangedIf(path: string, after: Entry): string | undefined {
    if (after.kind !== "file") return undefined;
    const text = after.content.toString("utf8");
    if (!hasUnknown(text) || unknownReason(text) !== undefined) return undefined;
    const same = mayComeOutAs(text, this.#lower.read(path)?.toString("utf8") ?? "");
    return same ? "it is written, but may hold the same as now" : undefined;
  }

  /** The path with its directory part resolved and its last component as it is. */
  #canonical(path: string): string | undefined {
    const parent = this.realpath(parentOf(path));
    if (parent === undefined) return undefined;
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name === "" || name === "." || name === "..") return this.realpath(path);
    return parent === "/" ? `/${name}` : `${parent}/${name}`;
  }

  #lstatCanonical(canonical: string): Stat | undefined {
    if (!this.#covered(canonical)) return this.#lower.lstat(canonical);
    const entry = this.#entries.get(canonical);
    if (entry === undefined) return undefined;
    if (entry.kind === "file") return { ...entry, size: entry.content.length };
    return { size: 0, mode: 0o777, ...entry };
  }

  #readlinkCanonical(canonical: string): string | undefined {
    if (!this.#covered(canonical)) return this.#lower.readlink(canonical);
    const entry = this.#entries.get(canonical);
    return entry?.kind === "symlink" ? entry.target : undefined;
  }

  /** Whether this layer, not the image, decides what is at the path. */
  #covered(canonical: string): boolean {
    return this.#entries.has(canonical) || (canonical !== "/" && this.#hidden(parentOf(canonical)));
  }

  /** Whether the image's own content of a directory is gone, since it or a parent was removed or replaced. */
  #hidden(directory: string): boolean {
    for (let path = directory; path !== "/"; path = parentOf(path)) {
      if (!this.#entries.has(path)) continue;
      if (this.#entries.get(path)?.kind !== "directory") return true;
    }
    return false;
  }
}

/** The directory part of an absolute path; "/" for entries of the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** A file's content as the plan shows it: text, or why it cannot be known. */
export function wholeUnknown(reason: string): Buffer {
  return Buffer.from(unknown(reason));
}

function sameBlame(a: Blame, b: Blame): boolean {
  return a.module === b.module && a.cause.path === b.cause.path && a.cause.line === b.cause.line;
}
