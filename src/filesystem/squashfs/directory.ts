import { DiskError } from "../../disk/disk.ts";
import type { InodePlace } from "./superblock.ts";

/** What a directory's size counts besides its entries: "." and "..". */
const BESIDES = 3;

/** The inodes of a directory's entries by their names, one character for each byte (struct squashfs_dir_header). */
export function readDirectory(size: number, read: (length: number) => Buffer): Map<string, InodePlace> {
  const found = new Map<string, InodePlace>();
  const bytes = size <= BESIDES ? Buffer.alloc(0) : read(size - BESIDES);
  for (let at = 0; at < bytes.length; ) {
    if (at + 12 > bytes.length) throw damaged();
    const count = bytes.readUInt32LE(at) + 1;
    const block = bytes.readUInt32LE(at + 4);
    at += 12;
    if (count > 256) throw damaged();
    for (let left = count; left > 0; left--) {
      if (at + 8 > bytes.length) throw damaged();
      const end = at + 8 + bytes.readUInt16LE(at + 6) + 1;
      if (end > bytes.length) throw damaged();
      const name = bytes.toString("latin1", at + 8, end);
      if (/^\.{0,2}$|[/\0]/.test(name)) throw new DiskError("it is damaged: a name in the directory is invalid");
      found.set(name, { block, offset: bytes.readUInt16LE(at) });
      at = end;
    }
  }
  return found;
}

function damaged(): DiskError {
  return new DiskError("it is damaged: the entries of the directory do not end with it");
}
