import { type Entries, imageOf } from "../../image/entries.ts";
import type { Image } from "../../image/image.ts";
import { Problems } from "../../image/problems.ts";
import { sortNames } from "../../image/sort.ts";
import { parentOf } from "../../image/writeLog.ts";
import type { SavedImage } from "./savedRun.ts";

/** The image of a saved verification. */
export interface ReplayedImage {
  readonly image: Image;
  /** What was asked for and was not read when it was saved, so that nothing is known of it; sorted. */
  unrecorded(): string[];
}

/** Opens the saved part of an image. What it does not have counts as missing. */
export function openSaved(saved: SavedImage): ReplayedImage {
  const { entries, contents, listed, absent } = saved;
  const unrecorded = new Set<string>();
  const names = new Map<string, string[]>();
  for (const path of entries.keys()) {
    if (path === "/") continue;
    const above = parentOf(path);
    const others = names.get(above);
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (others === undefined) names.set(above, [name]);
    else others.push(name);
  }
  const isKnown = (path: string): boolean => {
    if (absent.has(path)) return true;
    const above = parentOf(path);
    const directory = entries.get(above);
    return directory === undefined
      ? path !== "/" && isKnown(above)
      : directory.kind !== "directory" || listed.has(above);
  };
  const reader: Entries = {
    lstat(path) {
      const entry = entries.get(path);
      if (entry !== undefined || path === "/")
        return entry ?? { kind: "directory", size: 0, mode: 0o755, uid: 0, gid: 0 };
      if (!isKnown(path)) unrecorded.add(path);
      return undefined;
    },
    readlink: (path) => entries.get(path)?.link,
    read(path) {
      const content = contents.get(path);
      if (content === undefined) unrecorded.add(path);
      return content;
    },
    list(path) {
      if (!listed.has(path)) unrecorded.add(path);
      return sortNames(names.get(path) ?? []);
    },
  };
  const problems = new Problems();
  for (const { path, reason } of saved.problems) problems.add(path, reason);
  const { doubts, isContainer, pristineEtc } = saved;
  const image: Image = {
    ...imageOf(saved.source, reader, problems),
    doubts,
    isContainer,
    ...(pristineEtc === null ? {} : { pristineEtc }),
  };
  return { image, unrecorded: () => [...unrecorded].sort() };
}
