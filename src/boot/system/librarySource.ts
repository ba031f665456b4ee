import type { ModuleRun } from "../moduleRun.ts";

/**
 * The text of a file of the image's own cloud-init, which distributions patch; empty if the file does not exist.
 * `file` is a path in the package.
 */
export function librarySource(boot: ModuleRun, file: string): string {
  const { library } = boot.distro.cloudInit;
  return library === undefined ? "" : (boot.text(`${library}/${file}`) ?? "");
}

/** A flag in cloud-init's features.py, which distributions patch; up to 23.2 feature_overrides.py overrides it. */
export function feature(boot: ModuleRun, name: string, absent: boolean): boolean {
  for (const file of boot.since("23.3") ? ["features.py"] : ["feature_overrides.py", "features.py"]) {
    const value = new RegExp(`^${name} *= *(True|False)\\b`, "m").exec(librarySource(boot, file))?.[1];
    if (value !== undefined) return value === "True";
  }
  return absent;
}
