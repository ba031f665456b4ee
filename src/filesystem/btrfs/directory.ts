import { crc32c } from "../../disk/crc32c.ts";
import type { Problems } from "../problems.ts";
import { atLeast, type Key, keyAt, LAST_OFFSET, TYPE } from "./key.ts";
import type { Tree } from "./tree.ts";

/** An entry of a directory (struct btrfs_dir_item). */
export interface Entry {
  /** One character for each byte. */
  readonly name: string;
  /** The key of an inode of the same subvolume, or of another subvolume. */
  readonly location: Key;
}

const HEAD_SIZE = 30;

/** The entries of a directory. Those whose names no directory can have are left out and reported. @throws {DiskError} */
export function* entriesOf(tree: Tree, directory: number, problems: Problems): Generator<Entry> {
  const from = { objectid: directory, type: TYPE.dirIndex, offset: 0 };
  for (const { data } of tree.items(from, { ...from, offset: LAST_OFFSET }))
    for (const entry of entriesIn(data))
      if (isName(entry.name)) yield entry;
      else problems.add(`inode ${directory} has an entry with an invalid name`);
}

/** The entry of a name; undefined if there is none. @throws {DiskError} */
export function entryNamed(tree: Tree, directory: number, name: string): Entry | undefined {
  // Linux's crc32c with the seed ~1.
  const hash = ~crc32c(Buffer.from(name, "latin1"), 1) >>> 0;
  const item = tree.find({ objectid: directory, type: TYPE.dirItem, offset: hash });
  if (item === undefined) return undefined;
  for (const entry of entriesIn(item)) if (entry.name === name) return entry;
  return undefined;
}

/** Names with the same hash share an item. */
function* entriesIn(item: Buffer): Generator<Entry> {
  for (let at = 0; at < item.length; ) {
    const rest = atLeast(item.subarray(at), HEAD_SIZE, "a directory entry");
    const nameLength = rest.readUInt16LE(27);
    const length = HEAD_SIZE + nameLength + rest.readUInt16LE(25);
    atLeast(rest, length, "a directory entry");
    yield { name: rest.toString("latin1", HEAD_SIZE, HEAD_SIZE + nameLength), location: keyAt(rest, 0) };
    at += length;
  }
}

/** Whether a directory can have an entry of this name. */
function isName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && name.length <= 255 && !/[/\0]/.test(name);
}
