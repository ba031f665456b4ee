import { DiskError } from "../../disk/disk.ts";

/** What begins the extended attributes within an inode. */
const MAGIC = 0xea020000;

/** The index of names that begin with "system.". */
const SYSTEM = 7;

/**
 * The value of the attribute "system.data" in an inode, which is what inline data has beside its first 60 bytes
 * (Documentation/filesystems/ext4, "Extended Attributes" and "Inline Data"); undefined if there is none.
 * @param bytes the inode from the end of its fields on
 */
export function inlineRest(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== MAGIC) return undefined;
  const entries = bytes.subarray(4);
  for (let at = 0; at + 16 <= entries.length && entries.readUInt32LE(at) !== 0; ) {
    const nameLength = entries[at]!;
    const name = entries.toString("latin1", at + 16, at + 16 + nameLength);
    if (entries[at + 1] === SYSTEM && name === "data") {
      const start = entries.readUInt16LE(at + 2);
      const size = entries.readUInt32LE(at + 8);
      if (start + size > entries.length) throw new DiskError("it is damaged: its data ends beyond its inode");
      return entries.subarray(start, start + size);
    }
    at += 16 + ((nameLength + 3) & ~3);
  }
  return undefined;
}
