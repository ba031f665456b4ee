import { crc32 } from "node:zlib";
import { type Disk, DiskError, partOf } from "../disk.ts";
import { u64le } from "../number.ts";
import { guid, type Partition, type PartitionTable } from "./partition.ts";

/** The sizes of sectors that disks have. */
const SECTORS = [512, 4096];

/** The largest table that is read, in bytes: 128 entries take 16 KiB, 4,096 of them 512 KiB. */
const TABLE_LIMIT = 1024 * 1024;

const SIGNATURE = "EFI PART";
const UNUSED = "00000000-0000-0000-0000-000000000000";

/** The partitions of a GPT (UEFI specification 2.10, 5.3), by its backup where the header is damaged; undefined if there is none. */
export function readGpt(disk: Disk): PartitionTable | undefined {
  let damaged = false;
  for (const sector of SECTORS) {
    const last = Math.floor(disk.size / sector) - 1;
    for (const at of [1, last]) {
      if (at < 1 || (at + 1) * sector > disk.size) continue;
      const header = disk.read(at * sector, sector);
      if (header.toString("latin1", 0, 8) !== SIGNATURE) continue;
      const table = tableOf(disk, header, sector);
      if (table === undefined) damaged = true;
      else if (at === 1) return { partitions: table.partitions, problems: table.problems };
      else
        return {
          ...table,
          problems: ["its partition table is damaged; the backup at its end is used", ...table.problems],
        };
    }
  }
  return damaged ? { partitions: [], problems: ["its partition table (GPT) and the backup are damaged"] } : undefined;
}

/** The partitions that a header tells of; undefined if it or its entries are damaged. */
function tableOf(disk: Disk, header: Buffer, sector: number): PartitionTable | undefined {
  const length = header.readUInt32LE(12);
  if (length < 92 || length > sector || !hasSum(header.subarray(0, length), 16)) return undefined;
  const count = header.readUInt32LE(80);
  const size = header.readUInt32LE(84);
  if (size < 128 || size % 8 !== 0 || count * size > TABLE_LIMIT) return undefined;
  const partitions: Partition[] = [];
  const problems: string[] = [];
  try {
    const entries = disk.read(u64le(header, 72) * sector, count * size);
    if (crc32(entries) !== header.readUInt32LE(88)) return undefined;
    for (let number = 1; number <= count; number++) {
      const entry = entries.subarray((number - 1) * size, number * size);
      const type = guid(entry, 0);
      if (type === UNUSED) continue;
      try {
        partitions.push({
          number,
          disk: partAt(disk, entry, sector),
          uuid: guid(entry, 16),
          label: nameOf(entry),
          type,
        });
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        problems.push(`partition ${number}: ${error.message}`);
      }
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return undefined;
  }
  return { partitions, problems };
}

/** The bytes of an entry's partition, whose last sector belongs to it. */
function partAt(disk: Disk, entry: Buffer, sector: number): Disk {
  const first = u64le(entry, 32);
  return partOf(disk, first * sector, (u64le(entry, 40) - first + 1) * sector);
}

function nameOf(entry: Buffer): string | undefined {
  const [name = ""] = entry.toString("utf16le", 56, 128).split("\0");
  return name === "" ? undefined : name;
}

/** Whether the CRC32 of a header, in which its own field counts as zero, is right. */
function hasSum(header: Buffer, at: number): boolean {
  const blank = Buffer.from(header);
  blank.writeUInt32LE(0, at);
  return crc32(blank) === header.readUInt32LE(at);
}
