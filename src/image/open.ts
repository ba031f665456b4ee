import { existsSync, statSync } from "node:fs";
import { isDiskArchive } from "../disk/archive.ts";
import { DiskError } from "../disk/disk.ts";
import { closeWaiting } from "../disk/file.ts";
import { type OpenedDisks, openDisks } from "../disk/open.ts";
import { remoteKindOf } from "../disk/remote/kinds.ts";
import { fileLayout } from "./container/fileLayout.ts";
import { isContainer, openContainer } from "./container/open.ts";
import { hostFile, openDirectory } from "./directory.ts";
import { onMachine } from "./disks/machine.ts";
import { openDiskImage } from "./disks/open.ts";
import { type Image, ImageError } from "./image.ts";
import type { Keep } from "./keep.ts";
import type { OpenOptions, Whole } from "./options.ts";
import { rootIn } from "./ostree.ts";
import { reasonOf } from "./reason.ts";
import { openRemote } from "./remote.ts";
import { formatOf, isCompressed, readHead } from "./sniff.ts";
import { ContentStore } from "./store.ts";
import { openStream } from "./stream.ts";
import { openTarFile } from "./tar/file.ts";

export type { OpenOptions } from "./options.ts";

/**
 * Opens an image: a directory that contains a root filesystem, a tar archive of one (compressed or not), a container
 * image in a directory or archive, or "-" for an archive on standard input. `keep` selects the files of a stream that can
 * be read later.
 * @throws {ImageError} if it is not an image or cannot be read.
 */
export async function openImage(source: string, keep: Keep, options: OpenOptions = {}): Promise<Image> {
  const image = await openStored(source, keep, options).finally(closeWaiting);
  const hasCopy = image.readlink("/ostree") === "sysroot/ostree" && image.stat("/usr/etc")?.kind === "directory";
  return hasCopy ? Object.assign(image, { pristineEtc: "/usr/etc" }) : image;
}

/** The same with a place for all of it, if all of it is needed. */
async function openStored(source: string, keep: Keep, options: OpenOptions): Promise<Image> {
  if (options.isWhole !== true) return openAny(source, keep, options);
  const store = new ContentStore(options.maxTemporary);
  try {
    const image = await openAny(source, keep, { ...options, store });
    const { close } = image;
    return Object.assign(image, {
      close() {
        close?.();
        store.close();
      },
    });
  } catch (error) {
    store.close();
    throw error;
  }
}

async function openAny(source: string, keep: Keep, options: OpenOptions & Whole): Promise<Image> {
  if (source === "-") return openStream(source, keep, options);
  if (remoteKindOf(source) !== undefined) return openRemote(source, keep, options);
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
    if (others.length === 0 && format === "tar" && !isDiskArchive(head)) {
      const tar = openTarFile(source);
      if (!isContainer(tar.image)) return rootIn(tar.image, options);
      return await openContainer(source, fileLayout(tar.image, tar.file), keep, options);
    }
    if (head.length === 0) throw new ImageError(3, `${source} is empty`);
    if (others.length === 0 && isCompressed(format)) return await openStream(source, keep, options);
    const opened = await openAll(files, options);
    return onMachine(opened, (machine) => openDiskImage(source, machine, options.root));
  } catch (error) {
    if (error instanceof ImageError) throw error;
    if (error instanceof DiskError) throw new ImageError(4, `${source} cannot be read: ${error.message}`);
    throw new ImageError(4, `${source} cannot be read: ${reasonOf(error)}`);
  }
}

/** The disks in all files. None stays open if one cannot be opened. */
async function openAll(files: readonly string[], options: OpenOptions): Promise<OpenedDisks[]> {
  const opened: OpenedDisks[] = [];
  try {
    for (const file of files) opened.push(await openDisks(file, options));
    return opened;
  } catch (error) {
    for (const disks of opened) disks.close();
    throw error;
  }
}

/**
 * The files that a name stands for: one, or the disks of one machine, joined by "+", which their names may contain too.
 * Undefined if it is not a file.
 * @throws {ImageError} status 3 if some of the disks are files and others are not
 */
function filesOf(source: string): string[] | undefined {
  if (isFile(source)) return [source];
  const parts = source.split("+");
  if (parts.length > MOST_PARTS || existsSync(source)) return undefined;
  const files: string[] = [];
  const others: string[] = [];
  for (let at = 0; at < parts.length; ) {
    const ends = parts.map((_, index) => index + 1).filter((end) => end > at);
    const end = ends.find((one) => isFile(parts.slice(at, one).join("+")));
    if (end === undefined) others.push(parts[at]!);
    else files.push(parts.slice(at, end).join("+"));
    at = end ?? at + 1;
  }
  if (files.length === 0) return undefined;
  const [missing] = others;
  if (missing === undefined) return files;
  throw new ImageError(3, `${source}: ${missing || '""'}: ${existsSync(missing) ? "not a file" : "no such file"}`);
}

/** How many disks a machine may have. */
const MOST_PARTS = 64;

/** Whether it is a file or a block device. */
function isFile(source: string): boolean {
  try {
    const stat = statSync(source);
    return stat.isFile() || stat.isBlockDevice();
  } catch {
    return false;
  }
}
