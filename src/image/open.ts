import * as fs from "node:fs";
import { openDirectory } from "./directory.ts";
import { type Image, ImageError } from "./image.ts";

/**
 * Opens what the user named as an image: a directory that holds a root filesystem.
 * @throws {ImageError} when it is no image, or cannot be read.
 */
export function openImage(source: string): Image {
  if (isFile(source)) throw new ImageError(3, `${source} is a file: only directories are read yet`);
  return openDirectory(source);
}

function isFile(source: string): boolean {
  try {
    return fs.statSync(source).isFile();
  } catch {
    return false;
  }
}
