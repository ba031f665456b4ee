import type { Disk } from "../disk.ts";
import { readGpt } from "./gpt.ts";
import { isProtective, readMbr } from "./mbr.ts";
import type { PartitionTable } from "./partition.ts";

/** The partitions of a disk; undefined if it has no table. */
export function readPartitions(disk: Disk): PartitionTable | undefined {
  const mbr = readMbr(disk);
  // A GPT that was replaced by an MBR often leaves its backup behind.
  if (mbr !== undefined && mbr.partitions.length > 0) return mbr;
  const gpt = readGpt(disk);
  if (gpt !== undefined) return gpt;
  if (isProtective(disk)) return { partitions: [], problems: ["its partition table (GPT) is missing or damaged"] };
  return mbr?.problems.length ? mbr : undefined;
}
