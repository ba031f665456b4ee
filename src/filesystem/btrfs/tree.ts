import { DiskError } from "../../disk/disk.ts";
import { compareKeys, compareStored, type Key, type Pointer } from "./key.ts";
import type { ReadNode, TreeNode } from "./node.ts";

/** An item of a tree. */
export interface Item {
  readonly key: Key;
  readonly data: Buffer;
}

/** A tree of items, sorted by their keys. */
export interface Tree {
  /** The item of a key. @throws {DiskError} */
  find(key: Key): Buffer | undefined;
  /** The last item whose key is not above `key`. @throws {DiskError} */
  floor(key: Key): Item | undefined;
  /** The items from one key to another, both included. @throws {DiskError} */
  items(from: Key, to: Key): Iterable<Item>;
}

/**
 * The tree below a node. What a node holds must lie between the keys that point to it: each item is met once, in
 * ascending order, whatever the pointers are.
 */
export function treeAt(root: Pointer, read: ReadNode): Tree {
  /** The child of a node, whose first key the node states; its last lies in front of the next one's. */
  function childOf(node: TreeNode, index: number): TreeNode {
    const child = read(node.child(index));
    const isRight =
      child.count > 0 &&
      compareStored(child.storedKey(0), node.storedKey(index)) === 0 &&
      (index + 1 === node.count || compareStored(child.storedKey(child.count - 1), node.storedKey(index + 1)) < 0);
    if (!isRight) throw new DiskError("it is damaged: a tree points to a block that belongs elsewhere");
    return child;
  }

  function* below(node: TreeNode, from: Key, to: Key): Generator<Item> {
    for (let index = Math.max(indexOf(node, from), 0); index < node.count; index++) {
      const key = node.key(index);
      if (compareKeys(key, to) > 0) return;
      if (node.level > 0) yield* below(childOf(node, index), from, to);
      else if (compareKeys(key, from) >= 0) yield { key, data: node.data(index) };
    }
  }

  function floor(key: Key): Item | undefined {
    let node = read(root);
    for (;;) {
      const index = indexOf(node, key);
      if (index < 0) return undefined;
      if (node.level === 0) return { key: node.key(index), data: node.data(index) };
      node = childOf(node, index);
    }
  }

  return {
    find(key) {
      const found = floor(key);
      return found !== undefined && compareKeys(found.key, key) === 0 ? found.data : undefined;
    },
    floor,
    items: (from, to) => below(read(root), from, to),
  };
}

/** The index of the last key that is not above `key`; -1 if all are. */
function indexOf(node: TreeNode, key: Key): number {
  let low = 0;
  for (let high = node.count; low < high; ) {
    const middle = (low + high) >> 1;
    if (compareKeys(node.key(middle), key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
