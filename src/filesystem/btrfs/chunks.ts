import { type Disk, DiskError } from "../../disk/disk.ts";
import { u64le } from "../../disk/number.ts";
import { atLeast, KEY_SIZE, keyAt, TYPE } from "./key.ts";
import { uuidAt } from "./superblock.ts";

/** Bits of a chunk's type (linux/btrfs_tree.h): how it lies on the devices. */
const RAID0 = 0x8;
const RAID10 = 0x40;
const RAID5 = 0x80;
const RAID6 = 0x100;
/** raid1, dup, raid1c3, raid1c4: each stripe holds everything. */
const COPIES = 0x10 | 0x20 | 0x200 | 0x400;
const PROFILES = RAID0 | RAID10 | RAID5 | RAID6 | COPIES;

/** A run of logical addresses and where it lies on the devices. */
interface Chunk {
  readonly start: number;
  readonly length: number;
  readonly stripeLength: number;
  readonly type: number;
  /** How many stripes hold the same (raid10). */
  readonly subStripes: number;
  readonly stripes: readonly { readonly id: number; readonly device: string; readonly offset: number }[];
}

/** The devices that are here, by their UUIDs. */
export type Devices = ReadonlyMap<string, Disk>;

/**
 * The logical addresses of a file system (struct btrfs_chunk): bytes of one or more devices, some of them in several
 * copies.
 */
export class LogicalSpace {
  /** By their starts, in ascending order. */
  readonly #chunks: Chunk[] = [];
  readonly #devices: Devices;

  constructor(devices: Devices) {
    this.#devices = devices;
  }

  /** Adds the chunk that an item describes. @throws {DiskError} */
  add(start: number, item: Buffer): void {
    const chunk = chunkOf(start, item);
    const at = this.#after(start);
    const before = this.#chunks[at - 1];
    if (before?.start === start) this.#chunks[at - 1] = chunk;
    else this.#chunks.splice(at, 0, chunk);
  }

  /** Adds the chunks of the superblock: each is a key and an item. @throws {DiskError} */
  addAll(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const rest = atLeast(bytes.subarray(at), KEY_SIZE + 48, "the superblock's list of chunks");
      const key = keyAt(rest, 0);
      if (key.type !== TYPE.chunk) throw new DiskError("it is damaged: the superblock lists what is no chunk");
      const size = 48 + 32 * rest.readUInt16LE(KEY_SIZE + 44);
      const item = atLeast(rest.subarray(KEY_SIZE), size, "the superblock's list of chunks");
      this.add(key.offset, item.subarray(0, size));
      at += KEY_SIZE + size;
    }
  }

  /** How many copies there are of what lies at an address. @throws {DiskError} */
  copies(address: number): number {
    const { type, stripes, subStripes } = this.#chunkAt(address);
    if ((type & RAID10) !== 0) return subStripes;
    return (type & COPIES) !== 0 ? stripes.length : 1;
  }

  /** Bytes from one of the copies. The result may share memory with the disk. @throws {DiskError} */
  read(address: number, length: number, copy: number): Buffer {
    const first = this.#piece(address, length, copy);
    if (first.length === length) return readFrom(first);
    const pieces = [first];
    for (let done = first.length; done < length; ) {
      const piece = this.#piece(address + done, length - done, copy);
      pieces.push(piece);
      done += piece.length;
    }
    return Buffer.concat(pieces.map(readFrom), length);
  }

  /** Where the first bytes of a range lie, as many as lie together. */
  #piece(address: number, length: number, copy: number) {
    const chunk = this.#chunkAt(address);
    const { stripe, offset, left } = placeIn(chunk, address - chunk.start, copy);
    const found = chunk.stripes[stripe];
    if (found === undefined) throw new DiskError(`it is damaged: the chunk at ${chunk.start} has too few stripes`);
    const disk = this.#devices.get(found.device);
    if (disk === undefined) throw new DiskError(`device ${found.id} of the file system (${found.device}) is missing`);
    return { disk, offset: found.offset + offset, length: Math.min(length, left) };
  }

  #chunkAt(address: number): Chunk {
    const chunk = this.#chunks[this.#after(address) - 1];
    if (chunk === undefined || address >= chunk.start + chunk.length)
      throw new DiskError(`it is damaged: nothing lies at the logical address ${address}`);
    return chunk;
  }

  /** The index of the first chunk that begins beyond an address. */
  #after(address: number): number {
    let low = 0;
    for (let high = this.#chunks.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#chunks[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function readFrom({ disk, offset, length }: { disk: Disk; offset: number; length: number }): Buffer {
  return disk.read(offset, length);
}

function chunkOf(start: number, bytes: Buffer): Chunk {
  const count = atLeast(bytes, 48, "a chunk").readUInt16LE(44);
  atLeast(bytes, 48 + 32 * count, "a chunk");
  const stripes = Array.from({ length: count }, (_, index) => {
    const at = 48 + 32 * index;
    return { id: u64le(bytes, at), offset: u64le(bytes, at + 8), device: uuidAt(bytes, at + 16) };
  });
  const chunk = {
    start,
    length: u64le(bytes, 0),
    stripeLength: u64le(bytes, 16),
    type: u64le(bytes, 24),
    subStripes: bytes.readUInt16LE(46),
    stripes,
  };
  const profile = chunk.type & PROFILES;
  const isPlain = (profile & (profile - 1)) === 0 && count > parityOf(profile);
  const isStriped = (profile & ~COPIES) === 0 || (chunk.stripeLength >= 4096 && chunk.stripeLength <= 2 ** 30);
  const isMirrored = profile !== RAID10 || (chunk.subStripes > 0 && count % chunk.subStripes === 0);
  if (!isPlain || !isStriped || !isMirrored || !Number.isSafeInteger(start + chunk.length))
    throw new DiskError(`it is damaged: the chunk at ${start} has an invalid layout`);
  return chunk;
}

function parityOf(profile: number): number {
  return profile === RAID5 ? 1 : profile === RAID6 ? 2 : 0;
}

/** The stripe that holds a byte of a chunk, where in it, and how many bytes lie there together. */
function placeIn(chunk: Chunk, offset: number, copy: number) {
  const { type, stripes, stripeLength, subStripes } = chunk;
  const profile = type & PROFILES;
  if ((profile & ~COPIES) === 0) return { stripe: copy, offset, left: chunk.length - offset };
  const number = Math.floor(offset / stripeLength);
  const within = offset - number * stripeLength;
  const parity = parityOf(profile);
  const width = profile === RAID10 ? stripes.length / subStripes : stripes.length - parity;
  const row = Math.floor(number / width);
  const column = number % width;
  // Parity moves by one stripe from row to row.
  const stripe =
    profile === RAID10 ? column * subStripes + copy : parity > 0 ? (row + column) % stripes.length : column;
  return { stripe, offset: row * stripeLength + within, left: stripeLength - within };
}
