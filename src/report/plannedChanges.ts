import type { BootResult } from "../boot/boot.ts";
import type { Change } from "../image/overlay.ts";

/** The changes of a boot that a plan shows: without directories, and without /run, which no image contains. */
export function plannedChanges(booted: BootResult): readonly Change[] {
  return booted.changes.filter(({ path, after }) => after?.kind !== "directory" && !path.startsWith("/run/"));
}
