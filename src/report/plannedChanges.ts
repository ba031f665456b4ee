import type { BootResult } from "../boot/boot.ts";
import type { Change } from "../image/overlay.ts";

/** What of a boot's changes a plan shows: not the directories made on the way, nor /run, which no image holds. */
export function plannedChanges(boot: BootResult): readonly Change[] {
  return boot.changes.filter(({ path, after }) => after?.kind !== "directory" && !path.startsWith("/run/"));
}
