import type { Disk } from "../../disk/disk.ts";
import type { Filesystem, FilesystemFormat } from "../filesystem.ts";
import { Problems } from "../problems.ts";
import { COMPAT } from "./features.ts";
import { rootOf } from "./inode.ts";
import { withJournal } from "./journal/journal.ts";
import { hasSuperblock, readSuperblock, type Superblock, typeOf, uuidOf } from "./superblock.ts";
import { Volume } from "./volume.ts";

/** ext2, ext3 and ext4. */
export const ext: FilesystemFormat = {
  type: "ext4",
  matches: hasSuperblock,
  open(disk) {
    const problems = new Problems();
    const { disk: replayed, warnings } = withJournal(volumeOf(disk, problems));
    return openVolume(volumeOf(replayed, problems), warnings);
  },
};

/** It as it is without what its journal holds, as the kernel's option "noload" shows it. */
export function openWithoutJournal(disk: Disk): Filesystem {
  return openVolume(volumeOf(disk, new Problems()), []);
}

function volumeOf(disk: Disk, problems: Problems): Volume {
  return new Volume(disk, readSuperblock(disk), problems);
}

function openVolume(volume: Volume, warnings: readonly string[]): Filesystem {
  const { superblock, problems, disk } = volume;
  if (!superblock.isIntact) problems.add("the superblock has a wrong checksum");
  const size = superblock.blocks * superblock.blockSize;
  if (size > disk.size) problems.add(`its end is missing: it has ${size} bytes, and the disk ${disk.size}`);
  return {
    type: typeOf(superblock),
    uuid: uuidOf(superblock),
    label: superblock.label === "" ? undefined : superblock.label,
    warnings: [...warnings, ...doubts(superblock)],
    problems: problems.list,
    root: rootOf(volume),
  };
}

/** What its state says (Documentation/filesystems/ext4, "Super Block", s_state). */
function doubts({ state, compat }: Superblock): string[] {
  const found: string[] = [];
  if ((state & 2) !== 0) found.push("the kernel found errors in it, which e2fsck has not repaired");
  if ((compat & COMPAT.journal) === 0 && (state & 1) === 0)
    found.push("it was not unmounted before it was copied, and has no journal");
  return found;
}
