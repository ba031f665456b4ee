import { cachedDisk } from "../../disk/cache.ts";
import { checkInside, type Disk, DiskError } from "../../disk/disk.ts";
import type { Inode } from "../../filesystem/filesystem.ts";
import { contentOf, isFilesystem, type Part } from "./parts.ts";

/** Where live systems keep the file that holds their root: dracut, Debian, Ubuntu, Arch Linux. */
const DIRECTORIES = ["LiveOS", "live", "casper", "arch/x86_64", "arch/aarch64"];
const FILE = /\.(squashfs|sfs|erofs|img|ext4)$/;

/** How many such files a file system has at most. */
const MOST = 50;

/** The file systems in files of a live system's file system. */
export function livePartsOf(part: Part): Part[] {
  if (!isFilesystem(part.content)) return [];
  const { root } = part.content;
  return DIRECTORIES.flatMap((path) => {
    const rename = { ...part, devices: [], partUuid: undefined, partLabel: undefined, type: undefined };
    try {
      const directory = path.split("/").reduce<Inode | undefined>((at, name) => at?.child(name), root);
      if (directory?.stat.kind !== "directory") return [];
      const names = [...directory.names()].filter((name) => FILE.test(name)).sort();
      return names.slice(0, MOST).flatMap((name): Part[] => {
        const file = directory.child(name);
        if (file?.stat.kind !== "file") return [];
        const disk = diskOf(file);
        return [{ ...rename, name: `${path}/${name} on ${part.name}`, disk, content: contentOf(disk) }];
      });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const content = { reason: `cannot be read: ${error.message}`, holdsFiles: true };
      return [{ ...rename, name: `${path} on ${part.name}`, disk: error, content }];
    }
  });
}

/** How much of a file's decompressed content is kept, in bytes and blocks. */
const CACHE = { size: 64 * 1024, kept: 128 };

/** A file as a disk. */
function diskOf(file: Inode): Disk {
  const disk: Disk = {
    size: file.stat.size,
    read(offset, length) {
      checkInside(this, offset, length);
      const bytes = file.read(offset, length);
      if (bytes.length < length) throw new DiskError("it is damaged: its file ends before its size");
      return bytes;
    },
  };
  return cachedDisk(disk, CACHE);
}
