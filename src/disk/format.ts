import type { Disk } from "./disk.ts";

/** A kind of file that holds a disk, such as qcow2. */
export interface DiskFormat {
  /** As its makers write it. */
  readonly name: string;
  /** Whether a file is of this kind, by its content; its name says nothing. Reads little. */
  matches(file: Disk): boolean;
  /** The disk in it. @throws {DiskError} */
  open(file: Disk, around: Surroundings): VirtualDisk;
}

/** A disk inside a file. */
export interface VirtualDisk extends Disk {
  /** What makes all of it doubtful though it can be read. Each completes a sentence that begins with the file's name. */
  readonly warnings?: readonly string[];
}

/** What a disk file may refer to. */
export interface Surroundings {
  /**
   * The file of this name beside the disk file. Names come from an untrusted image: one with a directory in it is none.
   * @throws {DiskError} if there is no such file
   */
  sibling(name: string): Disk;
}
