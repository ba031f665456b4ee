import { statSync } from "node:fs";
import type { Image } from "../image/image.ts";
import { openImage as open } from "../image/open.ts";
import { tellingLeftOut } from "./leftOut.ts";
import { mayBeRead } from "./needs.ts";

/**
 * Opens an image for a lint, a plan or its configuration: a directory that contains a root filesystem, a tar archive of
 * one (compressed or not), or "-" for such an archive on standard input.
 * @throws {ImageError} if it is not an image or cannot be read.
 */
export async function openImage(source: string): Promise<Image> {
  const image = await open(source, mayBeRead);
  return isDirectory(source) ? image : tellingLeftOut(image);
}

function isDirectory(source: string): boolean {
  return source !== "-" && statSync(source).isDirectory();
}
