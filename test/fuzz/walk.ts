import type { Image } from "../../src/image/image.ts";

/** What an image says of its first entries, and its problems. */
export function walk(image: Image): unknown[] {
  const seen: unknown[] = [];
  const waiting = ["/"];
  for (let path = waiting.pop(); path !== undefined && seen.length < 500; path = waiting.pop()) {
    const stat = image.lstat(path);
    seen.push([path, stat, image.readlink(path), image.realpath(path), image.read(path)?.length]);
    if (stat?.kind === "directory")
      for (const name of image.list(path)) waiting.push(path === "/" ? `/${name}` : `${path}/${name}`);
  }
  return [seen, image.problems];
}
