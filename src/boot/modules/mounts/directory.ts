import type { Image } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import { parentOf } from "../../../image/writeLog.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** Creates a directory as util.ensure_dir does (18.5 to 26.2). Returns whether it exists afterwards. */
export function ensureDirectory(boot: ModuleRun, path: string, because: Origin): boolean {
  if (!hasRoomFor(boot.image, path)) return false;
  // The kernel's own file systems are not part of the image.
  if (!/^\/(dev|proc|run|sys)(\/|$)/.test(path)) boot.mkdir(path, because);
  return true;
}

/** Whether the nearest existing part of the path is a directory, not a file or a broken link. */
function hasRoomFor(image: Image, path: string): boolean {
  let place = path.replace(/(?<!\/)\/+$/, "");
  while (place.length > 1 && image.lstat(place) === undefined) place = parentOf(place);
  return place.length <= 1 || image.stat(place)?.kind === "directory";
}
