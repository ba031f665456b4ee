import type { Image } from "../image/image.ts";
import { openImage as open } from "../image/open.ts";
import { mayBeRead } from "./needs.ts";

/**
 * Opens an image for a lint, a plan or its configuration: a directory that holds a root filesystem, a tar archive of
 * one (compressed or not), or "-" for such an archive on standard input.
 * @throws {ImageError} when it is no image, or cannot be read.
 */
export function openImage(source: string): Promise<Image> {
  return open(source, mayBeRead);
}
