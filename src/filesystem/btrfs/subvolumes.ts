import { u64le } from "../../disk/number.ts";
import { entryNamed } from "./directory.ts";
import { atLeast, ID, LAST_OFFSET, TYPE, u64 } from "./key.ts";
import type { ReadNode } from "./node.ts";
import { type Tree, treeAt } from "./tree.ts";

/** A tree of files: the top level, a subvolume or a snapshot. */
export interface Subvolume {
  readonly id: number;
  readonly tree: Tree;
  /** The inode of its root directory. */
  readonly root: number;
}

/** What the root tree says of subvolumes. */
export interface Subvolumes {
  /** The one with an ID; undefined if there is none or it is deleted. @throws {DiskError} */
  byId(id: number): Subvolume | undefined;
  /** The one that a mount takes which names none. @throws {DiskError} */
  defaultId(): number;
  /** Whether an entry of a directory leads to a subvolume: a snapshot's entries of nested ones lead nowhere. */
  isEntry(parent: Subvolume, directory: number, name: string, child: number): boolean;
}

export function subvolumesOf(rootTree: Tree, read: ReadNode): Subvolumes {
  return {
    byId(id) {
      const isFree = id >= ID.firstFree && Number.isSafeInteger(id);
      const item = id === ID.topLevel || isFree ? rootItem(rootTree, id) : undefined;
      // Nothing refers to a deleted subvolume, whose blocks may be gone.
      if (item === undefined || item.readUInt32LE(216) === 0) return undefined;
      return { id, tree: treeOf(item, read), root: u64le(item, 168) };
    },

    defaultId() {
      const entry = entryNamed(rootTree, ID.rootTreeDirectory, "default");
      return entry?.location.type === TYPE.root ? entry.location.objectid : ID.topLevel;
    },

    isEntry(parent, directory, name, child) {
      const item = rootTree.find({ objectid: parent.id, type: TYPE.rootRef, offset: child });
      if (item === undefined) return false;
      // struct btrfs_root_ref: the directory, a sequence number, the name.
      atLeast(item, 18, "a reference of a subvolume");
      return u64(item, 0) === directory && item.toString("latin1", 18, 18 + item.readUInt16LE(16)) === name;
    },
  };
}

/** The tree of an ID in the root tree; undefined if there is none. @throws {DiskError} */
export function treeById(rootTree: Tree, id: number, read: ReadNode): Tree | undefined {
  const item = rootItem(rootTree, id);
  return item === undefined ? undefined : treeOf(item, read);
}

/** The newest root item (struct btrfs_root_item) of an ID. */
function rootItem(rootTree: Tree, id: number): Buffer | undefined {
  const found = rootTree.floor({ objectid: id, type: TYPE.root, offset: LAST_OFFSET });
  if (found?.key.objectid !== id || found.key.type !== TYPE.root) return undefined;
  return atLeast(found.data, 239, "a tree's root");
}

function treeOf(item: Buffer, read: ReadNode): Tree {
  return treeAt({ address: u64le(item, 176), level: item[238]!, generation: u64(item, 160) }, read);
}
