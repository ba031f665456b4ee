import type { Image } from "../image/image.ts";

/**
 * The names under which a package may have shipped the file at `path`: the path itself, the path with links among its
 * directories resolved, and the path under / if that is merged into /usr.
 */
export function namesOf(image: Image, path: string): string[] {
  const slash = path.lastIndexOf("/");
  const directory = image.realpath(path.slice(0, slash)) ?? "/";
  const real = `${directory === "/" ? "" : directory}${path.slice(slash)}`;
  // Packages from before the merge of / into /usr ship /bin/ls, which is now /usr/bin/ls.
  const top = /^\/usr(\/(?:bin|sbin|lib[^/]*))\//.exec(real)?.[1];
  const unmerged = top !== undefined && image.realpath(top) === `/usr${top}` ? [real.slice("/usr".length)] : [];
  return [...new Set([path, real, ...unmerged])];
}
