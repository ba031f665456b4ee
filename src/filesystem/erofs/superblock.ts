import { crc32c } from "../../disk/crc32c.ts";
import { type Disk, DiskError } from "../../disk/disk.ts";
import { hasMark } from "../../disk/marks.ts";
import { u64le } from "../../disk/number.ts";

/** What the superblock says (struct erofs_super_block; Documentation/filesystems/erofs.rst). */
export interface Superblock {
  /** Sizes in bytes. */
  readonly blockSize: number;
  /** Where the inodes are counted from, in bytes. */
  readonly metadata: number;
  /** The numbers of inodes: the root, and the file that holds the ends of others. */
  readonly root: number;
  readonly packed: number;
  /** Whether compressed data stands at the end of its blocks, behind zeros. */
  /** What times of small inodes are counted from, in seconds since 1970. */
  readonly epoch: number;
  readonly isPaddedInFront: boolean;
  readonly uuid: string | undefined;
  readonly label: string | undefined;
  readonly problems: readonly string[];
}

const START = 1024;
const SIZE = 128;

const COMPATIBLE = { checksum: 1 };
const FEATURE = { zeroPadding: 0x1, wide: 0x80, metadataBox: 0x100 };
/** All features up to blocks of 48 bits. */
const KNOWN = 0xff;

export function hasSuperblock(disk: Disk): boolean {
  return hasMark(disk, START, "\xe2\xe1\xf5\xe0");
}

/** @throws {DiskError} if it is damaged or has features that are not supported */
export function readSuperblock(disk: Disk): Superblock {
  const bytes = disk.read(START, SIZE);
  const features = bytes.readUInt32LE(80);
  if (features & FEATURE.metadataBox) throw new DiskError("its erofs has compressed metadata, which is not supported");
  const unknown = features & ~KNOWN;
  if (unknown !== 0)
    throw new DiskError(`its erofs has unknown features (0x${(unknown >>> 0).toString(16)}), which are not supported`);
  const bits = bytes[12]!;
  if (bits < 9 || bits > 16) throw new DiskError("it is damaged: the superblock has an impossible size of blocks");
  if (bytes[90] !== 0) throw new DiskError("its erofs has large directory blocks, which are not supported");
  const devices = bytes.readUInt16LE(86);
  if (devices > 0)
    throw new DiskError(
      `its erofs keeps data on ${devices} other ${devices === 1 ? "device" : "devices"}, which is not supported`,
    );
  const blockSize = 2 ** bits;
  const wideRoot = features & FEATURE.wide ? u64le(bytes, 112) : 0;
  const hex = bytes.toString("hex", 48, 64);
  const label = bytes.toString("latin1", 64, 80).replace(/\0.*$/s, "");
  return {
    blockSize,
    metadata: bytes.readUInt32LE(40) * blockSize,
    root: wideRoot === 0 ? bytes.readUInt16LE(14) : wideRoot,
    packed: u64le(bytes, 96),
    epoch: Number(bytes.readBigInt64LE(24)),
    isPaddedInFront: (features & FEATURE.zeroPadding) !== 0,
    uuid: /^0*$/.test(hex) ? undefined : hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    label: label === "" ? undefined : Buffer.from(label, "latin1").toString("utf8"),
    problems: isSound(disk, bytes, blockSize) ? [] : ["the checksum of its superblock is wrong"],
  };
}

/** The checksum is that of the rest of the block, with zeros in its own place. */
function isSound(disk: Disk, superblock: Buffer, blockSize: number): boolean {
  if ((superblock.readUInt32LE(8) & COMPATIBLE.checksum) === 0) return true;
  const bytes = Buffer.from(disk.read(START, blockSize > START ? blockSize - START : blockSize));
  bytes.fill(0, 4, 8);
  return ~crc32c(bytes) >>> 0 === superblock.readUInt32LE(4);
}
