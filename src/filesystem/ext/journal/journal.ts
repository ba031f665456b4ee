import { type Disk, DiskError } from "../../../disk/disk.ts";
import { INCOMPAT } from "../features.ts";
import { inodeAt } from "../inode.ts";
import type { Volume } from "../volume.ts";
import { hasFastCommits } from "./fastCommits.ts";
import { type Log, openLog } from "./log.ts";
import { overlaidDisk } from "./overlay.ts";
import { contentOf, isIntact, type Replay, replay } from "./transactions.ts";

/** A file system's disk as it is after its journal has been replayed, and why that may be incomplete. */
export interface Replayed {
  readonly disk: Disk;
  readonly warnings: readonly string[];
}

/**
 * Replays the journal in memory, where a mount would replay it on the disk. Kept are numbers of blocks; what is in them is
 * read from the journal when it is asked for.
 */
export function withJournal(volume: Volume): Replayed {
  const { disk, superblock } = volume;
  if (!volume.has("incompat", INCOMPAT.recover)) return { disk, warnings: [] };
  const unreplayed = (why: string) => ({ disk, warnings: [`its journal, which ${why}, is not replayed`] });
  if (superblock.journalInode === 0) return unreplayed("is on another device");
  let log: Log;
  let done: Replay;
  let hasMore: boolean;
  try {
    log = openLog(inodeAt(volume, superblock.journalInode), superblock.blockSize);
    if (log.start === 0) return { disk, warnings: [] };
    done = replay(log);
    hasMore = hasFastCommits(log, done.next);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return unreplayed(`cannot be read (${error.message})`);
  }
  if (!log.isIntact) volume.problems.add("the superblock of the journal has a wrong checksum");
  const warnings: string[] = [];
  if (done.isDamaged) warnings.push("its journal is damaged and is not replayed to its end");
  if (hasMore) warnings.push("the fast commits in its journal are not replayed");
  return { disk: overlaidDisk(disk, superblock.blockSize, blocksOf(volume, log, done)), warnings };
}

function blocksOf(volume: Volume, log: Log, { copies }: Replay): Map<number, () => Buffer> {
  const blocks = new Map<number, () => Buffer>();
  for (const [number, copy] of copies)
    blocks.set(number, () => {
      if (isIntact(log, copy)) return contentOf(log, copy);
      volume.problems.add("a block in the journal has a wrong checksum and is not replayed");
      return volume.disk.read(number * log.blockSize, log.blockSize);
    });
  return blocks;
}
