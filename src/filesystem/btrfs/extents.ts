import { attempted, DiskError, made } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";
import { decompress, MOST_COMPRESSED } from "./compression.ts";
import type { DataReader } from "./data.ts";
import type { InodeItem } from "./inode.ts";
import { atLeast, type Key, TYPE } from "./key.ts";
import type { Item, Tree } from "./tree.ts";

/** Types of extents (enum of BTRFS_FILE_EXTENT_*): in the item itself, on the disk, reserved and full of zeros. */
const INLINE = 0;
const REGULAR = 1;
const RESERVED = 2;

/** Where an inline extent's data begin, and how long the item of the others is. */
const INLINE_START = 21;
const REGULAR_SIZE = 53;

/** How many decompressed extents are kept: parts of one are asked for again and again. */
const KEPT = 8;

/** Reads the content of files. */
export interface FileReader {
  /** Bytes at `offset` of an inode's content, into `target`, which holds zeros and lies inside it. @throws {DiskError} */
  read(tree: Tree, inode: { readonly number: number; readonly item: InodeItem }, offset: number, target: Buffer): void;
}

export function fileReader(data: DataReader, sectorSize: number): FileReader {
  /** Decompressed extents in the order of their last use. */
  const known = new Map<string, Buffer | DiskError>();

  /** A compressed extent of the disk, decompressed. */
  function decompressed(kind: number, address: number, stored: number, size: number, isUnchecked: boolean): Buffer {
    const name = `${kind} ${address} ${stored} ${size}`;
    let bytes = known.get(name);
    if (bytes === undefined) {
      if (stored > MOST_COMPRESSED) throw new DiskError("it is damaged: a compressed extent is too large");
      const packed = Buffer.alloc(stored);
      data.read(address, packed, isUnchecked);
      bytes = attempted(() => decompress(kind, packed, size, sectorSize));
    }
    known.delete(name);
    known.set(name, bytes);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    return made(bytes);
  }

  /** Copies what an item (struct btrfs_file_extent_item) holds of the range, and returns where its extent ends. */
  function copyFrom({ key, data: item }: Item, offset: number, target: Buffer, isUnchecked: boolean): number {
    atLeast(item, INLINE_START, "an extent");
    const size = u64le(item, 8);
    const compression = item[16]!;
    const type = item[20]!;
    if (item[17] !== 0 || item.readUInt16LE(18) !== 0) throw new DiskError("its data is encrypted");
    const start = key.offset;
    if (type === INLINE) {
      const stored = item.subarray(INLINE_START);
      if (size > MOST_COMPRESSED) throw new DiskError("it is damaged: an inline extent is too large");
      const bytes = compression === 0 ? stored.subarray(0, size) : decompress(compression, stored, size, sectorSize);
      copyRange(bytes, start, offset, target);
      return start + size;
    }
    if (type !== REGULAR && type !== RESERVED)
      throw new DiskError(`it is damaged: an extent of the unknown type ${type}`);
    atLeast(item, REGULAR_SIZE, "an extent");
    const address = u64le(item, 21);
    const stored = u64le(item, 29);
    const skipped = u64le(item, 37);
    const length = u64le(item, 45);
    const end = start + length;
    if (start % sectorSize !== 0 || length % sectorSize !== 0 || length === 0)
      throw new DiskError("it is damaged: an extent is not aligned");
    // Address 0 is a hole.
    if (type === RESERVED || address === 0) return end;
    if (skipped + length > (compression === 0 ? stored : size))
      throw new DiskError("it is damaged: an extent is longer than what it refers to");
    if (compression === 0) {
      const from = Math.max(start, offset);
      const to = Math.min(end, offset + target.length);
      if (from < to)
        data.read(address + skipped + (from - start), target.subarray(from - offset, to - offset), isUnchecked);
    } else {
      const bytes = decompressed(compression, address, stored, size, isUnchecked);
      copyRange(bytes.subarray(skipped, skipped + length), start, offset, target);
    }
    return end;
  }

  return {
    read(tree, { number, item: { isUnchecked } }, offset, target) {
      const key = (at: number): Key => ({ objectid: number, type: TYPE.extentData, offset: at });
      const before = tree.floor(key(offset))?.key;
      const first = before?.objectid === number && before.type === TYPE.extentData ? before : key(offset);
      let behind = 0;
      for (const item of tree.items(first, key(offset + target.length - 1))) {
        if (item.key.offset < behind) throw new DiskError("it is damaged: extents of a file overlap");
        behind = copyFrom(item, offset, target, isUnchecked);
      }
    },
  };
}

/** Copies the part of `bytes`, which begin at `start` of a file, that lies in the target's range at `offset`. */
function copyRange(bytes: Buffer, start: number, offset: number, target: Buffer): void {
  const from = Math.max(start, offset);
  const to = Math.min(start + bytes.length, offset + target.length);
  if (from < to) bytes.copy(target, from - offset, from - start, to - start);
}
