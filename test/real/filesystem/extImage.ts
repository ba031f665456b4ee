import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, openSync, truncateSync, writeFileSync } from "node:fs";
import { cachedDisk } from "../../../src/disk/cache.ts";
import type { Disk } from "../../../src/disk/disk.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import { ext } from "../../../src/filesystem/ext/ext.ts";
import type { Filesystem } from "../../../src/filesystem/filesystem.ts";

const MIB = 2 ** 20;

/** Makes an empty file system in a file, with arguments of mkfs.ext4 as in a shell without quotes. */
export function mkfs(image: string, options: string, size = 40 * MIB): void {
  writeFileSync(image, "");
  truncateSync(image, size);
  const given = options.split(" ").filter((word) => word !== "");
  // What the kernel would initialise later in the background is initialised now.
  const lazy = ["-E", "lazy_itable_init=0,lazy_journal_init=0"];
  execFileSync("mkfs.ext4", ["-q", "-F", ...(given.includes("-E") ? [] : lazy), ...given, image], { stdio: "pipe" });
}

/** Opens the file system in a file for a while. */
export function opened<T>(
  image: string,
  action: (filesystem: Filesystem) => T,
  open = (disk: Disk) => ext.open(disk),
): T {
  const disk = fileDisk(image);
  try {
    return action(open(cachedDisk(disk)));
  } finally {
    disk.close();
  }
}

/** Has all that was written so far committed to the journal, and not yet written where it belongs. */
export function commit(path: string): void {
  const file = openSync(path, "r+");
  fsyncSync(file);
  closeSync(file);
}
