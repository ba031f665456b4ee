import type { Image } from "../image/image.ts";
import { namesFile } from "../lint/evidence/protected.ts";
import type { Mapped } from "./repository.ts";

/** Which of the options that name something in an image name something in this one, by their values. */
export interface Matched {
  readonly maps: readonly string[];
  readonly globs: readonly string[];
}

/** The maps and globs that match something in an image. */
export function matchedIn(image: Image, maps: readonly Mapped[], globs: readonly string[]): Matched {
  return {
    maps: maps.filter((map) => isIn(image, map)).map(({ option }) => option),
    globs: globs.filter((glob) => namesFile(image, glob)),
  };
}

/** Whether the path that `map` names exists in the image and is of the same kind, directory or file. */
function isIn(image: Image, { imagePath, isDirectory }: Mapped): boolean {
  const stat = image.stat(imagePath) ?? image.lstat(imagePath);
  return stat !== undefined && (stat.kind === "directory") === isDirectory;
}
