import { type Disk, DiskError } from "../../disk/disk.ts";
import type { Filesystem, FilesystemFormat } from "../filesystem.ts";
import { readInode } from "./inode.ts";
import { isLogClean } from "./log.ts";
import { isXfs, readSuperblock } from "./superblock.ts";
import { Volume } from "./volume.ts";

/** XFS of versions 4 and 5. Its log is not replayed. */
export const xfs: FilesystemFormat = {
  type: "xfs",
  matches: isXfs,
  open(disk: Disk): Filesystem {
    const superblock = readSuperblock(disk);
    const volume = new Volume(disk, superblock);
    const { problems } = volume;
    if (!superblock.isChecksumRight) problems.add("its superblock has a wrong checksum");
    if (superblock.needsRepair) problems.add("it is marked as damaged until xfs_repair runs");
    if (superblock.blocks * superblock.blockSize > disk.size)
      problems.add(`it is truncated: it has ${superblock.blocks * superblock.blockSize} bytes, the disk ${disk.size}`);
    const root = readInode(volume, superblock.rootInode);
    return {
      type: "xfs",
      uuid: superblock.uuid,
      label: superblock.label,
      warnings: warningsOf(volume),
      problems: problems.list,
      root,
    };
  },
};

function warningsOf(volume: Volume): string[] {
  const { log } = volume.superblock;
  if (log === undefined) return ["keeps its log on another device, so the latest changes may be missing"];
  try {
    if (isLogClean(volume, log)) return [];
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    volume.problems.add("its log is damaged");
  }
  return ["was not unmounted cleanly; its log is not replayed, so the latest changes may be missing"];
}
