import { DiskError } from "../../disk/disk.ts";

/** An entry of a directory: the inode it names, and where its name is in the bytes. */
interface Entry {
  readonly inode: number;
  readonly start: number;
  readonly end: number;
}

/** The size of an entry's fields, before its name. */
const FIELDS = 8;

/**
 * The entries in a block of a directory or in inline data, without those that are not used (Documentation/filesystems/ext4,
 * "Linear Directories"). The blocks of its hash tree (dx_root, dx_node) look like blocks with few entries or none, and
 * its checksum like one that is not used. The byte after a name's length is the type of its file, and was zero before there
 * was the feature "filetype".
 * @throws {DiskError} at the first entry that is invalid
 */
export function* entriesIn(bytes: Buffer): Generator<Entry> {
  for (let at = 0; at < bytes.length; ) {
    const room = bytes.length - at;
    const length = room < FIELDS ? 0 : recordLength(bytes.readUInt16LE(at + 4), bytes.length);
    const name = room < FIELDS ? 0 : bytes[at + 6]!;
    if (length < FIELDS + 4 || length % 4 !== 0 || length > room || FIELDS + name > length)
      throw new DiskError("it is damaged: an entry of the directory is invalid");
    const inode = bytes.readUInt32LE(at);
    if (inode !== 0) yield { inode, start: at + FIELDS, end: at + FIELDS + name };
    at += length;
  }
}

/** @throws {DiskError} if one of the entries is invalid */
export function checkEntries(bytes: Buffer): void {
  for (const _ of entriesIn(bytes));
}

/** In blocks of 64 KiB the lowest two bits hold what does not fit 16 (ext4_rec_len_from_disk). */
function recordLength(stored: number, size: number): number {
  if (size < 65_536) return stored;
  if (stored === 65_535 || stored === 0) return size;
  return (stored & 65_532) | ((stored & 3) << 16);
}

/** Where a block's checksum is, and what it is of; undefined if the block has no place for one. */
export function checksumPlace(block: Buffer): { readonly at: number; readonly covered: Buffer[] } | undefined {
  const tree = treePlace(block);
  if (tree !== undefined) {
    const [limit, count] = [block.readUInt16LE(tree), block.readUInt16LE(tree + 2)];
    const tail = tree + 8 * limit;
    if (count > limit || tail + 8 > block.length) return undefined;
    // The tail is a number that is not used and the checksum, which counts as zero.
    return {
      at: tail + 4,
      covered: [block.subarray(0, tree + 8 * count), block.subarray(tail, tail + 4), Buffer.alloc(4)],
    };
  }
  const tail = block.length - 12;
  const isTail = block.readUInt32LE(tail) === 0 && block.readUInt32LE(tail + 4) === 0xde_00_00_0c;
  return isTail ? { at: tail + 8, covered: [block.subarray(0, tail)] } : undefined;
}

/** Where the numbers of a hash tree's block begin (get_dx_countlimit); undefined if it is no such block. */
function treePlace(block: Buffer): number | undefined {
  const first = recordLength(block.readUInt16LE(4), block.length);
  if (first === block.length) return block.readUInt32LE(0) === 0 ? 8 : undefined;
  if (first !== 12 || recordLength(block.readUInt16LE(16), block.length) !== block.length - 12) return undefined;
  return block.readUInt32LE(24) === 0 && block[29] === 8 ? 32 : undefined;
}
