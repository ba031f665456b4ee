import { COMPAT, INCOMPAT, RO_COMPAT } from "./features.ts";
import type { Superblock } from "./superblock.ts";
import { u32bytes, type Volume } from "./volume.ts";

/** The first block of the inodes of a group. @throws {DiskError} if the group's descriptor cannot be read */
export function inodeTable(volume: Volume, group: number): number {
  const { descriptorSize: size, blockSize } = volume.superblock;
  const perBlock = blockSize / size;
  const block = volume.block(placeOf(volume.superblock, Math.floor(group / perBlock)));
  const start = (group % perBlock) * size;
  const descriptor = block.subarray(start, start + size);
  volume.once(`descriptor ${group}`, () => verify(volume, group, descriptor));
  return descriptor.readUInt32LE(8) + (size >= 64 ? descriptor.readUInt32LE(40) * 2 ** 32 : 0);
}

/**
 * The block of the `number`th block of descriptors: they follow the superblock, or with meta_bg each is in the first of
 * the groups that it describes (Documentation/filesystems/ext4, "Meta Block Groups").
 */
function placeOf(superblock: Superblock, number: number): number {
  const { blockSize, descriptorSize, firstMetaGroup, firstDataBlock, blocksPerGroup } = superblock;
  // Of file systems with blocks of 1 KiB the superblock is block 1, though with bigalloc block 0 is data as well.
  const after = (blockSize === 1024 ? 1 : 0) + 1;
  if (firstMetaGroup === undefined || number < firstMetaGroup) return after + number;
  const group = number * (blockSize / descriptorSize);
  const start = firstDataBlock + group * blocksPerGroup;
  if (group === 0) return after;
  return start + (hasSuperblock(superblock, group) ? 1 : 0);
}

/** Whether a group begins with a copy of the superblock. */
function hasSuperblock({ compat, roCompat, backupGroups }: Superblock, group: number): boolean {
  if (group === 0) return true;
  if ((compat & COMPAT.sparseSuper2) !== 0) return backupGroups.includes(group);
  if (group === 1 || (roCompat & RO_COMPAT.sparseSuper) === 0) return true;
  return [3, 5, 7].some((base) => isPowerOf(base, group));
}

function isPowerOf(base: number, number: number): boolean {
  let power = base;
  while (power < number) power *= base;
  return power === number;
}

/** A descriptor's checksum is 16 bits: of CRC-32C, or CRC-16 with the older feature uninit_bg. */
function verify(volume: Volume, group: number, descriptor: Buffer): void {
  const { superblock } = volume;
  const [before, after] = [descriptor.subarray(0, 30), descriptor.subarray(32)];
  const stored = descriptor.readUInt16LE(30);
  if (volume.hasChecksums) {
    const sum = volume.checksum(superblock.checksumSeed, u32bytes(group), before, Buffer.alloc(2), after);
    if ((sum & 0xffff) === stored) return;
  } else if (volume.has("roCompat", RO_COMPAT.groupChecksums)) {
    const isWide = volume.has("incompat", INCOMPAT.wide);
    const sum = crc16(
      isWide ? [superblock.uuid, u32bytes(group), before, after] : [superblock.uuid, u32bytes(group), before],
    );
    if (sum === stored) return;
  } else return;
  volume.problems.add(`the descriptor of block group ${group} has a wrong checksum`);
}

/** CRC-16 with the polynomial 0x8005, reflected (lib/crc16.c), from all ones. */
function crc16(parts: readonly Buffer[]): number {
  let crc = 0xffff;
  for (const part of parts)
    for (const byte of part) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xa001 : 0);
    }
  return crc;
}
