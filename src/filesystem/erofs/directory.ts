import { DiskError } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";

/** The size of an entry (struct erofs_dirent), in bytes. Names follow the entries of a block. */
const ENTRY = 12;

/**
 * The inodes of a directory's entries by their names, one character for each byte. Names are in order over all blocks, so
 * that a damaged directory, whatever its size, is not read twice.
 * @param size of the directory, in bytes
 */
export function readDirectory(
  size: number,
  blockSize: number,
  read: (offset: number, length: number) => Buffer,
): Map<string, number> {
  const found = new Map<string, number>();
  let last = "";
  for (let start = 0; start < size; start += blockSize) {
    const block = read(start, Math.min(blockSize, size - start));
    if (block.length < ENTRY) throw damaged();
    const names = block.readUInt16LE(8);
    if (names < ENTRY || names % ENTRY !== 0 || names > block.length) throw damaged();
    for (let at = 0; at < names; at += ENTRY) {
      const from = block.readUInt16LE(at + 8);
      const to = at + ENTRY < names ? block.readUInt16LE(at + ENTRY + 8) : block.length;
      if (from < names || from > to || to > block.length) throw damaged();
      const name = block.toString("latin1", from, to).replace(/\0.*$/s, "");
      if (name <= last) throw damaged();
      last = name;
      if (name !== "." && name !== "..") found.set(name, u64le(block, at));
    }
  }
  return found;
}

function damaged(): DiskError {
  return new DiskError("it is damaged: the directory has impossible entries");
}
