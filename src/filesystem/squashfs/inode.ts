import { DiskError } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";
import type { FileKind } from "../filesystem.ts";
import type { InodePlace } from "./superblock.ts";

/** What an inode says (struct squashfs_*_inode). Sizes in bytes. */
export interface StoredInode {
  readonly kind: FileKind;
  readonly mode: number;
  /** Positions in the table of owners. */
  readonly user: number;
  readonly group: number;
  readonly number: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly size: number;
  /** A directory's entries: where they begin behind the table of directories. */
  readonly entries?: InodePlace;
  readonly target?: string;
  readonly content?: Content;
}

/** Where a file's bytes are. */
export interface Content {
  readonly start: number;
  /** The sizes of its blocks as they are stored; bit 24 marks those that are not compressed, 0 a hole. */
  readonly blocks: readonly number[];
  /** The fragment that holds its end, with the ends of other files. */
  readonly fragment: { readonly index: number; readonly offset: number } | undefined;
}

const NO_FRAGMENT = 0xffffffff;
/** The longest target of a link, and the most blocks of a file: one of 1 TiB in blocks of 128 KiB. */
const LIMIT = { target: 65_536, blocks: 2 ** 23 };

/** Reads bytes of the metadata: the next ones with each call. */
export type Next = (length: number) => Buffer;

/** @param next reads from the start of an inode @throws {DiskError} */
export function readInode(next: Next, blockSize: number): StoredInode {
  const head = next(16);
  const type = head.readUInt16LE(0);
  const common = {
    mode: head.readUInt16LE(2) & 0o7777,
    user: head.readUInt16LE(4),
    group: head.readUInt16LE(6),
    mtime: head.readUInt32LE(8),
    number: head.readUInt32LE(12),
  };
  switch (type) {
    case 1: {
      const body = next(16);
      const entries = { block: body.readUInt32LE(0), offset: body.readUInt16LE(10) };
      return { ...common, kind: "directory", size: body.readUInt16LE(8), entries };
    }
    case 8: {
      const body = next(24);
      const entries = { block: body.readUInt32LE(8), offset: body.readUInt16LE(18) };
      return { ...common, kind: "directory", size: body.readUInt32LE(4), entries };
    }
    case 2: {
      const body = next(16);
      const size = body.readUInt32LE(12);
      const fragment = { index: body.readUInt32LE(4), offset: body.readUInt32LE(8) };
      return { ...common, kind: "file", size, content: content(next, body.readUInt32LE(0), fragment, size, blockSize) };
    }
    case 9: {
      const body = next(40);
      const size = u64le(body, 8);
      const fragment = { index: body.readUInt32LE(28), offset: body.readUInt32LE(32) };
      return { ...common, kind: "file", size, content: content(next, u64le(body, 0), fragment, size, blockSize) };
    }
    case 3:
    case 10: {
      const size = next(8).readUInt32LE(4);
      if (size > LIMIT.target) throw new DiskError("it is damaged: a link has an impossible size");
      return { ...common, kind: "symlink", size, target: next(size).toString("latin1") };
    }
    case 4:
    case 5:
    case 6:
    case 7:
    case 11:
    case 12:
    case 13:
    case 14:
      return { ...common, kind: "special", size: 0 };
    default:
      throw new DiskError(`it is damaged: an inode has the unknown type ${type}`);
  }
}

function content(
  next: Next,
  start: number,
  fragment: { readonly index: number; readonly offset: number },
  size: number,
  blockSize: number,
): Content {
  const hasFragment = fragment.index !== NO_FRAGMENT;
  const count = hasFragment ? Math.floor(size / blockSize) : Math.ceil(size / blockSize);
  if (count > LIMIT.blocks) throw new DiskError("it is damaged: a file has an impossible size");
  const blocks: number[] = [];
  // In pieces, so that no more is made than the metadata hold.
  for (let left = count; left > 0; ) {
    const piece = next(4 * Math.min(left, 1024));
    for (let at = 0; at < piece.length; at += 4) blocks.push(piece.readUInt32LE(at));
    left -= piece.length / 4;
  }
  return { start, blocks, fragment: hasFragment ? fragment : undefined };
}
