import { u64le } from "../../disk/number.ts";
import { kindOfMode, type Stat } from "../filesystem.ts";
import { atLeast } from "./key.ts";

/** What an inode says (struct btrfs_inode_item). */
export interface InodeItem extends Stat {
  /** Whether its data has no checksums. */
  readonly isUnchecked: boolean;
  /** Seconds since 1970. */
  readonly mtime: number;
}

/** @throws {DiskError} */
export function inodeOf(item: Buffer): InodeItem {
  atLeast(item, 160, "an inode");
  const mode = item.readUInt32LE(52);
  return {
    kind: kindOfMode(mode),
    size: u64le(item, 16),
    mode: mode & 0o7777,
    uid: item.readUInt32LE(44),
    gid: item.readUInt32LE(48),
    isUnchecked: (item.readUInt32LE(64) & 1) !== 0,
    mtime: Number(item.readBigInt64LE(136)),
  };
}
