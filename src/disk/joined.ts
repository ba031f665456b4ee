import { checkInside, type Disk, DiskError } from "./disk.ts";

/** Disks one after the other as one. @throws {DiskError} if they are larger together than a disk can be */
export function joinedDisk(parts: readonly Disk[]): Disk {
  /** Where each of them ends. */
  const ends: number[] = [];
  let size = 0;
  for (const part of parts) {
    size += part.size;
    ends.push(size);
  }
  if (!Number.isSafeInteger(size)) throw new DiskError("it is damaged: a number in it is far too large");
  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      const pieces: Buffer[] = [];
      let index = ends.findIndex((end) => offset < end);
      for (let at = offset; at < offset + length; index++) {
        const part = parts[index]!;
        const start = ends[index]! - part.size;
        const end = Math.min(offset + length, ends[index]!);
        if (end > at) pieces.push(part.read(at - start, end - at));
        at = end;
      }
      return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    },
  };
}

/** A disk of zeros. */
export function zeroDisk(size: number): Disk {
  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      return Buffer.alloc(length);
    },
  };
}
