import type { Disk } from "./disk.ts";
import { fileDisk, siblingOf } from "./file.ts";
import type { Surroundings } from "./format.ts";
import { DISK_FORMATS } from "./formats.ts";

/** What a file of any kind holds. */
export interface OpenedDisks {
  /** In their order in the file. */
  readonly disks: readonly Disk[];
  /** As its makers write it; "raw" for the disk itself. */
  readonly format: string;
  /** What makes them doubtful though they can be read. Each completes a sentence that begins with the file's name. */
  readonly warnings: readonly string[];
  /** Closes all files. The disks cannot be read any more. */
  close(): void;
}

/**
 * The disks in a file, whose kind is found by its content. What is of no known kind is the disk itself.
 * @throws {DiskError} if it is damaged or of a kind that is not supported, and the file system's errors
 */
export async function openDisks(path: string): Promise<OpenedDisks> {
  const opened: { close(): void }[] = [];
  const close = () => {
    for (const one of opened.splice(0)) one.close();
  };
  const keep = <T extends { close(): void }>(one: T): T => {
    opened.push(one);
    return one;
  };
  try {
    const file = keep(fileDisk(path));
    const around: Surroundings = { sibling: (name) => keep(siblingOf(path, name)) };
    const format = DISK_FORMATS.find((one) => one.matches(file));
    if (format === undefined) return { disks: [file], format: "raw", warnings: [], close };
    const disk = format.open(file, around);
    return { disks: [disk], format: format.name, warnings: disk.warnings ?? [], close };
  } catch (error) {
    close();
    throw error;
  }
}
