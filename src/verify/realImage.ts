import type { Image } from "../image/image.ts";
import { Overlay } from "../image/overlay.ts";
import type { Blame } from "../image/writeLog.ts";
import type { RealChange } from "./realChanges.ts";

const BLAME: Blame = { module: "cloud-init", cause: { path: "/", line: 1, column: 1 } };

/** The image as its real boot left it. */
export function realImage(before: Image, changes: readonly RealChange[]): Overlay {
  const after = new Overlay(before);
  for (const { path, op, kind, mode, uid, gid, content } of changes) {
    const attributes = { mode, uid, gid };
    if (op === "deleted") after.remove(path, BLAME);
    else if (kind === "directory" && op === "created") after.mkdir(path, BLAME, attributes);
    else if (kind === "directory") after.setAttributes(path, attributes, BLAME);
    else if (content !== undefined) {
      // Writing follows a link that was in its place.
      if (after.lstat(path)?.kind === "symlink" || kind === "symlink") after.remove(path, BLAME);
      if (kind === "symlink") after.symlink(path, content.toString(), BLAME, attributes);
      else after.write(path, content, BLAME, attributes);
    }
  }
  return after;
}
