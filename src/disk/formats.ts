import type { DiskFormat } from "./format.ts";
import { qcow2 } from "./qcow2/qcow2.ts";
import { vdi } from "./vdi.ts";
import { vhd } from "./vhd.ts";
import { vhdx } from "./vhdx/vhdx.ts";
import { vmdk } from "./vmdk/vmdk.ts";

/** All kinds of disk files. What is none of them is the disk itself (raw). */
export const DISK_FORMATS: readonly DiskFormat[] = [qcow2, vmdk, vhdx, vdi, vhd];
