import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { RealChange as Change } from "../../../src/verify/realChanges.ts";

/** What the real cloud-init did to one image. */
export interface RealBoot {
  /**
   * Holds changes.json, the logs, `seed`, and the layers of the customisation and of the boot, `custom` and `boot`; `before` and
   * `after` are for the two images (withImages).
   */
  readonly directory: string;
  readonly root: string;
  readonly cloudInit: string | null;
  /** Exit status by stage; null when cloud-init is disabled in the image. */
  readonly stages: Readonly<Record<string, number>> | null;
  readonly changes: readonly RealChange[];
}

/** A change as changes.json has it: the contents are in the layers. */
export type RealChange = Omit<Change, "content">;

/** What changes.json holds. */
export type RecordedBoot = Omit<RealBoot, "directory">;

/** The boot that a directory holds. */
export function recordedBoot(directory: string): RecordedBoot {
  return JSON.parse(readFileSync(join(directory, "changes.json"), "utf8")) as RecordedBoot;
}

/**
 * Shows the two images of a boot in its `before` and `after` to a function. This process needs a mount namespace of its own.
 */
export function withImages<T>(directory: string, look: () => T): T {
  const { root } = recordedBoot(directory);
  const layers = [join(directory, "boot"), join(directory, "custom"), root];
  const points = [join(directory, "before"), join(directory, "after")];
  points.forEach((point, index) => {
    const lower = layers.slice(1 - index).join(":");
    execFileSync("mount", ["-t", "overlay", "-o", `ro,lowerdir=${lower}`, "overlay", point]);
  });
  try {
    return look();
  } finally {
    execFileSync("umount", points);
  }
}

/** The content of a file or the target of a link after the boot; undefined if there is none. */
export function contentAfter(boot: RealBoot, { path, op, kind }: RealChange): Buffer | undefined {
  if (op === "deleted") return undefined;
  const at = join(boot.directory, "boot", path);
  if (kind === "symlink") return readlinkSync(at, "buffer");
  return kind === "file" ? readFileSync(at) : undefined;
}
