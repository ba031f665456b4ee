import { btrfs } from "./btrfs/btrfs.ts";
import { erofs } from "./erofs/erofs.ts";
import { ext } from "./ext/ext.ts";
import type { FilesystemFormat } from "./filesystem.ts";
import { iso9660 } from "./iso9660/iso9660.ts";
import { squashfs } from "./squashfs/squashfs.ts";
import { vfat } from "./vfat/vfat.ts";
import { xfs } from "./xfs/xfs.ts";

/** All kinds of file systems that can be read. */
export const FILESYSTEMS: readonly FilesystemFormat[] = [ext, xfs, btrfs, squashfs, erofs, iso9660, vfat];
