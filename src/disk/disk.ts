/**
 * Bytes that can be read at random and are never written: a disk, a partition, a logical volume. A disk of another kind
 * (a file, a container format, a remote snapshot) is another object with these two members.
 */
export interface Disk {
  /** In bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes at `offset`. The result may share memory with other results: it must not be modified, and
   * what is kept for long should be copied.
   * @throws {DiskError} if they lie beyond the end, are damaged, or cannot be read
   */
  read(offset: number, length: number): Buffer;
}

/**
 * Why something on a disk cannot be read: damaged, of a kind that is not supported, or unreadable. The message is for
 * people and completes a sentence such as "/dev/sda1: ...". Readers throw nothing else for bad data, and let every other
 * error pass: that of a block which has to be fetched first is not theirs.
 */
export class DiskError extends Error {
  override readonly name = "DiskError";
}

/**
 * What is made, or why it cannot be. Both are kept where much shares a block, lest a damaged one be decompressed again for
 * each file in it.
 */
export function attempted<T>(make: () => T): T | DiskError {
  try {
    return make();
  } catch (error) {
    if (error instanceof DiskError) return error;
    throw error;
  }
}

/** What was made. @throws {DiskError} why it could not be */
export function made<T>(result: T | DiskError): T {
  if (result instanceof DiskError) throw result;
  return result;
}

/** A part of a disk as a disk. @throws {DiskError} if it does not lie inside the disk */
export function partOf(disk: Disk, start: number, size: number): Disk {
  if (!(start >= 0 && size >= 0 && start + size <= disk.size))
    throw new DiskError(`it ends at byte ${start + size}, beyond the end of the disk (${disk.size} bytes)`);
  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      return disk.read(start + offset, length);
    },
  };
}

/** A disk of bytes in memory. */
export function memoryDisk(bytes: Buffer): Disk {
  return {
    size: bytes.length,
    read(offset, length) {
      checkInside(this, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** The longest read, in bytes: what is longer comes from a damaged length. */
const LONGEST = 2 ** 28;

/** @throws {DiskError} if bytes do not lie inside a disk, whatever their numbers are, or are too many to read at once */
export function checkInside(disk: Disk, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= disk.size))
    throw new DiskError(
      `it is truncated or damaged: bytes ${offset} to ${offset + length} are beyond its end (${disk.size})`,
    );
  if (length > LONGEST) throw new DiskError(`it is damaged: a part of it has ${length} bytes`);
}
