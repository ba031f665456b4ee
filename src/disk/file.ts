import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { checkInside, type Disk, DiskError } from "./disk.ts";

/** A file on this machine as a disk. It is opened read-only, once, until `close`. @throws the file system's error */
export function fileDisk(path: string): Disk & { close(): void } {
  const file = openSync(path, "r");
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
