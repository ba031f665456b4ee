import type { Disk } from "../disk.ts";

/** A partition of a disk. */
export interface Partition {
  /** As in the names of devices: from 1; the logical ones of an MBR from 5. */
  readonly number: number;
  readonly disk: Disk;
  /** As after PARTUUID= in fstab, in lower case. */
  readonly uuid: string | undefined;
  /** As after PARTLABEL=. */
  readonly label: string | undefined;
  /** The type of a GPT partition, in lower case. */
  readonly type: string | undefined;
}

/** The partitions of a disk, and what is wrong with its table. */
export interface PartitionTable {
  readonly partitions: readonly Partition[];
  readonly problems: readonly string[];
}

/** A GUID as tables store it: its first three fields are little endian. In lower case. */
export function guid(bytes: Buffer, at: number): string {
  const hex = (start: number, end: number) => bytes.toString("hex", at + start, at + end);
  const swapped = (start: number, end: number) =>
    Buffer.from(bytes.subarray(at + start, at + end))
      .reverse()
      .toString("hex");
  return [swapped(0, 4), swapped(4, 6), swapped(6, 8), hex(8, 10), hex(10, 16)].join("-");
}
