import { type Disk, DiskError } from "../../disk/disk.ts";
import { type Foreign, foreignOf, raidOf } from "../../disk/foreign.ts";
import { readPhysicalVolume } from "../../disk/lvm/physicalVolume.ts";
import { readPartitions } from "../../disk/partitions/partitions.ts";
import { type Volume, volumesOf } from "../../disk/volumes.ts";
import type { Filesystem } from "../../filesystem/filesystem.ts";
import { FILESYSTEMS } from "../../filesystem/formats.ts";

/** A volume and the file system on it. */
export interface Part extends Volume {
  /** The file system, or why there is none to be read. */
  readonly content: Filesystem | Unreadable;
}

/** Why a volume has no file system that can be read. */
export interface Unreadable {
  /** Completes "partition 2 ...". */
  readonly reason: string;
  /** Whether files may be in it: what is read may then be missing. */
  readonly holdsFiles: boolean;
}

export function isFilesystem(content: Filesystem | Unreadable): content is Filesystem {
  return "root" in content;
}

/** Whether nothing is recognised in a volume. */
export function isUnknown(content: Filesystem | Unreadable): boolean {
  return content === UNKNOWN;
}

/** The parts of the disks of one machine, and what is wrong with their tables. */
export interface Parts {
  readonly parts: readonly Part[];
  readonly problems: readonly { readonly volume: string; readonly reason: string }[];
}

export function partsOf(disks: readonly Disk[]): Parts {
  const { volumes, problems } = volumesOf(disks, isWhole);
  const readable = volumes.flatMap(({ disk }) => (disk instanceof DiskError ? [] : [disk]));
  const parts: Part[] = [];
  for (const volume of volumes) {
    const known = parts.map(({ content }) => content).find((content) => isFilesystem(content) && lies(content, volume));
    parts.push({ ...volume, content: known ?? contentOf(volume.disk, readable) });
  }
  return { parts, problems };
}

/** Whether a disk holds a file system and no partitions. */
function isWhole(disk: Disk): boolean {
  const format = FILESYSTEMS.find((one) => matches(one, disk));
  if (format?.type !== "iso9660") return format !== undefined;
  // Installers on a stick have a table as well. A disk that such an image was written to earlier may still have its mark.
  return !readPartitions(disk)?.partitions.some((partition) => holdsMore(partition.disk));
}

/** Whether a partition holds something other than an installer has: itself, and a small FAT to boot from. */
function holdsMore(disk: Disk): boolean {
  const format = FILESYSTEMS.find((one) => matches(one, disk));
  if (format !== undefined) return format.type !== "iso9660" && format.type !== "vfat";
  return foreignOf(disk)?.holdsFiles === true || isPhysicalVolume(disk);
}

function isPhysicalVolume(disk: Disk): boolean {
  try {
    return readPhysicalVolume(disk) !== undefined;
  } catch (error) {
    if (error instanceof DiskError) return true;
    throw error;
  }
}

/** Whether a file system over several volumes is also on this one. */
function lies({ disks }: Filesystem, { disk }: Volume): boolean {
  return !(disk instanceof DiskError) && disks?.includes(disk) === true;
}

const UNKNOWN: Unreadable = { reason: "has no known file system", holdsFiles: false };

/** The file system on a disk, parts of which may be on others, or why there is none. */
export function contentOf(disk: Disk | DiskError, all: readonly Disk[] = []): Filesystem | Unreadable {
  if (disk instanceof DiskError) return { reason: `cannot be read: ${disk.message}`, holdsFiles: true };
  try {
    const raid = raidOf(disk);
    if (raid !== undefined) return foreign(raid);
    const format = FILESYSTEMS.find((one) => matches(one, disk));
    if (format !== undefined) return format.open(disk, all);
    const other = foreignOf(disk);
    return other === undefined ? UNKNOWN : foreign(other);
  } catch (error) {
    if (error instanceof DiskError) return { reason: `cannot be read: ${error.message}`, holdsFiles: true };
    throw error;
  }
}

function foreign({ name, holdsFiles }: Foreign): Unreadable {
  return { reason: `is ${name}`, holdsFiles };
}

function matches({ matches: test }: (typeof FILESYSTEMS)[number], disk: Disk): boolean {
  try {
    return test(disk);
  } catch (error) {
    // Too small for the mark.
    if (error instanceof DiskError) return false;
    throw error;
  }
}
