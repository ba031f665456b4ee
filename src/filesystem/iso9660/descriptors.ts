import { type Disk, DiskError } from "../../disk/disk.ts";
import { hasMark } from "../../disk/marks.ts";

const SECTOR = 2048;
/** Where the descriptors begin, and how many there are at most. */
const FIRST = 16;
const MOST = 64;

/** A tree of directories (ECMA-119, 8.4 and 8.5): the primary one or Joliet's, with names in UTF-16. */
export interface Volume {
  readonly blockSize: number;
  /** The record of its root. */
  readonly root: Buffer;
  readonly isJoliet: boolean;
  readonly label: string;
  /** When it was last changed or made, as 16 digits. */
  readonly time: string;
}

export function hasDescriptors(disk: Disk): boolean {
  return hasMark(disk, FIRST * SECTOR, "\x01CD001");
}

/** The primary volume comes first. @throws {DiskError} */
export function readVolumes(disk: Disk): Volume[] {
  const volumes: Volume[] = [];
  for (let sector = FIRST; sector < FIRST + MOST; sector++) {
    const bytes = disk.read(sector * SECTOR, SECTOR);
    if (bytes.toString("latin1", 1, 6) !== "CD001") break;
    const type = bytes[0];
    if (type === 255) break;
    // Joliet says which of three subsets of UTF-16 it uses.
    const isJoliet = type === 2 && /^%\/[@CE]/.test(bytes.toString("latin1", 88, 91));
    if (type !== 1 && !isJoliet) continue;
    const blockSize = bytes.readUInt16LE(128);
    if (![512, 1024, 2048].includes(blockSize))
      throw new DiskError("it is damaged: it has an impossible size of blocks");
    const times = [bytes.toString("latin1", 830, 846), bytes.toString("latin1", 813, 829)];
    volumes.push({
      blockSize,
      root: Buffer.from(bytes.subarray(156, 190)),
      isJoliet,
      label: bytes.toString("latin1", 40, 72).trimEnd(),
      time: times.find((time) => /^\d{16}$/.test(time) && !/^0*$/.test(time)) ?? "",
    });
  }
  return volumes;
}
