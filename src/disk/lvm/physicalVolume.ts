import { crc32 } from "node:zlib";
import { type Disk, DiskError } from "../disk.ts";
import { u64le } from "../number.ts";
import { damaged, parseConfig, type Section } from "./config.ts";

const SECTOR = 512;
/** The largest metadata text; the area of a default volume group has 1 MiB. */
const TEXT_LIMIT = 16 * 1024 * 1024;
const AREA_MAGIC = " LVM2 x[5A%r0N*>";

/** A disk or partition that belongs to a volume group. */
export interface PhysicalVolume {
  /** 32 letters and digits; metadata write it with hyphens. */
  readonly id: string;
  readonly disk: Disk;
  /** What the volume group says of itself; undefined if this volume holds no metadata. */
  readonly metadata: Section | undefined;
  /** Whether it should hold metadata, none of which can be read. */
  readonly isDamaged: boolean;
}

/** The physical volume in a disk; undefined if there is none (lvm2, label in one of the first four sectors). @throws {DiskError} */
export function readPhysicalVolume(disk: Disk): PhysicalVolume | undefined {
  for (let sector = 0; sector < 4 && (sector + 1) * SECTOR <= disk.size; sector++) {
    const label = disk.read(sector * SECTOR, SECTOR);
    if (label.toString("latin1", 0, 8) !== "LABELONE" || label.toString("latin1", 24, 32) !== "LVM2 001") continue;
    const at = label.readUInt32LE(20);
    if (at < 32 || at + 40 > SECTOR) throw damaged();
    const id = label.toString("latin1", at, at + 32);
    const areas = metadataAreas(label, at + 40).map((area) => readArea(disk, area));
    const metadata = newest(areas.flatMap((area) => (area instanceof Map ? [area] : [])));
    return { id, disk, metadata, isDamaged: metadata === undefined && areas.includes("damaged") };
  }
  return undefined;
}

interface Area {
  readonly offset: number;
  readonly size: number;
}

/** The areas of metadata: the list behind that of data areas; both end with an empty entry. */
function metadataAreas(label: Buffer, start: number): Area[] {
  const lists: Area[][] = [[], []];
  let at = start;
  for (const list of lists)
    for (; ; at += 16) {
      if (at + 16 > SECTOR) throw damaged();
      const [offset, size] = [u64le(label, at), u64le(label, at + 8)];
      if (offset === 0) {
        at += 16;
        break;
      }
      list.push({ offset, size });
    }
  return lists[1]!;
}

/** The metadata in an area. There may be another one if it is damaged. */
function readArea(disk: Disk, { offset, size }: Area): Section | "empty" | "damaged" {
  try {
    const header = disk.read(offset, SECTOR);
    if (header.toString("latin1", 4, 20) !== AREA_MAGIC || checksum(header.subarray(4)) !== header.readUInt32LE(0))
      return "damaged";
    const [start, length, sum] = [u64le(header, 40), u64le(header, 48), header.readUInt32LE(56)];
    if (length === 0) return "empty";
    if (length > Math.min(size, TEXT_LIMIT) || start < SECTOR || start > size) return "damaged";
    // The text is in a ring behind the header.
    const first = Math.min(length, size - start);
    const text = Buffer.concat([disk.read(offset + start, first), disk.read(offset + SECTOR, length - first)]);
    if (checksum(text) !== sum) return "damaged";
    const end = text.indexOf(0);
    return parseConfig(text.toString("latin1", 0, end === -1 ? text.length : end));
  } catch (error) {
    if (error instanceof DiskError) return "damaged";
    throw error;
  }
}

/** The metadata with the highest sequence number: an area may not have been written the last time. */
function newest(all: readonly Section[]): Section | undefined {
  return all.reduce<Section | undefined>(
    (best, one) => (best === undefined || sequence(one) > sequence(best) ? one : best),
    undefined,
  );
}

/** The number of the volume group's last change. */
export function sequence(metadata: Section): number {
  for (const value of metadata.values()) {
    const seqno = value instanceof Map ? value.get("seqno") : undefined;
    if (typeof seqno === "number") return seqno;
  }
  return -1;
}

/** LVM's checksum: a CRC32 with a start of its own and without the usual inversions. */
function checksum(bytes: Buffer): number {
  return ~crc32(bytes, ~0xf597a6cf >>> 0) >>> 0;
}
