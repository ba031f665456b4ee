import { type Disk, DiskError } from "../../disk/disk.ts";

/** What the boot sector of a FAT says (Microsoft, "FAT: General Overview of On-Disk Format", 1.03). Sizes in bytes. */
export interface BootSector {
  readonly clusterSize: number;
  /** Where the first table begins. */
  readonly tableStart: number;
  /** The bits of a table's entry. */
  readonly bits: 12 | 16 | 32;
  /** The root directory: a place of its own, or a chain of clusters. */
  readonly root: { readonly start: number; readonly size: number } | { readonly cluster: number };
  /** Where the first cluster, number 2, begins. */
  readonly dataStart: number;
  /** One more than the highest number of a cluster. */
  readonly clusters: number;
  readonly serial: number;
  readonly label: string;
}

/** Whether a disk seems to hold a FAT: a jump, plausible sizes and the name of its kind. */
export function hasBootSector(disk: Disk): boolean {
  if (disk.size < 512) return false;
  const sector = disk.read(0, 512);
  const [jump, sectorSize, perCluster] = [sector[0]!, sector.readUInt16LE(11), sector[13]!];
  return (
    (jump === 0xeb || jump === 0xe9) &&
    [512, 1024, 2048, 4096].includes(sectorSize) &&
    perCluster > 0 &&
    (perCluster & (perCluster - 1)) === 0 &&
    (/^FAT1[26] {3}|^FAT {5}/.test(sector.toString("latin1", 54, 62)) ||
      sector.toString("latin1", 82, 90) === "FAT32   ")
  );
}

/** @throws {DiskError} if it is damaged */
export function readBootSector(disk: Disk): BootSector {
  const sector = disk.read(0, 512);
  const u16 = (at: number) => sector.readUInt16LE(at);
  const u32 = (at: number) => sector.readUInt32LE(at);
  const sectorSize = u16(11);
  const clusterSize = sector[13]! * sectorSize;
  const tableSectors = u16(22) || u32(36);
  const tableStart = u16(14) * sectorSize;
  const rootStart = tableStart + sector[16]! * tableSectors * sectorSize;
  const rootSize = u16(17) * 32;
  const dataStart = rootStart + Math.ceil(rootSize / sectorSize) * sectorSize;
  const size = (u16(19) || u32(32)) * sectorSize;
  const count = Math.floor((size - dataStart) / clusterSize);
  if (tableSectors === 0 || count < 1) throw new DiskError("its boot sector is damaged");
  const is32 = u16(22) === 0;
  const bits = is32 ? 32 : count < 4085 ? 12 : 16;
  const [serialAt, labelAt] = is32 ? [67, 71] : [39, 43];
  return {
    clusterSize,
    tableStart,
    bits,
    root: is32 ? { cluster: u32(44) } : { start: rootStart, size: rootSize },
    dataStart,
    clusters: count + 2,
    serial: u32(serialAt),
    label: sector.toString("latin1", labelAt, labelAt + 11),
  };
}
