import { crc32c } from "../../disk/crc32c.ts";
import { type Disk, DiskError } from "../../disk/disk.ts";
import { COMPAT, INCOMPAT, RO_COMPAT, unsupported } from "./features.ts";

/** Where the superblock is, whatever the size of blocks, and how long it is, in bytes. */
const PLACE = { start: 1024, size: 1024 };

/** What the superblock says (Documentation/filesystems/ext4, "Super Block"). Sizes in bytes. */
export interface Superblock {
  readonly blockSize: number;
  readonly blocks: number;
  readonly inodes: number;
  /** The first inode that a directory may name, apart from the root. */
  readonly firstInode: number;
  readonly inodeSize: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly groups: number;
  readonly descriptorSize: number;
  /** From which block of descriptors on they lie in their groups (meta_bg); undefined: all follow the superblock. */
  readonly firstMetaGroup: number | undefined;
  /** The groups that hold a copy of the superblock (sparse_super2). */
  readonly backupGroups: readonly [number, number];
  readonly clusterSize: number;
  readonly compat: number;
  readonly incompat: number;
  readonly roCompat: number;
  /** Flags: 1 unmounted cleanly, 2 errors were found. */
  readonly state: number;
  readonly uuid: Buffer;
  readonly label: string;
  /** What all checksums begin with, as `crc32c` takes it. */
  readonly checksumSeed: number;
  /** The inode of the journal; 0 if it is on a device of its own. */
  readonly journalInode: number;
  /** Whether its own checksum is right, where it has one. */
  readonly isIntact: boolean;
}

/** Whether a disk seems to hold an ext file system: the magic number and plausible sizes. */
export function hasSuperblock(disk: Disk): boolean {
  if (disk.size < PLACE.start + PLACE.size) return false;
  const bytes = disk.read(PLACE.start, PLACE.size);
  return (
    bytes.readUInt16LE(56) === 0xef53 &&
    bytes.readUInt32LE(24) <= 6 &&
    bytes.readUInt32LE(32) > 0 &&
    bytes.readUInt32LE(40) > 0
  );
}

/** @throws {DiskError} if it is damaged, or has a feature that cannot be read */
export function readSuperblock(disk: Disk): Superblock {
  const bytes = disk.read(PLACE.start, PLACE.size);
  const u32 = (at: number) => bytes.readUInt32LE(at);
  const u16 = (at: number) => bytes.readUInt16LE(at);
  // The first revision had neither features nor inodes of other sizes.
  const isOld = u32(76) === 0;
  const [compat, incompat, roCompat] = isOld ? [0, 0, 0] : [u32(92), u32(96), u32(100)];
  const names = unsupported(incompat);
  if (names.length > 0)
    throw new DiskError(
      `it uses ${names.length === 1 ? "a feature" : "features"} that cannot be read: ${names.join(", ")}`,
    );

  const blockSize = 1024 << u32(24);
  const isWide = (incompat & INCOMPAT.wide) !== 0;
  const blocks = u32(4) + (isWide ? u32(0x150) * 2 ** 32 : 0);
  const clusterSize = (roCompat & RO_COMPAT.bigalloc) !== 0 ? 1024 * 2 ** u32(28) : blockSize;
  const inodeSize = isOld ? 128 : u16(88);
  const descriptorSize = isWide ? u16(254) : 32;
  const [firstDataBlock, blocksPerGroup, inodesPerGroup] = [u32(20), u32(32), u32(40)];
  const isSound =
    u32(24) <= 6 &&
    isPowerOfTwo(inodeSize) &&
    inodeSize >= 128 &&
    inodeSize <= blockSize &&
    isPowerOfTwo(descriptorSize) &&
    descriptorSize >= (isWide ? 64 : 32) &&
    descriptorSize <= blockSize &&
    clusterSize >= blockSize &&
    clusterSize <= blockSize * 2 ** 16 &&
    blocksPerGroup > 0 &&
    blocksPerGroup <= 8 * blockSize * (clusterSize / blockSize) &&
    inodesPerGroup > 0 &&
    inodesPerGroup <= 8 * blockSize &&
    firstDataBlock <= 1 &&
    blocks > firstDataBlock &&
    blocks <= 2 ** 48;
  if (!isSound) throw new DiskError("its superblock is damaged");

  const uuid = Buffer.from(bytes.subarray(104, 120));
  const hasChecksum = (roCompat & RO_COMPAT.metadataChecksums) !== 0;
  return {
    blockSize,
    blocks,
    inodes: u32(0),
    firstInode: isOld ? 11 : u32(84),
    inodeSize,
    firstDataBlock,
    blocksPerGroup,
    inodesPerGroup,
    groups: Math.ceil((blocks - firstDataBlock) / blocksPerGroup),
    descriptorSize,
    firstMetaGroup: (incompat & INCOMPAT.metaGroups) !== 0 ? u32(260) : undefined,
    backupGroups: [u32(0x24c), u32(0x250)],
    clusterSize,
    compat,
    incompat,
    roCompat,
    state: u16(58),
    uuid,
    label: bytes.toString("utf8", 120, 136).replace(/\0.*$/s, ""),
    checksumSeed: (incompat & INCOMPAT.checksumSeed) !== 0 ? ~u32(0x270) : crc32c(uuid),
    journalInode: u32(0xe0),
    isIntact: !hasChecksum || ~crc32c(bytes.subarray(0, 1020)) >>> 0 === u32(1020),
  };
}

/** As `blkid` tells them apart: by features that ext2 and ext3 of old kernels did not have. */
export function typeOf({ compat, incompat, roCompat }: Superblock): string {
  const isNew =
    (roCompat & ~(RO_COMPAT.sparseSuper | RO_COMPAT.largeFile | RO_COMPAT.btreeDirectory)) !== 0 ||
    (incompat & ~(INCOMPAT.filetype | INCOMPAT.recover | INCOMPAT.metaGroups)) !== 0;
  if (isNew) return "ext4";
  return (compat & COMPAT.journal) !== 0 ? "ext3" : "ext2";
}

/** Its UUID as text, undefined if it is all zeros. */
export function uuidOf({ uuid }: Superblock): string | undefined {
  const hex = uuid.toString("hex");
  if (/^0*$/.test(hex)) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function isPowerOfTwo(number: number): boolean {
  return number > 0 && (number & (number - 1)) === 0;
}
