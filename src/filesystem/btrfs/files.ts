import { DiskError } from "../../disk/disk.ts";
import type { Inode, Stat } from "../filesystem.ts";
import type { Problems } from "../problems.ts";
import { entriesOf, entryNamed } from "./directory.ts";
import type { FileReader } from "./extents.ts";
import { type InodeItem, inodeOf } from "./inode.ts";
import { ID, TYPE } from "./key.ts";
import type { Subvolume, Subvolumes } from "./subvolumes.ts";

/** What files are read by. */
export interface FileContext {
  readonly subvolumes: Subvolumes;
  readonly files: FileReader;
  readonly problems: Problems;
}

/** More is not read at once, in bytes: no file that anybody reads whole is as large. */
const MOST_READ = 2 ** 30;

/** No target is longer (PATH_MAX). */
const LONGEST_TARGET = 4096;

/** The root directory of a subvolume. @throws {DiskError} */
export function rootOf(subvolume: Subvolume, context: FileContext): Inode {
  return inodeAt(subvolume, subvolume.root, context);
}

/**
 * The root directory of the subvolume at a path from the top level, through other subvolumes and directories.
 * @throws {DiskError}
 */
export function subvolumeAt(path: string, context: FileContext): Inode | undefined {
  const top = context.subvolumes.byId(ID.topLevel);
  let found: Inode | undefined = top && rootOf(top, context);
  for (const name of path.split("/").filter((part) => part !== "" && part !== ".")) {
    if (found?.stat.kind !== "directory") return undefined;
    found = found.child(name);
  }
  return found instanceof BtrfsInode && found.isSubvolume ? found : undefined;
}

function inodeAt(subvolume: Subvolume, number: number, context: FileContext): Inode {
  const stored = subvolume.tree.find({ objectid: number, type: TYPE.inode, offset: 0 });
  if (stored === undefined) throw new DiskError(`it is damaged: inode ${number} is missing`);
  return new BtrfsInode(subvolume, number, inodeOf(stored), context);
}

class BtrfsInode implements Inode {
  readonly id: string;
  readonly stat: InodeItem;
  readonly #subvolume: Subvolume;
  readonly #number: number;
  readonly #context: FileContext;

  constructor(subvolume: Subvolume, number: number, item: InodeItem, context: FileContext) {
    this.id = `${subvolume.id}/${number}`;
    this.stat = item;
    this.#subvolume = subvolume;
    this.#number = number;
    this.#context = context;
  }

  get mtime(): number {
    return this.stat.mtime;
  }

  get isSubvolume(): boolean {
    return this.#number === this.#subvolume.root;
  }

  read(offset: number, length: number): Buffer {
    this.#mustBe("file");
    return this.#content(offset, length);
  }

  readlink(): string {
    this.#mustBe("symlink");
    if (this.stat.size > LONGEST_TARGET) throw new DiskError("it is damaged: the target of a link is too long");
    return this.#content(0, this.stat.size).toString("latin1");
  }

  *names(): Generator<string> {
    this.#mustBe("directory");
    for (const { name } of entriesOf(this.#subvolume.tree, this.#number, this.#context.problems)) yield name;
  }

  child(name: string): Inode | undefined {
    this.#mustBe("directory");
    const entry = entryNamed(this.#subvolume.tree, this.#number, name);
    if (entry === undefined) return undefined;
    const { objectid, type } = entry.location;
    if (type === TYPE.inode) return inodeAt(this.#subvolume, objectid, this.#context);
    if (type !== TYPE.root) throw new DiskError("it is damaged: an entry of a directory leads to no inode");
    const { subvolumes } = this.#context;
    if (!subvolumes.isEntry(this.#subvolume, this.#number, name, objectid)) return placeholder(this, name);
    const child = subvolumes.byId(objectid);
    if (child === undefined) throw new DiskError(`it is damaged: subvolume ${objectid} is missing`);
    return rootOf(child, this.#context);
  }

  #content(offset: number, length: number): Buffer {
    const size = Math.max(0, Math.min(length, this.stat.size - offset));
    if (size > MOST_READ) throw new DiskError(`it is too large: ${size} bytes`);
    const target = Buffer.alloc(size);
    if (size > 0)
      this.#context.files.read(this.#subvolume.tree, { number: this.#number, item: this.stat }, offset, target);
    return target;
  }

  #mustBe(kind: Stat["kind"]): void {
    if (this.stat.kind !== kind) throw new DiskError(`inode ${this.id} is not a ${kind}`);
  }
}

/**
 * The empty directory that Linux shows in a snapshot where the original has a nested subvolume (new_simple_dir in
 * fs/btrfs/inode.c).
 */
function placeholder(directory: Inode, name: string): Inode {
  const refuse = (): never => {
    throw new DiskError("an empty directory is not a file");
  };
  const { uid, gid } = directory.stat;
  return {
    id: `${directory.id}/${name}`,
    stat: { kind: "directory", size: 0, mode: 0o755, uid, gid },
    read: refuse,
    readlink: refuse,
    names: () => [],
    child: () => undefined,
  };
}
