import type { DiskFormat } from "./format.ts";

/** All kinds of disk files. What is none of them is the disk itself (raw). */
export const DISK_FORMATS: readonly DiskFormat[] = [];
