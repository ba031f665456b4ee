import type { Image } from "../image/image.ts";
import { type BootPart, Overlay } from "../image/overlay.ts";
import type { Blame } from "../image/writeLog.ts";
import type { RealChange } from "./realChanges.ts";

const BLAME: Blame = { module: "cloud-init", cause: { path: "/", line: 1, column: 1 } };

/** An image whose parts of the boot, which nothing observes, are predicted. */
class RealOverlay extends Overlay {
  readonly #parts: readonly BootPart[];

  constructor(before: Image, parts: readonly BootPart[]) {
    super(before);
    this.#parts = parts;
  }

  override history(): readonly BootPart[] {
    return this.#parts;
  }
}

/** The image as its real boot left it. @param parts those of the prediction */
export function realImage(before: Image, changes: readonly RealChange[], parts: readonly BootPart[] = []): Overlay {
  const after = new RealOverlay(before, parts);
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
