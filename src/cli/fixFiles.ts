import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { setImmediate } from "node:timers/promises";
import { reasonOf } from "../image/reason.ts";
import { onInterrupt } from "./interrupt.ts";

/** A file to write below a directory. */
export interface FileToWrite {
  /** Absolute below the directory, without links. */
  readonly path: string;
  readonly content: string;
  /** Its content so far; null if it is new. Another one is never replaced. */
  readonly before: string | null;
  /** The file that is renamed to `path` first. */
  readonly renames?: string;
  /** For a new file: its permissions, 0644 by default, and its owner, by default that of its directory. */
  readonly mode?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Files that could not be written. Its message says which, and that nothing was changed. */
export class WriteError extends Error {}

/** How a file that must not exist, or must be unchanged, differs from what was read. */
const CHANGED = "it has changed since it was read";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Writes all files below a directory, or none: each to a temporary file beside it first; then all take their places. If one
 * cannot be written, or the user interrupts, everything is as it was before. Links are never followed, modes and owners stay.
 * @throws WriteError
 */
export async function writeFiles(root: string, files: readonly FileToWrite[]): Promise<void> {
  const transaction = new Transaction(realpathSync.native(root));
  const settled = onInterrupt(() => void transaction.rollBack());
  try {
    const staged = files.map((file) => at(file.path, transaction, () => transaction.stage(file)));
    // A signal that has arrived is handled here. What follows is not interrupted.
    await setImmediate();
    for (const [index, { path }] of files.entries()) at(path, transaction, staged[index]!);
    transaction.finish();
  } finally {
    settled();
  }
}

/** Does one step; if it fails, nothing is done. */
function at<T>(path: string, transaction: Transaction, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const lost = transaction.rollBack();
    const kept = lost.length === 0 ? "nothing was changed" : `${lost.join(", ")} could not be restored`;
    throw new WriteError(`${path} cannot be written: ${reasonOf(error)}; ${kept}`);
  }
}

/** Steps that can be undone. */
class Transaction {
  readonly #root: Directory;
  readonly #open: Directory[] = [];
  /** What undoes each step, and the path that is not restored if that fails. */
  readonly #undo: { readonly path: string; readonly action: () => void }[] = [];
  /** Files that are not needed once all is done. */
  readonly #spare: (() => void)[] = [];

  constructor(root: string) {
    this.#root = this.#keep(new Directory(openSync(root, O_RDONLY | O_DIRECTORY), root));
  }

  /** Prepares a file. Returns the step that puts it in place. */
  stage({ path, content, before, renames, mode = 0o644, owner }: FileToWrite): () => void {
    const source = renames ?? path;
    const directory = this.#directory(source);
    const name = nameOf(source);
    const target = renames === undefined ? directory : this.#directory(path);
    const earlier = before === null ? undefined : sameAs(directory, name, before);
    if ((earlier === undefined || renames !== undefined) && target.lstat(nameOf(path)) !== undefined)
      throw new Error(CHANGED);
    const move = renames === undefined ? () => {} : () => this.#rename(directory, name, target, nameOf(path), source);
    if (earlier !== undefined && content === before) return move;
    const temporary = this.#temporary(target, (file) => {
      writeFileSync(file, content);
      if (earlier === undefined) asNew(file, owner ?? target.stat(), mode, owner !== undefined);
      else like(file, earlier);
      fsyncSync(file);
    });
    return () => {
      move();
      if (earlier === undefined) this.#create(target, temporary, nameOf(path), path);
      else this.#replace(target, temporary, nameOf(path), path);
    };
  }

  /** Makes the changes last. */
  finish(): void {
    this.#undo.length = 0;
    for (const remove of this.#spare.splice(0)) attempt(remove);
    // Some file systems cannot do that for a directory.
    for (const { file } of this.#open) attempt(() => fsyncSync(file));
    this.#close();
  }

  /** Undoes all steps, the last one first. Returns the paths that could not be restored. */
  rollBack(): string[] {
    const lost = this.#undo
      .splice(0)
      .reverse()
      .flatMap(({ path, action }) => (attempt(action) ? [] : [path]));
    // What could not be restored is still there under another name.
    if (lost.length === 0) for (const remove of this.#spare.splice(0)) attempt(remove);
    this.#close();
    return lost;
  }

  #close(): void {
    for (const { file } of this.#open.splice(0)) closeSync(file);
  }

  #keep(directory: Directory): Directory {
    this.#open.push(directory);
    return directory;
  }

  /** The directory of a path, opened from the root one component after another; missing ones are created. */
  #directory(path: string): Directory {
    let directory = this.#root;
    for (const name of path.split("/").slice(1, -1)) {
      if (directory.lstat(name) === undefined) this.#makeDirectory(directory, name);
      const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
      directory = this.#keep(new Directory(openSync(directory.at(name), flags), directory.at(name)));
    }
    return directory;
  }

  #makeDirectory(parent: Directory, name: string): void {
    mkdirSync(parent.at(name), 0o755);
    this.#undo.push({ path: name, action: () => rmdirSync(parent.at(name)) });
    const { uid, gid } = parent.stat();
    attempt(() => lchownSync(parent.at(name), uid, gid));
  }

  #temporary(directory: Directory, fill: (file: number) => void): string {
    const name = temporaryName();
    const file = openSync(directory.at(name), "wx", 0o600);
    this.#undo.push({ path: name, action: () => remove(directory.at(name)) });
    try {
      fill(file);
    } finally {
      closeSync(file);
    }
    return name;
  }

  #create(directory: Directory, temporary: string, name: string, path: string): void {
    if (directory.lstat(name) !== undefined) throw new Error(CHANGED);
    renameSync(directory.at(temporary), directory.at(name));
    this.#undo.push({ path, action: () => unlinkSync(directory.at(name)) });
  }

  #replace(directory: Directory, temporary: string, name: string, path: string): void {
    const backup = temporaryName();
    this.#spare.push(() => remove(directory.at(backup)));
    try {
      linkSync(directory.at(name), directory.at(backup));
    } catch {
      // A file system without hard links.
      copyFileSync(directory.at(name), directory.at(backup), constants.COPYFILE_EXCL);
    }
    renameSync(directory.at(temporary), directory.at(name));
    this.#undo.push({ path, action: () => renameSync(directory.at(backup), directory.at(name)) });
  }

  #rename(from: Directory, name: string, to: Directory, newName: string, path: string): void {
    renameSync(from.at(name), to.at(newName));
    this.#undo.push({ path, action: () => renameSync(to.at(newName), from.at(name)) });
  }
}

/** An open directory: its entries are those of the directory itself, whatever becomes of its path. */
class Directory {
  readonly file: number;
  readonly #path: string;

  constructor(file: number, path: string) {
    this.file = file;
    // As openat() does. Without /proc, the path has to do.
    const own = `/proc/self/fd/${file}`;
    this.#path = existsSync(own) ? own : path;
  }

  at(name: string): string {
    return `${this.#path}/${name}`;
  }

  stat(): Stats {
    return fstatSync(this.file);
  }

  lstat(name: string): Stats | undefined {
    return lstatSync(this.at(name), { throwIfNoEntry: false });
  }
}

/** The metadata of a file that still has this content. @throws if it is another file by now, or write-protected */
function sameAs(directory: Directory, name: string, content: string): Stats {
  const stat = directory.lstat(name);
  if (stat?.isSymbolicLink()) return stat;
  const file = openSync(directory.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const own = fstatSync(file);
    if (!own.isFile() || !readFileSync(file).equals(Buffer.from(content))) throw new Error(CHANGED);
    accessSync(directory.at(name), constants.W_OK);
    return own;
  } finally {
    closeSync(file);
  }
}

function like(file: number, { mode, uid, gid }: Stats): void {
  const own = fstatSync(file);
  if (own.uid !== uid || own.gid !== gid) fchownSync(file, uid, gid);
  fchmodSync(file, mode & 0o7777);
}

/** Gives a new file its owner; only root can give it to somebody else, which matters only if an owner is asked for. */
function asNew(file: number, { uid, gid }: { uid: number; gid: number }, mode: number, isAsked: boolean): void {
  const own = fstatSync(file);
  if (own.uid !== uid || own.gid !== gid) {
    if (isAsked) fchownSync(file, uid, gid);
    else attempt(() => fchownSync(file, uid, gid));
  }
  fchmodSync(file, mode);
}

function temporaryName(): string {
  return `.cloud-init-lint-${randomBytes(6).toString("hex")}`;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function remove(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) unlinkSync(path);
}

/** Whether an action succeeds. */
function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
