import { upstreamVersion, versionAtLeast } from "../distro/version.ts";
import modules from "./upstreamModules.json" with { type: "json" };

/** The beginning of git's id of a file, the first release that has it, and the last one. */
const files: Readonly<Record<string, readonly string[]>> = modules;

/** So many digits of an id are kept. */
export const ID_DIGITS = 16;

/**
 * Whether a module's file (its path in the library) is the one that upstream released in a version and that runs when
 * `byVersion` says: most files are, and need not be read as source then.
 * @param id git's id of it
 */
export function isUpstreams(file: string, id: string, version: string): boolean {
  const release = upstreamVersion(version);
  const known = Object.hasOwn(files, file) ? files[file]! : [];
  return (
    release !== undefined &&
    known.some((one) => {
      if (!id.startsWith(one.slice(0, ID_DIGITS))) return false;
      const [, first, last] = one.split(" ") as [string, string, string];
      return versionAtLeast(release, first) && versionAtLeast(last, release);
    })
  );
}
