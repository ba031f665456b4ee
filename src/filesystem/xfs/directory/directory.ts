import { DiskError } from "../../../disk/disk.ts";
import { contentOf, extentsOf, type Fork } from "../space.ts";
import { entriesOf, entryOf, readDataBlock } from "./dataBlock.ts";
import type { Entry } from "./entry.ts";
import { hashOfName, lowerCase } from "./hash.ts";
import { placesOf } from "./hashIndex.ts";
import { shortFormEntries } from "./shortForm.ts";

/** Entries lie below this byte of a directory, what finds them by name above it (XFS_DIR2_SPACE_SIZE, xfs_da_format.h). */
const ENTRIES_END = 2 ** 35;

/** The entries of a directory without "." and "..", in any order. @throws {DiskError} */
export function* entries(fork: Fork, size: number): Generator<Entry> {
  for (const entry of allEntries(fork, size)) {
    if (/[/\0]/.test(entry.name)) throw new DiskError("it is damaged: a name in it is invalid");
    if (entry.name !== "." && entry.name !== "..") yield entry;
  }
}

function* allEntries(fork: Fork, size: number): Generator<Entry> {
  if (fork.format === "local") {
    yield* shortFormEntries(contentOf(fork, size), fork.volume.superblock.hasFileTypes);
    return;
  }
  const seen = new Set<number>();
  for (const index of dataBlocks(fork, size)) {
    const block = readDataBlock(fork, index);
    // Else few bytes could hold names without end.
    if (seen.has(block.block)) throw new DiskError("it is damaged: one block holds two parts of it");
    seen.add(block.block);
    yield* entriesOf(fork, block, index);
  }
}

/** The indices of the blocks that hold entries; removed ones leave holes. */
function* dataBlocks(fork: Fork, size: number): Generator<number> {
  const { blockSize, directoryBlockSize } = fork.volume.superblock;
  const ratio = directoryBlockSize / blockSize;
  let next = 0;
  for (const { offset, count } of extentsOf(fork, { from: 0, to: Math.ceil(Math.min(size, ENTRIES_END) / blockSize) }))
    for (next = Math.max(next, Math.floor(offset / ratio)); next * ratio < offset + count; next++) yield next;
}

/** The entry of a name; undefined if there is none. @throws {DiskError} */
export function find(fork: Fork, size: number, name: string): Entry | undefined {
  if (name === "." || name === "..") return undefined;
  if (!hasIndex(fork, size)) return search(fork, size, name);
  try {
    return lookUp(fork, size, name);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    fork.volume.problems.add(`the index of the directory with inode ${fork.inode} is damaged`);
    return search(fork, size, name);
  }
}

/** A directory of one block is read as a whole anyway. */
function hasIndex(fork: Fork, size: number): boolean {
  return fork.format !== "local" && size > fork.volume.superblock.directoryBlockSize;
}

function search(fork: Fork, size: number, name: string): Entry | undefined {
  for (const entry of entries(fork, size)) if (isSame(fork, entry.name, name)) return entry;
  return undefined;
}

function lookUp(fork: Fork, size: number, name: string): Entry | undefined {
  const { directoryBlockSize, ignoresCase } = fork.volume.superblock;
  for (const place of placesOf(fork, hashOfName(name, ignoresCase))) {
    const index = Math.floor(place / directoryBlockSize);
    if (place >= size) throw new DiskError("an entry lies beyond its end");
    const entry = entryOf(fork, readDataBlock(fork, index), index, place % directoryBlockSize);
    if (isSame(fork, entry.name, name)) return entry;
  }
  return undefined;
}

function isSame(fork: Fork, one: string, other: string): boolean {
  return one === other || (fork.volume.superblock.ignoresCase && lowerCase(one) === lowerCase(other));
}
