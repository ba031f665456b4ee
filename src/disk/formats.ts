import type { Disk } from "./disk.ts";
import type { DiskFormat } from "./format.ts";
import { qcow2 } from "./qcow2/qcow2.ts";
import { vdi } from "./vdi.ts";
import { vhd } from "./vhd.ts";
import { vhdx } from "./vhdx/vhdx.ts";
import { vmdk } from "./vmdk/vmdk.ts";

/** All kinds of disk files. What is none of them is the disk itself (raw). */
const DISK_FORMATS: readonly DiskFormat[] = [qcow2, vmdk, vhdx, vdi, vhd];

/** The kind of a file by its content; undefined if it is none of them. */
export function formatOf(file: Disk): DiskFormat | undefined {
  return DISK_FORMATS.find((one) => one.matches(file));
}
