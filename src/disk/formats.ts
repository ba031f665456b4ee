import type { DiskFormat } from "./format.ts";
import { qcow2 } from "./qcow2/qcow2.ts";

/** All kinds of disk files. What is none of them is the disk itself (raw). */
export const DISK_FORMATS: readonly DiskFormat[] = [qcow2];
