import type { ModuleRun } from "../moduleRun.ts";

/**
 * The text of a file of the image's own cloud-init, which distributions patch; empty if the file does not exist.
 * `file` is a path in the package.
 */
export function librarySource(boot: ModuleRun, file: string): string {
  return boot.library?.text(file) ?? "";
}
