import { cachedDisk } from "../../disk/cache.ts";
import type { Disk } from "../../disk/disk.ts";
import type { OpenedDisks } from "../../disk/open.ts";

/** The disks of one machine, and what makes them doubtful though they can be read. */
export interface MachineDisks {
  readonly disks: readonly Disk[];
  readonly warnings: readonly string[];
  /** Whether they are disks even if nothing is recognised in them, as snapshots are; a file may be anything. */
  readonly areDisks?: boolean;
  /** Closes the files that they are in. */
  close(): void;
}

/** The disks in files, which stay open until they are closed. */
export function machineDisks(files: readonly OpenedDisks[]): MachineDisks {
  return {
    disks: files.flatMap(({ disks }) => disks.map((disk) => cachedDisk(disk))),
    warnings: files.flatMap(({ warnings }) => warnings),
    close() {
      for (const file of files) file.close();
    },
  };
}

/** What `open` makes of the disks in files, which are closed if it fails. */
export function onMachine<T>(files: readonly OpenedDisks[], open: (machine: MachineDisks) => T): T {
  const machine = machineDisks(files);
  try {
    return open(machine);
  } catch (error) {
    machine.close();
    throw error;
  }
}
