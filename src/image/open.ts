import { statSync } from "node:fs";
import { cachedDisk } from "../disk/cache.ts";
import { type Disk, DiskError } from "../disk/disk.ts";
import { openDisks } from "../disk/open.ts";
import { fileLayout } from "./container/fileLayout.ts";
import { isContainer, openContainer } from "./container/open.ts";
import { hostFile, openDirectory } from "./directory.ts";
import { type MachineDisks, openDiskImage } from "./disks/open.ts";
import { type Image, ImageError } from "./image.ts";
import type { Keep } from "./keep.ts";
import { isSysroot, openDeployment } from "./ostree.ts";
import { reasonOf } from "./reason.ts";
import { formatOf, readHead } from "./sniff.ts";
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
  const files = filesOf(source);
  if (files === undefined) {
    const image = openDirectory(source);
    if (!isContainer(image)) return rootIn(image, options);
    const layout = fileLayout(image, (path) => hostFile(source, path));
    return openContainer(source, layout, keep, options);
  }
  try {
    const [first = source, ...others] = files;
    const head = readHead(first);
    const format = formatOf(head);
    if (others.length === 0 && format === "tar") {
      const tar = openTarFile(source);
      if (!isContainer(tar.image)) return rootIn(tar.image, options);
      return await openContainer(source, fileLayout(tar.image, tar.file), keep, options);
    }
    if (head.length === 0) throw new ImageError(3, `${source} is empty`);
    if (format === "gzip" || format === "zstd" || format === "xz" || format === "bzip2")
      return await openTarStream(source, keep, options);
    return openDiskImage(source, await disksIn(files), options.root);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    if (error instanceof DiskError) throw new ImageError(4, `${source} cannot be read: ${error.message}`);
    throw new ImageError(4, `${source} cannot be read: ${reasonOf(error)}`);
  }
}

/** The root file system in a file system, which may be the physical root of deployments. */
function rootIn(image: Image, options: OpenOptions): Image {
  return isSysroot(image) ? openDeployment(image, options) : image;
}

/** The disks in files, which stay open as long as the process runs. */
async function disksIn(files: readonly string[]): Promise<MachineDisks> {
  const disks: Disk[] = [];
  const warnings: string[] = [];
  for (const file of files) {
    const opened = await openDisks(file);
    disks.push(...opened.disks.map((disk) => cachedDisk(disk)));
    warnings.push(...opened.warnings);
  }
  return { disks, warnings };
}

/** The files that a name stands for: one, or the disks of one machine, joined by "+". Undefined if it is no file. */
function filesOf(source: string): string[] | undefined {
  if (isFile(source)) return [source];
  const files = source.split("+");
  return files.length > 1 && files.every(isFile) ? files : undefined;
}

function isFile(source: string): boolean {
  try {
    return statSync(source).isFile();
  } catch {
    return false;
  }
}
