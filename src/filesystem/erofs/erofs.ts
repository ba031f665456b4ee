import { DiskError } from "../../disk/disk.ts";
import type { FilesystemFormat, Inode } from "../filesystem.ts";
import { FileData } from "./data.ts";
import { readDirectory } from "./directory.ts";
import { readInode } from "./inode.ts";
import { hasSuperblock, readSuperblock } from "./superblock.ts";

/** The longest target of a link, in bytes. */
const TARGET_LIMIT = 65_536;

/** EROFS, in which live systems, containers (composefs) and appliances keep their root. */
export const erofs: FilesystemFormat = {
  type: "erofs",
  matches: hasSuperblock,
  open(disk) {
    const superblock = readSuperblock(disk);
    const data = new FileData(disk, superblock);

    function inodeAt(number: number): Inode {
      const stored = readInode(disk, superblock, number);
      const { stat } = stored;
      let known: ReadonlyMap<string, number> | undefined;
      const children = () => {
        if (stat.kind !== "directory") return new Map<string, number>();
        known ??= readDirectory(stat.size, superblock.blockSize, (offset, length) => data.read(stored, offset, length));
        return known;
      };
      return {
        id: number,
        stat,
        mtime: stored.mtime,
        read: (offset, length) => (stat.kind === "file" ? data.read(stored, offset, length) : Buffer.alloc(0)),
        readlink: () => {
          if (stat.kind !== "symlink") return "";
          if (stat.size > TARGET_LIMIT) throw new DiskError("it is damaged: a link has an impossible size");
          return data.read(stored, 0, stat.size).toString("latin1");
        },
        names: () => children().keys(),
        child: (name) => {
          const child = children().get(name);
          return child === undefined ? undefined : inodeAt(child);
        },
      };
    }

    const root = inodeAt(superblock.root);
    if (root.stat.kind !== "directory") throw new DiskError("it is damaged: its root is no directory");
    const { uuid, label, problems } = superblock;
    return { type: "erofs", uuid, label, warnings: [], problems, root };
  },
};
