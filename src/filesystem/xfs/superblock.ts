import { crc32c } from "../../disk/crc32c.ts";
import { type Disk, DiskError } from "../../disk/disk.ts";
import { u64be } from "../../disk/number.ts";

/**
 * The superblock, `struct xfs_dsb` of Linux's xfs_format.h and chapter "Superblocks" of "XFS Algorithms & Data Structures".
 * Lengths are in bytes unless they say blocks.
 */
export interface Superblock {
  /** 4, or 5 if all metadata has checksums and says where it belongs. */
  readonly version: 4 | 5;
  readonly blockSize: number;
  readonly inodeSize: number;
  readonly directoryBlockSize: number;
  /** Blocks of the whole file system and of each of its allocation groups; the last group may be shorter. */
  readonly blocks: number;
  readonly groupBlocks: number;
  /** Block numbers hold the group above this many bits, inode numbers have `inodeBits` below it. */
  readonly groupBits: number;
  readonly inodeBits: number;
  readonly rootInode: number;
  /** Blocks; undefined if the log is on another device. */
  readonly log: { readonly start: number; readonly count: number } | undefined;
  /** Directory entries hold the type of what they name. */
  readonly hasFileTypes: boolean;
  /** Names that differ only in the case of ASCII letters are the same. */
  readonly ignoresCase: boolean;
  readonly needsRepair: boolean;
  readonly uuid: string;
  /** What metadata names as its file system, which changes of the UUID leave as it is. Hexadecimal. */
  readonly metaUuid: string;
  readonly label: string | undefined;
  readonly isChecksumRight: boolean;
}

/** Bits of sb_versionnum and sb_features2 in version 4. */
const V4 = { shared: 0x200, directory2: 0x2000, ignoresCase: 0x4000, more: 0x8000, fileTypes: 0x200 };
const V4_KNOWN_FEATURES2 = 0x2 | 0x8 | 0x80 | 0x200;

/** Bits of sb_features_incompat. */
const INCOMPAT = { fileTypes: 0x1, metaUuid: 0x4, needsRepair: 0x10, known: 0x1ff };

/** Incompatible features that are not supported, by bit. */
const UNSUPPORTED = new Map([
  [9, "zoned allocation"],
  [10, "gaps between zones"],
]);

const LENGTH = 512;
const CHECKSUM_AT = 224;

/** Whether a disk begins with a superblock. */
export function isXfs(disk: Disk): boolean {
  return disk.size >= LENGTH && disk.read(0, 4).toString("latin1") === "XFSB";
}

/** @throws {DiskError} if it is damaged or of a kind that is not supported */
export function readSuperblock(disk: Disk): Superblock {
  const bytes = disk.read(0, LENGTH);
  const version = versionOf(bytes);
  const geometry = geometryOf(bytes);
  const incompat = version === 5 ? bytes.readUInt32BE(216) : 0;
  refuseUnknown(incompat);
  const uuid = bytes.toString("hex", 32, 48);
  const logStart = u64be(bytes, 48);
  return {
    ...geometry,
    version,
    rootInode: u64be(bytes, 56),
    log: logStart === 0 ? undefined : { start: logStart, count: bytes.readUInt32BE(96) },
    hasFileTypes: version === 5 ? (incompat & INCOMPAT.fileTypes) !== 0 : (features2(bytes) & V4.fileTypes) !== 0,
    ignoresCase: (bytes.readUInt16BE(100) & V4.ignoresCase) !== 0,
    needsRepair: (incompat & INCOMPAT.needsRepair) !== 0,
    uuid: uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    metaUuid: incompat & INCOMPAT.metaUuid ? bytes.toString("hex", 248, 264) : uuid,
    label: /^[^\0]*/.exec(bytes.toString("latin1", 108, 120))![0] || undefined,
    isChecksumRight: version === 4 || hasRightChecksum(disk, bytes.readUInt16BE(102)),
  };
}

function versionOf(bytes: Buffer): 4 | 5 {
  const features = bytes.readUInt16BE(100);
  const version = features & 0xf;
  if (version !== 4 && version !== 5) throw new DiskError(`XFS version ${version} is not supported`);
  if (bytes[126] !== 0) throw new DiskError("mkfs.xfs did not finish it");
  if (version === 5) return version;
  if (!(features & V4.directory2)) throw new DiskError("XFS directories of version 1 are not supported");
  if (features & V4.shared) throw new DiskError("XFS with a shared superblock is not supported");
  const unknown = features2(bytes) & ~V4_KNOWN_FEATURES2;
  if (unknown !== 0) throw new DiskError(`unknown XFS features 0x${(unknown >>> 0).toString(16)} of version 4`);
  return version;
}

/** sb_features2, which counts only where another bit says so. */
function features2(bytes: Buffer): number {
  return bytes.readUInt16BE(100) & V4.more ? bytes.readUInt32BE(200) : 0;
}

function refuseUnknown(incompat: number): void {
  const unsupported = incompat & ~INCOMPAT.known;
  if (unsupported === 0) return;
  for (const [bit, name] of UNSUPPORTED)
    if (unsupported & (1 << bit)) throw new DiskError(`XFS with ${name} is not supported`);
  throw new DiskError(`unknown XFS features 0x${(unsupported >>> 0).toString(16)}`);
}

/** Sizes, held against each other as Linux does (xfs_validate_sb_common), since all that follows is computed with them. */
function geometryOf(bytes: Buffer) {
  const blockSize = bytes.readUInt32BE(4);
  const blocks = u64be(bytes, 8);
  const groupBlocks = bytes.readUInt32BE(84);
  const groups = bytes.readUInt32BE(88);
  const inodeSize = bytes.readUInt16BE(104);
  const [blockBits, inodeSizeBits, inodeBits, groupBits] = [bytes[120]!, bytes[122]!, bytes[123]!, bytes[124]!];
  const directoryBlockSize = blockSize * 2 ** bytes[192]!;
  const isRight =
    blockBits >= 9 &&
    blockBits <= 16 &&
    blockSize === 2 ** blockBits &&
    inodeSizeBits >= 8 &&
    inodeSizeBits <= 11 &&
    inodeSize === 2 ** inodeSizeBits &&
    inodeSize <= blockSize &&
    inodeBits === blockBits - inodeSizeBits &&
    directoryBlockSize <= 65536 &&
    groupBits <= 31 &&
    groupBlocks > 0 &&
    groupBlocks <= 2 ** groupBits &&
    groups > 0 &&
    blocks <= groups * groupBlocks &&
    blocks > (groups - 1) * groupBlocks;
  if (!isRight) throw new DiskError("it is damaged: the sizes in its superblock contradict each other");
  return { blockSize, inodeSize, directoryBlockSize, blocks, groupBlocks, groupBits, inodeBits };
}

function hasRightChecksum(disk: Disk, sectorSize: number): boolean {
  if (sectorSize < LENGTH || sectorSize > 32768 || sectorSize > disk.size) return false;
  const sector = disk.read(0, sectorSize);
  return isRightChecksum(sector, CHECKSUM_AT);
}

/** Whether the little-endian CRC-32C at `at` is that of the bytes, itself taken as zero (xfs_verify_cksum). */
export function isRightChecksum(bytes: Buffer, at: number): boolean {
  const before = crc32c(bytes.subarray(0, at));
  return crc32c(bytes.subarray(at + 4), crc32c(ZEROS, before)) === bytes.readUInt32LE(at);
}

const ZEROS = Buffer.alloc(4);
