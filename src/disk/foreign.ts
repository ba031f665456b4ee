import type { Disk } from "./disk.ts";
import { hasMark } from "./marks.ts";

/** What a volume holds that is no file system of ours, by its marks. */
export interface Foreign {
  /** As in "partition 2 is NAME". */
  readonly name: string;
  /** Whether a system may keep files in it, so that they are missing if it cannot be read. */
  readonly holdsFiles: boolean;
}

interface Mark extends Foreign {
  /** The offset of the mark; several are tried. Negative ones count from the end. */
  readonly at: readonly number[];
  readonly bytes: string;
}

const KIB = 1024;

/** RAID members come before what they hold: with the older formats it begins at the same place. */
const RAID: readonly Mark[] = [
  // md(4): version 1.2 has its superblock at 4 KiB, 1.1 at the start.
  { name: "a member of a Linux RAID (md)", holdsFiles: true, at: [4 * KIB, 0], bytes: "\xfc\x4e\x2b\xa9" },
];

const MARKS: readonly Mark[] = [
  { name: "encrypted (LUKS)", holdsFiles: true, at: [0], bytes: "LUKS\xba\xbe" },
  { name: "encrypted (BitLocker)", holdsFiles: true, at: [3], bytes: "-FVE-FS-" },
  {
    name: "ZFS",
    holdsFiles: true,
    // The uberblocks of the first label: 128 KiB of them, each of 1 KiB or more; a pool that was used has filled many.
    at: Array.from({ length: 128 }, (_, index) => (128 + index) * KIB),
    bytes: "\x0c\xb1\xba\x00\x00\x00\x00\x00",
  },
  {
    name: "bcachefs",
    holdsFiles: true,
    at: [4 * KIB + 24],
    bytes: "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81",
  },
  {
    name: "bcachefs",
    holdsFiles: true,
    at: [4 * KIB + 24],
    bytes: "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef",
  },
  { name: "f2fs", holdsFiles: true, at: [KIB], bytes: "\x10\x20\xf5\xf2" },
  { name: "ReiserFS", holdsFiles: true, at: [64 * KIB + 52], bytes: "ReIsEr" },
  { name: "JFS", holdsFiles: true, at: [32 * KIB], bytes: "JFS1" },
  { name: "NTFS (Windows)", holdsFiles: false, at: [3], bytes: "NTFS    " },
  { name: "exFAT", holdsFiles: false, at: [3], bytes: "EXFAT   " },
  {
    name: "swap",
    holdsFiles: false,
    at: [4 * KIB - 10, 8 * KIB - 10, 16 * KIB - 10, 64 * KIB - 10],
    bytes: "SWAPSPACE2",
  },
];

/** Which RAID a volume belongs to, if any. */
export function raidOf(disk: Disk): Foreign | undefined {
  // Version 1.0 has its superblock 8 KiB before the end, 0.90 in the last whole 64 KiB.
  const old = [
    Math.floor((disk.size - 8 * KIB) / (4 * KIB)) * 4 * KIB,
    Math.floor(disk.size / (64 * KIB) - 1) * 64 * KIB,
  ];
  return RAID.find((mark) => [...mark.at, ...old].some((at) => hasMark(disk, at, mark.bytes)));
}

/** What a volume without a file system of ours holds; undefined if nothing is recognised. */
export function foreignOf(disk: Disk): Foreign | undefined {
  return MARKS.find(({ at, bytes }) => at.some((offset) => hasMark(disk, offset, bytes)));
}
