import type { Image } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import { parentOf } from "../../../image/writeLog.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** Makes a directory as util.ensure_dir does (18.5 to 26.2). Returns whether there is one then. */
export function ensureDirectory(boot: ModuleRun, path: string, because: Origin): boolean {
  if (!hasRoomFor(boot.image, path)) return false;
  // What lies on the kernel's own file systems is no part of the image.
  if (!/^\/(dev|proc|run|sys)(\/|$)/.test(path)) boot.mkdir(path, because);
  return true;
}

/** Whether the nearest part of the path that is there is a directory: no file, no link that leads nowhere. */
function hasRoomFor(image: Image, path: string): boolean {
  let place = path.replace(/(?<!\/)\/+$/, "");
  while (place.length > 1 && image.lstat(place) === undefined) place = parentOf(place);
  return place.length <= 1 || image.stat(place)?.kind === "directory";
}
