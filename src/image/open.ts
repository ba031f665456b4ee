import { statSync } from "node:fs";
import { fileLayout } from "./container/fileLayout.ts";
import { isContainer, openContainer } from "./container/open.ts";
import { hostFile, openDirectory } from "./directory.ts";
import { type Image, ImageError } from "./image.ts";
import type { Keep } from "./keep.ts";
import { reasonOf } from "./reason.ts";
import { DISK_ADVICE, formatOf, readHead } from "./sniff.ts";
import { openTarFile } from "./tar/file.ts";
import { openTarStream } from "./tar/stream.ts";

/** What a user can choose of an image. */
export interface OpenOptions {
  /** Which of several roots, from 1 in the order in which a message lists them. */
  readonly root?: number;
  /** Which of a container image's platforms: OS/ARCHITECTURE[/VARIANT]. */
  readonly platform?: string;
  /** The largest temporary file for a compressed disk, in bytes. */
  readonly maxTemporary?: number;
}

/**
 * Opens an image: a directory that contains a root filesystem, a tar archive of one (compressed or not), a container
 * image in a directory or archive, or "-" for an archive on standard input. `keep` selects the files of a stream that can
 * be read later.
 * @throws {ImageError} if it is not an image or cannot be read.
 */
export async function openImage(source: string, keep: Keep, options: OpenOptions = {}): Promise<Image> {
  if (source === "-") return openTarStream(source, keep, options);
  if (!isFile(source)) {
    const image = openDirectory(source);
    if (!isContainer(image)) return image;
    const layout = fileLayout(image, (path) => hostFile(source, path));
    return openContainer(source, layout, keep, options);
  }
  try {
    const head = readHead(source);
    const format = formatOf(head);
    if (format === "tar") {
      const tar = openTarFile(source);
      if (!isContainer(tar.image)) return tar.image;
      return await openContainer(source, fileLayout(tar.image, tar.file), keep, options);
    }
    if (format === "empty") throw new ImageError(3, `${source} is empty`);
    if (format === "disk") throw new ImageError(3, `${source} ${DISK_ADVICE}`);
    if (format === "other") throw new ImageError(3, `${source} is neither a directory nor a tar archive`);
    return await openTarStream(source, keep, options);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(4, `${source} cannot be read: ${reasonOf(error)}`);
  }
}

function isFile(source: string): boolean {
  try {
    return statSync(source).isFile();
  } catch {
    return false;
  }
}
