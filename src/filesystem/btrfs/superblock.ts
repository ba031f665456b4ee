import { type Disk, DiskError } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";
import type { Problems } from "../problems.ts";
import { CHECKSUMS, type Checksum } from "./checksum.ts";
import { type Pointer, u64 } from "./key.ts";

/** What the superblock says (struct btrfs_super_block). */
export interface Superblock {
  /** In hexadecimal digits, as `blkid` prints it. */
  readonly uuid: string;
  /** By which blocks and devices refer to it: another one than `uuid` where that was changed. */
  readonly metadataUuid: string;
  readonly label: string | undefined;
  readonly generation: number;
  readonly root: Pointer;
  readonly chunkRoot: Pointer;
  /** Whether there is a log that a mount would replay. */
  readonly hasLog: boolean;
  readonly deviceCount: number;
  /** The device's own UUID, by which chunks refer to it. */
  readonly device: string;
  /** In bytes, as it was made. */
  readonly deviceSize: number;
  readonly sectorSize: number;
  readonly nodeSize: number;
  /** The chunks that hold the chunk tree, each behind its key. */
  readonly systemChunks: Buffer;
  readonly checksum: Checksum;
  /** Whether only metadata was copied to this disk (btrfs-image). */
  readonly isDump: boolean;
}

/** The superblock and its copies, in bytes, as far as a disk reaches. */
const PLACES = [2 ** 16, 2 ** 26, 2 ** 38];
const SIZE = 4096;
const MAGIC = "_BHRfS_M";
/** The device's own entry (struct btrfs_dev_item), and in it its UUID. */
const DEVICE = 201;
const DEVICE_UUID = DEVICE + 66;

/** Bits of `incompat_flags` with their names; those that change what is read here are refused. */
const KNOWN = 0x1_0fff;
const REFUSED: readonly (readonly [number, string])[] = [
  [12, "zoned"],
  [13, "extent-tree-v2"],
  [14, "raid-stripe-tree"],
];

const METADATA_UUID = 1 << 10;

/** Whether a disk holds a btrfs. */
export function isBtrfs(disk: Disk): boolean {
  const [first] = PLACES as [number];
  return disk.size >= first + SIZE && hasMagic(disk.read(first, SIZE));
}

function hasMagic(bytes: Buffer): boolean {
  return bytes.toString("latin1", 64, 72) === MAGIC;
}

/** The UUID of the device that a disk with a btrfs is. */
export function deviceOf(disk: Disk): string {
  return uuidAt(disk.read(PLACES[0]!, SIZE), DEVICE_UUID);
}

/** The superblock, or the newest copy if it is damaged. @throws {DiskError} */
export function readSuperblock(disk: Disk, problems: Problems): Superblock {
  const [first, ...copies] = PLACES as [number, number, number];
  const bytes = disk.read(first, SIZE);
  if (isWhole(bytes, first)) return parse(bytes);
  const whole = copies
    .filter((place) => place + SIZE <= disk.size)
    .map((place) => ({ place, bytes: disk.read(place, SIZE) }))
    .filter((copy) => hasMagic(copy.bytes) && isWhole(copy.bytes, copy.place))
    .toSorted((one, other) => u64(other.bytes, 72) - u64(one.bytes, 72));
  const copy = whole[0];
  if (copy !== undefined) {
    problems.add(`its superblock is damaged; the copy at byte ${copy.place} was used`);
    return parse(copy.bytes);
  }
  problems.add("its superblock has a wrong checksum");
  return parse(bytes);
}

function isWhole(bytes: Buffer, place: number): boolean {
  const checksum = CHECKSUMS[bytes.readUInt16LE(196)];
  return checksum !== undefined && u64(bytes, 48) === place && checksum.matches?.(bytes.subarray(32), bytes) !== false;
}

function parse(bytes: Buffer): Superblock {
  refuseFeatures(bytes);
  const sectorSize = bytes.readUInt32LE(144);
  const nodeSize = bytes.readUInt32LE(148);
  const isSize = (size: number) => size >= 2048 && size <= 65536 && (size & (size - 1)) === 0;
  if (!isSize(sectorSize) || !isSize(nodeSize) || nodeSize < sectorSize)
    throw new DiskError(`it is damaged: it has sectors of ${sectorSize} and nodes of ${nodeSize} bytes`);
  const checksum = CHECKSUMS[bytes.readUInt16LE(196)];
  if (checksum === undefined)
    throw new DiskError(`its checksums are of the unknown type ${bytes.readUInt16LE(196)}, which is not supported`);
  const systemSize = bytes.readUInt32LE(160);
  if (systemSize > 2048) throw new DiskError("it is damaged: its superblock holds too many chunks");
  const label = bytes.subarray(299, 555);
  const end = label.indexOf(0);
  return {
    uuid: uuidAt(bytes, 32),
    metadataUuid: uuidAt(bytes, (bytes.readUInt32LE(188) & METADATA_UUID) === 0 ? 32 : 571),
    label: label.toString("utf8", 0, end === -1 ? label.length : end) || undefined,
    generation: u64(bytes, 72),
    root: { address: u64le(bytes, 80), level: bytes[198]!, generation: u64(bytes, 72) },
    chunkRoot: { address: u64le(bytes, 88), level: bytes[199]!, generation: u64(bytes, 164) },
    hasLog: u64(bytes, 96) !== 0,
    deviceCount: u64le(bytes, 136),
    device: uuidAt(bytes, DEVICE_UUID),
    deviceSize: u64le(bytes, DEVICE + 8),
    sectorSize,
    nodeSize,
    systemChunks: Buffer.from(bytes.subarray(811, 811 + systemSize)),
    checksum,
    // BTRFS_SUPER_FLAG_METADUMP and METADUMP_V2: bits 33 and 34.
    isDump: (bytes.readUInt32LE(60) & 6) !== 0,
  };
}

function refuseFeatures(bytes: Buffer): void {
  const low = bytes.readUInt32LE(188);
  const high = bytes.readUInt32LE(192);
  const refused = REFUSED.filter(([bit]) => (low & (1 << bit)) !== 0).map(([, name]) => name);
  for (let bit = 0; bit < 64; bit++) {
    const isSet = ((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 1;
    const isKnown = bit < 32 && ((KNOWN >>> bit) & 1) === 1;
    if (isSet && !isKnown && !REFUSED.some(([known]) => known === bit)) refused.push(`unknown feature ${bit}`);
  }
  if (refused.length > 0) throw new DiskError(`it uses features that are not supported: ${refused.join(", ")}`);
}

/** The UUID in `bytes` at `at`, written with hyphens. */
export function uuidAt(bytes: Buffer, at: number): string {
  const digits = bytes.toString("hex", at, at + 16);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
