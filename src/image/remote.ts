import { isDiskArchive } from "../disk/archive.ts";
import { type Disk, DiskError } from "../disk/disk.ts";
import { CompressedDisk, openDisk } from "../disk/open.ts";
import { openRemoteDisks, type RemoteDisks } from "../disk/remote/disk.ts";
import { shownName } from "../disk/remote/https/shownUrl.ts";
import { RemoteError } from "../disk/remote/source.ts";
import { onMachine } from "./disks/machine.ts";
import { openDiskImage } from "./disks/open.ts";
import { type Image, ImageError } from "./image.ts";
import type { Keep } from "./keep.ts";
import type { OpenOptions } from "./options.ts";
import { readAhead } from "./readAhead.ts";
import { formatOf, SNIFFED } from "./sniff.ts";
import { openBytes } from "./stream.ts";

/** The image on disks of another machine. @throws {ImageError} as for disks on this machine */
export async function openRemote(source: string, keep: Keep, options: OpenOptions): Promise<Image> {
  const name = shownName(source);
  let remote: RemoteDisks | undefined;
  try {
    remote = await openRemoteDisks(source, options);
    return await imageOn(name, remote, keep, options);
  } catch (error) {
    if (remote !== undefined) options.closed?.(remote.usage);
    remote?.close();
    if (error instanceof RemoteError) throw new ImageError(error.status, error.message);
    if (error instanceof DiskError) throw new ImageError(4, unreadable(name, error.message));
    throw error;
  }
}

/** Why an image cannot be read. A reason may be a sentence that begins with its name, or with that of one of its disks. */
function unreadable(name: string, reason: string): string {
  if (reason.startsWith(`${name}: `) || reason.startsWith(`${name} `)) return reason;
  return /^\S+ cannot be read: /.test(reason) ? `${name}: ${reason}` : `${name} cannot be read: ${reason}`;
}

async function imageOn(name: string, remote: RemoteDisks, keep: Keep, options: OpenOptions): Promise<Image> {
  if (remote.isStream) return downloaded(name, remote, keep, options);
  try {
    return await inParts(name, remote, options);
  } catch (error) {
    if (!(error instanceof OnlyWhole)) throw error;
    if (options.download === true) return downloaded(name, remote, keep, options);
    const size = remote.disks.reduce((sum, disk) => sum + disk.size, 0);
    throw new ImageError(
      2,
      `${name}: ${error.message}, so that it must be read as a whole; add --download to download it (${mebibytes(size)})`,
    );
  }
}

/** Says that something on another machine must be read from beginning to end. */
class OnlyWhole extends Error {
  override readonly name = "OnlyWhole";
}

/** Reads only what is needed. @throws {OnlyWhole} if that is not possible */
async function inParts(name: string, remote: RemoteDisks, options: OpenOptions): Promise<Image> {
  // The heads of all disks, side by side.
  await remote.ahead(remote.disks.map((disk) => () => void disk.read(0, Math.min(SNIFFED, disk.size))));
  const image = await remote.attempt(async () => {
    const opened = await Promise.all(remote.disks.map((disk) => openPart(disk, options)));
    const areDisks = remote.datasource !== undefined;
    return onMachine(opened, ({ disks, warnings, close }) =>
      openDiskImage(name, { disks, warnings: [...remote.warnings, ...warnings], areDisks, close }, options.root),
    );
  });
  return withRemote(image, remote, options, (paths) => remote.ahead(readAhead(image, paths)));
}

async function openPart(disk: Disk, options: OpenOptions): ReturnType<typeof openDisk> {
  const head = disk.read(0, Math.min(SNIFFED, disk.size));
  if (formatOf(head) === "tar" && !isDiskArchive(head)) throw new OnlyWhole("it is a tar archive");
  try {
    return await openDisk(disk, { ...options, inParts: true });
  } catch (error) {
    if (error instanceof CompressedDisk) throw new OnlyWhole(error.message);
    throw error;
  }
}

/** Reads all of it once, as a stream. */
async function downloaded(name: string, remote: RemoteDisks, keep: Keep, options: OpenOptions): Promise<Image> {
  const image = await openBytes(remote.whole(), { source: name, name }, keep, options);
  const doubts = [...remote.warnings, ...(image.doubts ?? [])];
  return Object.assign(
    withRemote(image, remote, options, async () => {}),
    { doubts },
  );
}

function withRemote(
  image: Image,
  remote: RemoteDisks,
  { closed }: OpenOptions,
  ahead: (paths: readonly string[]) => Promise<void>,
): Image {
  const { close } = image;
  return Object.assign(image, {
    close() {
      close?.();
      closed?.(remote.usage);
      remote.close();
    },
    remote: { datasource: remote.datasource, usage: () => remote.usage, readAhead: ahead },
  });
}

function mebibytes(size: number): string {
  return `${Math.max(1, Math.round(size / 2 ** 20))} MiB`;
}
