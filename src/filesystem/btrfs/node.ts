import { DiskError } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";
import type { Problems } from "../problems.ts";
import type { LogicalSpace } from "./chunks.ts";
import { compareStored, KEY_SIZE, type Key, keyAt, type Pointer, u64 } from "./key.ts";
import type { Superblock } from "./superblock.ts";

/** A block of a tree (struct btrfs_header and what follows it), checked: its keys ascend. */
export interface TreeNode {
  /** 0 for a leaf. */
  readonly level: number;
  readonly count: number;
  key(index: number): Key;
  storedKey(index: number): Buffer;
  /** The data of a leaf's item. @throws {DiskError} if they lie outside */
  data(index: number): Buffer;
  /** What an item of another node points to. @throws {DiskError} */
  child(index: number): Pointer;
}

/** Reads nodes, and knows the last ones. */
export type ReadNode = (pointer: Pointer) => TreeNode;

const HEADER_SIZE = 101;
const ITEM_SIZE = 25;
const POINTER_SIZE = 33;
/** No tree is deeper (BTRFS_MAX_LEVEL). */
const LEVELS = 8;
/** In bytes, of all nodes that are kept. */
const KEPT = 4 * 1024 * 1024;

/** Reads the nodes of a file system. A node whose checksum or generation is wrong in all copies is used and reported. */
export function nodeReader(space: LogicalSpace, superblock: Superblock, problems: Problems): ReadNode {
  const { nodeSize, checksum } = superblock;
  /** By their addresses, in the order of their last use. */
  const known = new Map<number, TreeNode>();

  /** A copy's bytes; undefined where they are another block's. */
  function copyOf(pointer: Pointer, copy: number): { readonly bytes: Buffer; readonly isRight: boolean } | undefined {
    const bytes = space.read(pointer.address, nodeSize, copy);
    if (u64(bytes, 48) !== pointer.address || bytes[100] !== pointer.level) return undefined;
    const isRight = checksum.matches?.(bytes.subarray(32), bytes) !== false;
    return { bytes, isRight: isRight && u64(bytes, 80) === pointer.generation };
  }

  function read(pointer: Pointer): TreeNode {
    let doubtful: Buffer | undefined;
    let failure: DiskError | undefined;
    for (let copy = 0; copy < space.copies(pointer.address); copy++)
      try {
        const found = copyOf(pointer, copy);
        if (found?.isRight === true) return nodeOf(Buffer.from(found.bytes));
        doubtful ??= found?.bytes;
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        failure ??= error;
      }
    if (doubtful === undefined)
      throw (
        failure ?? new DiskError(`it is damaged: no block of a tree lies at the logical address ${pointer.address}`)
      );
    const node = nodeOf(Buffer.from(doubtful));
    problems.add(`metadata at the logical address ${pointer.address} has a wrong checksum or generation`);
    return node;
  }

  return (pointer) => {
    const { address, level } = pointer;
    if (level >= LEVELS) throw new DiskError("it is damaged: a tree is too deep");
    const found = known.get(address);
    const node = found?.level === level ? found : read(pointer);
    known.delete(address);
    known.set(address, node);
    if (known.size > KEPT / nodeSize) known.delete(known.keys().next().value!);
    return node;
  };
}

function nodeOf(bytes: Buffer): TreeNode {
  const count = bytes.readUInt32LE(96);
  const level = bytes[100]!;
  const size = level === 0 ? ITEM_SIZE : POINTER_SIZE;
  const end = HEADER_SIZE + count * size;
  if (end > bytes.length) throw new DiskError("it is damaged: a block of a tree has too many items");
  const storedKey = (index: number) =>
    bytes.subarray(HEADER_SIZE + index * size, HEADER_SIZE + index * size + KEY_SIZE);
  for (let index = 1; index < count; index++)
    if (compareStored(storedKey(index - 1), storedKey(index)) >= 0)
      throw new DiskError("it is damaged: the items of a tree are in the wrong order");
  return {
    level,
    count,
    key: (index) => keyAt(bytes, HEADER_SIZE + index * size),
    storedKey,
    data(index) {
      const item = HEADER_SIZE + index * size + KEY_SIZE;
      const start = HEADER_SIZE + bytes.readUInt32LE(item);
      const length = bytes.readUInt32LE(item + 4);
      if (start < end || start + length > bytes.length)
        throw new DiskError("it is damaged: an item lies outside its block");
      return bytes.subarray(start, start + length);
    },
    child(index) {
      const item = HEADER_SIZE + index * size + KEY_SIZE;
      return { address: u64le(bytes, item), generation: u64(bytes, item + 8), level: level - 1 };
    },
  };
}
