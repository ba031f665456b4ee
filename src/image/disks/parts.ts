import { type Disk, DiskError } from "../../disk/disk.ts";
import { type Foreign, foreignOf, raidOf } from "../../disk/foreign.ts";
import { readPhysicalVolume } from "../../disk/lvm/physicalVolume.ts";
import { hasTable } from "../../disk/partitions/mbr.ts";
import { readPartitions } from "../../disk/partitions/partitions.ts";
import { type Volume, volumesOf } from "../../disk/volumes.ts";
import type { Filesystem, FilesystemFormat } from "../../filesystem/filesystem.ts";
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
  /** Whether it is a file system that may be a root, but is damaged or has a feature that is not supported. */
  readonly mayBeRoot?: true;
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

/**
 * Whether a disk holds a file system and no partitions. The mark of one that it held earlier may be left where a table
 * does not reach; if a partition holds something, the table counts.
 */
function isWhole(disk: Disk): boolean {
  const format = FILESYSTEMS.find((one) => matches(one, disk));
  if (format === undefined) return false;
  // Whatever makes a file system removes the first sector's table. A GPT without it is older, as is the backup alone.
  if (!hasTable(disk)) return true;
  // Installers on a stick have a table as well: of themselves, and of a small FAT to boot from.
  const own = format.type === "iso9660" ? ["iso9660", "vfat"] : [];
  return !readPartitions(disk)?.partitions.some((partition) => holdsMore(partition.disk, own));
}

/** Whether a partition holds something other than these file systems. */
function holdsMore(disk: Disk, own: readonly string[]): boolean {
  const format = FILESYSTEMS.find((one) => matches(one, disk));
  if (format !== undefined) return !own.includes(format.type);
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
  let format: FilesystemFormat | undefined;
  try {
    const raid = raidOf(disk);
    if (raid !== undefined) return foreign(raid);
    format = FILESYSTEMS.find((one) => matches(one, disk));
    if (format !== undefined) return format.open(disk, all);
    const other = foreignOf(disk);
    return other === undefined ? UNKNOWN : foreign(other);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const reason = `cannot be read: ${error.message}`;
    return { reason, holdsFiles: true, ...(format !== undefined && format.type !== "vfat" && { mayBeRoot: true }) };
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
