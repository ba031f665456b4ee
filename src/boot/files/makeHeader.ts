import { unknown } from "../../image/unknown.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { librarySource } from "../system/librarySource.ts";

/** The line that cloud-init puts above what it creates or adds (util.make_header, 18.5 to 26.2), without a line end. */
export function header(boot: ModuleRun, did: "Created" | "Added"): string {
  return `# ${did} by cloud-init v. ${versionString(boot)} on ${unknown("the time of the boot")}`;
}

/** What cloud-init calls itself (version.version_string): the distributor's version where it set one. */
function versionString(boot: ModuleRun): string {
  for (const [file, name] of [
    ["version.py", "_PACKAGED_VERSION"],
    ["meson_versions.py", "DOWNSTREAM_VERSION"],
  ] as const) {
    const pattern = new RegExp(`^ *${name} *= *["']([^"'\\n]*)["']`, "m");
    const version = pattern.exec(librarySource(boot, file))?.[1];
    if (version !== undefined && !version.startsWith("@")) return version;
  }
  return boot.version;
}
