import { versionAtLeast } from "../../../src/distro/version.ts";

/** The difference between a release and the one before; null: the file is no longer written. */
export interface Changes {
  readonly raises?: boolean;
  readonly files?: Readonly<Record<string, string | null>>;
}

/** What a version writes, from the differences recorded by release, the oldest first. */
export function changesUntil(results: Readonly<Record<string, Changes>>, version: string) {
  let raises = false;
  const files: Record<string, string> = {};
  for (const [since, result] of Object.entries(results)) {
    if (!versionAtLeast(version, since)) continue;
    raises = result.raises ?? raises;
    for (const [path, text] of Object.entries(result.files ?? {})) {
      if (text === null) delete files[path];
      else files[path] = text;
    }
  }
  return { raises, files };
}
