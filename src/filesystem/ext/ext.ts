import type { FilesystemFormat } from "../filesystem.ts";
import { rootOf } from "./inode.ts";
import { hasSuperblock, readSuperblock, typeOf, uuidOf } from "./superblock.ts";
import { Volume } from "./volume.ts";

/** ext2, ext3 and ext4. */
export const ext: FilesystemFormat = {
  type: "ext4",
  matches: hasSuperblock,
  open(disk) {
    const superblock = readSuperblock(disk);
    const volume = new Volume(disk, superblock);
    if (!superblock.isIntact) volume.problem("the superblock has a wrong checksum");
    return {
      type: typeOf(superblock),
      uuid: uuidOf(superblock),
      label: superblock.label === "" ? undefined : superblock.label,
      warnings: [],
      problems: volume.problems,
      root: rootOf(volume),
    };
  },
};
