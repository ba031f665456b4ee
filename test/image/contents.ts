import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { type Image, ImageError } from "../../src/image/image.ts";
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
export function opened(bytes: Buffer): Promise<Image>[] {
  const root = tree({});
  writeFileSync(join(root, "x.tar"), bytes);
  writeFileSync(join(root, "x.tar.gz"), gzipSync(bytes, { level: 1 }));
  return [openImage(join(root, "x.tar"), keepAll), openImage(join(root, "x.tar.gz"), keepAll)];
}

/** Both images. */
export function bothWays(bytes: Buffer): Promise<Image[]> {
  return Promise.all(opened(bytes));
}

/** Why an archive is not opened: a message of one line. */
export async function refusal(bytes: Buffer): Promise<ImageError> {
  const path = join(tree({}), "x.tar");
  writeFileSync(path, bytes);
  const error: unknown = await openImage(path, keepAll).catch((thrown: unknown) => thrown);
  if (!(error instanceof ImageError)) throw new Error("it was opened");
  expect(error.message).not.toContain("\n");
  return error;
}
