import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkInside, type Disk, DiskError } from "./disk.ts";
import { quoted } from "./marks.ts";

/** A disk that stays open until it is closed. */
export type FileDisk = Disk & { close(): void };

/** A file on this machine as a disk. It is opened read-only, once, until `close`. @throws the file system's error */
export function fileDisk(path: string): FileDisk {
  return openedDisk(openSync(path, "r"));
}

/** An open file as a disk; `close` closes it. */
export function openedDisk(file: number): FileDisk {
  const { size } = fstatSync(file);
  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      const bytes = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const count = readSync(file, bytes, done, length - done, offset + done);
        if (count === 0) throw new DiskError("it became shorter while it was read");
        done += count;
      }
      return bytes;
    },
    close: () => closeSync(file),
  };
}

/**
 * The file of this name beside a disk file, which names it. Links are not followed: they could lead anywhere.
 * @throws {DiskError} if it is no file beside it
 */
export function siblingOf(path: string, name: string): FileDisk {
  if (/[/\\\0]|^\.*$/.test(name)) throw new DiskError(`it consists of files in other directories: ${quoted(name)}`);
  let file: number;
  try {
    file = openSync(join(dirname(path), name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DiskError(`its part ${quoted(name)} cannot be opened (${code}); put it into the same directory`);
  }
  if (fstatSync(file).isFile()) return openedDisk(file);
  closeSync(file);
  throw new DiskError(`its part ${quoted(name)} is not a file`);
}
