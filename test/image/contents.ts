import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Image } from "../../src/image/image.ts";
import { openImage } from "../../src/image/open.ts";
import { tree } from "./tree.ts";

export const keepAll = () => true;

/** All that an image tells, by path. Directories have no size that matters. */
export function contents(image: Image, directory = "/", found: Record<string, unknown> = {}): Record<string, unknown> {
  for (const name of image.list(directory)) {
    const path = `${directory === "/" ? "" : directory}/${name}`;
    const stat = image.lstat(path);
    const size = stat?.kind === "directory" ? 0 : stat?.size;
    found[path] = { ...stat, size, link: image.readlink(path), bytes: image.read(path)?.toString("latin1") };
    if (stat?.kind === "directory") contents(image, path, found);
  }
  return found;
}

/** The archive as a file, and compressed, which is read as a stream. */
export async function bothWays(bytes: Buffer): Promise<Image[]> {
  const root = tree({});
  writeFileSync(join(root, "x.tar"), bytes);
  writeFileSync(join(root, "x.tar.gz"), gzipSync(bytes));
  return [await openImage(join(root, "x.tar"), keepAll), await openImage(join(root, "x.tar.gz"), keepAll)];
}
