import { DiskError } from "../../disk/disk.ts";
import type { Extent } from "./extents.ts";
import { contentOf, extentsOf, type Fork } from "./space.ts";
import type { Marks } from "./volume.ts";

/** XFS_SYMLINK_MAXLEN, xfs_format.h. */
const LONGEST = 1024;

/** `struct xfs_dsymlink_hdr`, with which version 5 begins each run of blocks. */
const HEADER = { size: 56, magic: "XSLM" };
const MARKS: Marks = { checksum: 12, sector: 40, uuid: 16, owner: 32 };

/** The target of a symbolic link, one character for each byte. @throws {DiskError} */
export function targetOf(fork: Fork, size: number): string {
  if (size === 0 || size > LONGEST) throw new DiskError(`it is damaged: its target has ${size} bytes`);
  if (fork.format === "local") return contentOf(fork, size).toString("latin1");
  const { version, blockSize } = fork.volume.superblock;
  let target = "";
  for (const extent of runs(extentsOf(fork, { from: 0, to: Math.ceil((LONGEST * 2) / blockSize) }))) {
    const left = size - target.length;
    if (left === 0) break;
    const bytes = fork.volume.readBlocks(extent.block, extent.count);
    if (version === 4) target += bytes.toString("latin1", 0, left);
    else target += partIn(fork, extent.block, bytes, { at: target.length, left });
  }
  if (target.length !== size) throw new DiskError("it is damaged: its target is incomplete");
  return target;
}

function partIn(fork: Fork, block: number, bytes: Buffer, { at, left }: { at: number; left: number }): string {
  const length = Math.min(left, bytes.length - HEADER.size);
  if (
    bytes.toString("latin1", 0, 4) !== HEADER.magic ||
    bytes.readUInt32BE(4) !== at ||
    bytes.readUInt32BE(8) !== length
  )
    throw new DiskError("it is damaged: a block of its target is invalid");
  fork.volume.verify(bytes, MARKS, {
    block,
    owner: fork.inode,
    what: `the target of the symbolic link with inode ${fork.inode}`,
  });
  return bytes.toString("latin1", HEADER.size, HEADER.size + length);
}

/** Extents that follow each other in the file and on the disk as one, as they were when the link was written. */
function* runs(extents: Iterable<Extent>): Generator<Extent> {
  let run: Extent | undefined;
  for (const extent of extents) {
    if (run !== undefined && run.offset + run.count === extent.offset && run.block + run.count === extent.block)
      run = { ...run, count: run.count + extent.count };
    else {
      if (run !== undefined) yield run;
      run = extent;
    }
  }
  if (run !== undefined) yield run;
}
