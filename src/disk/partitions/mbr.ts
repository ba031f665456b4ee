import { type Disk, DiskError, partOf } from "../disk.ts";
import type { Partition, PartitionTable } from "./partition.ts";

const SECTOR = 512;

/** How many logical partitions are followed; Linux allows 60. */
const LOGICAL_LIMIT = 128;

/** Types that hold a chain of logical partitions: CHS, LBA and Linux's own (UEFI specification 2.10, 5.2; sfdisk). */
const EXTENDED = [0x05, 0x0f, 0x85];

/** The type of the entry that protects a GPT. */
const PROTECTIVE = 0xee;

interface Entry {
  readonly type: number;
  /** In sectors. */
  readonly start: number;
  readonly count: number;
}

/** The partitions of an MBR; undefined if the disk has none. */
export function readMbr(disk: Disk): PartitionTable | undefined {
  const sector = disk.size < SECTOR ? undefined : disk.read(0, SECTOR);
  const entries = sector && entriesOf(sector);
  if (sector === undefined || entries === undefined || entries.some(({ type }) => type === PROTECTIVE))
    return undefined;
  const id = sector.readUInt32LE(440).toString(16).padStart(8, "0");
  const partitions: Partition[] = [];
  const problems: string[] = [];

  function add(number: number, start: number, count: number): void {
    const uuid = `${id}-${number.toString(16).padStart(2, "0")}`;
    try {
      const part = partOf(disk, start * SECTOR, count * SECTOR);
      partitions.push({ number, disk: part, uuid, label: undefined, type: undefined });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      problems.push(`partition ${number}: ${error.message}`);
    }
  }

  for (const [index, { type, start, count }] of entries.entries()) {
    if (count === 0 || type === 0) continue;
    if (!EXTENDED.includes(type)) add(index + 1, start, count);
    else problems.push(...followChain(disk, start, (at, length, number) => add(number, at, length)));
  }
  return { partitions, problems };
}

/** Whether a disk has an MBR that protects a GPT. */
export function isProtective(disk: Disk): boolean {
  return tableOf(disk).some(({ type }) => type === PROTECTIVE);
}

/** Whether a disk has an MBR with partitions, or with what protects a GPT. */
export function hasTable(disk: Disk): boolean {
  return tableOf(disk).some(({ type, count }) => type !== 0 && count !== 0);
}

/** The entries of a disk's first sector. */
function tableOf(disk: Disk): Entry[] {
  return (disk.size < SECTOR ? undefined : entriesOf(disk.read(0, SECTOR))) ?? [];
}

/**
 * Finds the logical partitions: the first entry of each table is one, relative to the table; the second is the next
 * table, relative to the extended partition. Returns what is wrong.
 */
function followChain(
  disk: Disk,
  extended: number,
  add: (start: number, count: number, number: number) => void,
): string[] {
  const seen = new Set<number>();
  let number = 5;
  for (let at = extended; ; ) {
    if (seen.has(at) || seen.size >= LOGICAL_LIMIT) return ["its logical partitions form a loop"];
    seen.add(at);
    if ((at + 1) * SECTOR > disk.size) return ["its extended partition lies beyond the end of the disk"];
    const entries = entriesOf(disk.read(at * SECTOR, SECTOR));
    if (entries === undefined) return seen.size === 1 ? [] : ["its chain of logical partitions is damaged"];
    let next: number | undefined;
    for (const { type, start, count } of entries.slice(0, 2)) {
      if (type === 0 || count === 0) continue;
      if (EXTENDED.includes(type)) next = extended + start;
      else add(at + start, count, number++);
    }
    if (next === undefined) return [];
    at = next;
  }
}

/** The four entries of a table; undefined if the sector holds none. */
function entriesOf(sector: Buffer): Entry[] | undefined {
  if (sector.readUInt16LE(510) !== 0xaa55) return undefined;
  const entries: Entry[] = [];
  for (let at = 446; at < 510; at += 16) {
    // Where a boot sector holds something else, these are not flags.
    if ((sector[at]! & 0x7f) !== 0) return undefined;
    entries.push({ type: sector[at + 4]!, start: sector.readUInt32LE(at + 8), count: sector.readUInt32LE(at + 12) });
  }
  return entries;
}
