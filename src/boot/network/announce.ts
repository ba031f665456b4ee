import type { Origin } from "../../image/origin.ts";
import { hasUnknown, mayComeOutAs } from "../../image/unknown.ts";
import type { ModuleRun } from "../moduleRun.ts";

/** A file whose name contains a placeholder may exist already: then both are announced. Returns whether that is so. */
export function announce(path: string, boot: ModuleRun, because: Origin): boolean {
  if (!hasUnknown(path)) return false;
  let found = false;
  const directory = path.slice(0, path.lastIndexOf("/"));
  for (const name of boot.image.list(directory)) {
    const existing = `${directory}/${name}`;
    if (hasUnknown(name) || !mayComeOutAs(path, existing)) continue;
    boot.mayChange(existing, "cloud-init writes it again if the machine has an interface of this name", because);
    found = true;
  }
  if (found) boot.mayChange(path, "cloud-init writes it if the interface has no file yet", because);
  return found;
}
