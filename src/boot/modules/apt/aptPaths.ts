import { readText } from "../../../image/image.ts";
import { normalizePath } from "../../../python/paths.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** Where apt looks for its sources: a file, and a directory of further ones. */
export interface AptPaths {
  readonly list: string;
  readonly parts: string;
}

/**
 * The places that apt.conf names (cc_apt_configure's get_apt_cfg, since 23.4); before, cloud-init used the default
 * paths.
 */
export function aptPaths(boot: ModuleRun): AptPaths {
  const options = boot.since("23.4") && !boot.lacks("apt-config") ? configuration(boot) : "";
  const last = (pattern: RegExp): string | undefined => [...options.matchAll(pattern)].at(-1)?.[1];
  const etc = last(/[\s;:{]Etc\s+"([^"\n]+)/gi) ?? "etc/apt";
  return {
    list: normalizePath(`/${etc}/${last(/[\s;:{]SourceList\s+"([^"\n]+)/gi) ?? "sources.list"}`),
    parts: normalizePath(`/${etc}/${last(/[\s;:{]SourceParts\s+"([^"\n]+)/gi) ?? "sources.list.d"}`),
  };
}

/** All of apt's configuration without comments: the last components of the requested names occur only once. */
function configuration(boot: ModuleRun): string {
  const directory = "/etc/apt/apt.conf.d";
  const parts = boot.image.list(directory).filter((name) => /^[A-Za-z0-9_-]+(\.conf)?$/.test(name));
  const files = [...parts.map((name) => `${directory}/${name}`), "/etc/apt/apt.conf"];
  return files.map((path) => `\n${(readText(boot.image, path) ?? "").replace(/^[ \t]*(?:\/\/|#).*/gm, "")}`).join("");
}
