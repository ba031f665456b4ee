import { cachedDisk } from "../../disk/cache.ts";
import type { Disk } from "../../disk/disk.ts";
import type { OpenedDisks } from "../../disk/open.ts";

/** The disks of one machine, and what makes them doubtful though they can be read. */
export interface MachineDisks {
  readonly disks: readonly Disk[];
  readonly warnings: readonly string[];
}

/** The disks in files, which stay open as long as the process runs. */
export function machineDisks(files: readonly OpenedDisks[]): MachineDisks {
  return {
    disks: files.flatMap(({ disks }) => disks.map((disk) => cachedDisk(disk))),
    warnings: files.flatMap(({ warnings }) => warnings),
  };
}
