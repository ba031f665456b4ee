import { DiskError } from "../disk/disk.ts";
import { openDisk } from "../disk/open.ts";
import { openRemoteDisks, type RemoteDisks } from "../disk/remote/disk.ts";
import { RemoteError } from "../disk/remote/source.ts";
import { onMachine } from "./disks/machine.ts";
import { openDiskImage } from "./disks/open.ts";
import { type Image, ImageError } from "./image.ts";
import type { OpenOptions } from "./options.ts";
import { readAhead } from "./readAhead.ts";

/** The image on disks of another machine. @throws {ImageError} as for disks on this machine */
export async function openRemote(source: string, options: OpenOptions): Promise<Image> {
  let remote: RemoteDisks | undefined;
  try {
    remote = await openRemoteDisks(source, options);
    return await imageOn(source, remote, options);
  } catch (error) {
    remote?.close();
    if (error instanceof RemoteError) throw new ImageError(error.status, error.message);
    if (error instanceof DiskError) throw new ImageError(4, `${source} cannot be read: ${error.message}`);
    throw error;
  }
}

async function imageOn(source: string, remote: RemoteDisks, options: OpenOptions): Promise<Image> {
  const image = await remote.attempt(async () => {
    const opened = await Promise.all(remote.disks.map((disk) => openDisk(disk, options)));
    return onMachine(opened, ({ disks, warnings, close }) =>
      openDiskImage(source, { disks, warnings: [...remote.warnings, ...warnings], close }, options.root),
    );
  });
  const { close } = image;
  return Object.assign(image, {
    close() {
      close?.();
      remote.close();
    },
    remote: {
      datasource: remote.datasource,
      usage: () => remote.usage,
      readAhead: (paths: readonly string[]) => remote.ahead(readAhead(image, paths)),
    },
  });
}
