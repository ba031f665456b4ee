import { type Disk, DiskError } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";
import type { Filesystem, FilesystemFormat } from "../filesystem.ts";
import { Problems } from "../problems.ts";
import { LogicalSpace } from "./chunks.ts";
import { dataReader } from "./data.ts";
import { fileReader } from "./extents.ts";
import { type FileContext, rootOf, subvolumeAt } from "./files.ts";
import { atLeast, ID, LAST_OFFSET, TYPE } from "./key.ts";
import { nodeReader } from "./node.ts";
import { subvolumesOf, treeById } from "./subvolumes.ts";
import { deviceOf, isBtrfs, readSuperblock, type Superblock, uuidAt } from "./superblock.ts";
import { type Tree, treeAt } from "./tree.ts";

/** A device of a file system, as its chunk tree names it. */
interface Device {
  readonly id: number;
  readonly uuid: string;
  /** Whether it belongs to a file system of its own, on which this one was built (btrfstune -S). */
  readonly isSeed: boolean;
}

/** btrfs (btrfs.readthedocs.io, "On-disk format"; linux/btrfs_tree.h): the default subvolume, as a plain mount shows it. */
export const btrfs: FilesystemFormat = { type: "btrfs", matches: isBtrfs, open };

function open(disk: Disk, others: readonly Disk[] = []): Filesystem {
  const problems = new Problems();
  const superblock = readSuperblock(disk, problems);
  if (superblock.isDump) throw new DiskError("it holds only metadata, copied by btrfs-image");
  if (superblock.deviceSize > disk.size)
    problems.add(`it is truncated: it has ${superblock.deviceSize} bytes, the disk ${disk.size}`);
  const known = superblock.deviceCount > 1 ? devicesOf(others) : new Map<string, Disk>();
  const here = new Map([...known, [superblock.device, disk]]);
  const space = new LogicalSpace(here);
  space.addAll(superblock.systemChunks);
  const read = nodeReader(space, superblock, problems);
  const devices = readChunks(treeAt(superblock.chunkRoot, read), space, superblock.metadataUuid);
  const missing = devices.filter(({ uuid }) => !here.has(uuid));
  const rootTree = treeAt(superblock.root, read);
  const checksums = treeById(rootTree, ID.checksumTree, read);
  const subvolumes = subvolumesOf(rootTree, read);
  const context: FileContext = {
    subvolumes,
    files: fileReader(dataReader(space, checksums, superblock, problems), superblock.sectorSize),
    problems,
  };
  const root = subvolumes.byId(subvolumes.defaultId());
  if (root === undefined) throw new DiskError(`it is damaged: subvolume ${subvolumes.defaultId()} is missing`);
  return {
    type: "btrfs",
    uuid: superblock.uuid,
    label: superblock.label,
    warnings: warningsOf(superblock, missing),
    problems: problems.list,
    root: rootOf(root, context),
    ...(devices.length > 1 && { disks: devices.flatMap(({ uuid }) => here.get(uuid) ?? []) }),
    subvolume(by) {
      if ("path" in by) return subvolumeAt(by.path, context);
      const found = subvolumes.byId(by.id);
      return found && rootOf(found, context);
    },
  };
}

/** The disks that hold a part of a btrfs, by their UUIDs. */
function devicesOf(disks: readonly Disk[]): Map<string, Disk> {
  const devices = new Map<string, Disk>();
  for (const disk of disks)
    try {
      if (isBtrfs(disk)) devices.set(deviceOf(disk), disk);
    } catch (error) {
      // What cannot be read is missing.
      if (!(error instanceof DiskError)) throw error;
    }
  return devices;
}

/** Adds the chunks of the chunk tree to the space, and returns the devices. */
function readChunks(tree: Tree, space: LogicalSpace, own: string): Device[] {
  const all = (objectid: number, type: number) =>
    tree.items({ objectid, type, offset: 0 }, { objectid, type, offset: LAST_OFFSET });
  // struct btrfs_dev_item.
  const devices = Array.from(all(ID.devices, TYPE.device), ({ data }) => {
    atLeast(data, 98, "a device");
    return { id: u64le(data, 0), uuid: uuidAt(data, 66), isSeed: uuidAt(data, 82) !== own };
  });
  for (const { key, data } of all(ID.chunks, TYPE.chunk)) space.add(key.offset, data);
  return devices;
}

function warningsOf({ hasLog, checksum, deviceCount }: Superblock, missing: readonly Device[]): string[] {
  const warnings: string[] = [];
  if (hasLog)
    warnings.push(
      "was not unmounted cleanly: its log was not replayed, so that files synchronized last may be out of date",
    );
  if (missing.length > 0) {
    const names = missing
      .slice(0, 3)
      .map(({ id, uuid, isSeed }) => `${isSeed ? "seed device" : "device"} ${id} (${uuid})`);
    const rest = missing.length > names.length ? ` and ${missing.length - names.length} more` : "";
    warnings.push(`lacks ${names.join(", ")}${rest} of its ${deviceCount} devices: what only they hold cannot be read`);
  }
  if (checksum.matches === undefined) warnings.push(`has ${checksum.name} checksums, which are not verified`);
  return warnings;
}
