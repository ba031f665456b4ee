import { statSync } from "node:fs";
import { openDirectory } from "./directory.ts";
import { type Image, ImageError } from "./image.ts";
import { reasonOf } from "./reason.ts";
import { DISK_ADVICE, formatOf, readHead } from "./sniff.ts";
import { openTarFile } from "./tar/file.ts";
import { type Keep, openTarStream } from "./tar/stream.ts";

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
 * Opens an image: a directory that contains a root filesystem, a tar archive of one (compressed or not), or "-" for
 * such an archive on standard input. `keep` selects the files of a stream that can be read later.
 * @throws {ImageError} if it is not an image or cannot be read.
 */
export async function openImage(source: string, keep: Keep, _options: OpenOptions = {}): Promise<Image> {
  if (source === "-") return openTarStream(source, keep);
  if (!isFile(source)) return openDirectory(source);
  try {
    const head = readHead(source);
    const format = formatOf(head);
    if (format === "tar") return openTarFile(source);
    if (format === "empty") throw new ImageError(3, `${source} is empty`);
    if (format === "disk") throw new ImageError(3, `${source} ${DISK_ADVICE}`);
    if (format === "other") throw new ImageError(3, `${source} is neither a directory nor a tar archive`);
    return await openTarStream(source, keep);
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
