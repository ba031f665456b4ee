import { type Disk, DiskError } from "./disk.ts";
import { raidOf } from "./foreign.ts";
import { devicesOf, isMember, logicalVolumes } from "./lvm/logicalVolumes.ts";
import { type PhysicalVolume, readPhysicalVolume } from "./lvm/physicalVolume.ts";
import { readPartitions } from "./partitions/partitions.ts";

/** A part of a disk that may hold a file system. */
export interface Volume {
  /** How messages call it: "partition 2", "the disk", "volume vg/root". */
  readonly name: string;
  /** Its bytes, or why they cannot be read. */
  readonly disk: Disk | DiskError;
  /** Names of its device. */
  readonly devices: readonly string[];
  /** As after PARTUUID= and PARTLABEL= in fstab. */
  readonly partUuid: string | undefined;
  readonly partLabel: string | undefined;
  /** The type of a GPT partition, in lower case. */
  readonly type: string | undefined;
}

/** What the disks of a machine are divided into, and what is wrong with their tables. */
export interface Volumes {
  readonly volumes: readonly Volume[];
  readonly problems: readonly { readonly volume: string; readonly reason: string }[];
}

/**
 * The volumes of the disks of one machine, in the order of their disks and partitions; logical volumes come last.
 * @param isWhole whether a disk holds a file system without a table, which comes first
 */
export function volumesOf(disks: readonly Disk[], isWhole: (disk: Disk) => boolean): Volumes {
  const volumes: Volume[] = [];
  const physical: (PhysicalVolume & { readonly name: string })[] = [];
  const problems: { volume: string; reason: string }[] = [];

  function add(volume: Volume & { readonly disk: Disk }): void {
    try {
      const found = raidOf(volume.disk) === undefined ? readPhysicalVolume(volume.disk) : undefined;
      if (found === undefined) volumes.push(volume);
      else physical.push({ ...found, name: volume.name });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      volumes.push({ ...volume, disk: error });
    }
  }

  for (const [index, disk] of disks.entries()) {
    const whose = disks.length === 1 ? "" : ` of disk ${index + 1}`;
    const table = isWhole(disk) ? undefined : readPartitions(disk);
    const letter = String.fromCharCode("a".charCodeAt(0) + index);
    const nothing = { devices: [], partUuid: undefined, partLabel: undefined, type: undefined };
    if (table === undefined) {
      const devices = DEVICES.map((prefix) => `${prefix}${letter}`);
      add({ ...nothing, name: disks.length === 1 ? "the disk" : `disk ${index + 1}`, disk, devices });
      continue;
    }
    for (const reason of table.problems)
      problems.push({ volume: disks.length === 1 ? "the disk" : `disk ${index + 1}`, reason });
    for (const { number, disk: part, uuid, label, type } of table.partitions)
      add({
        name: `partition ${number}${whose}`,
        disk: part,
        devices: [
          ...DEVICES.map((prefix) => `${prefix}${letter}${number}`),
          `/dev/nvme${index}n1p${number}`,
          `/dev/mmcblk${index}p${number}`,
        ],
        partUuid: uuid,
        partLabel: label,
        type,
      });
  }
  // Another disk of the group may hold the same metadata.
  for (const { name, id, isDamaged } of physical)
    if (isDamaged && !isMember(id, physical)) problems.push({ volume: name, reason: "its LVM metadata are damaged" });
  for (const volume of logicalVolumes(physical))
    volumes.push({
      name: `volume ${volume.group}/${volume.name}`,
      disk: volume.disk,
      devices: devicesOf(volume),
      partUuid: undefined,
      partLabel: undefined,
      type: undefined,
    });
  return { volumes, problems };
}

/** What disks are called, with a letter for each. */
const DEVICES = ["/dev/sd", "/dev/vd", "/dev/xvd", "/dev/hd"];
