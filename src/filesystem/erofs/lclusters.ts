import { type Disk, DiskError } from "../../disk/disk.ts";
import { LAYOUT, type StoredInode } from "./inode.ts";

/**
 * What the index says of a logical cluster of a compressed file (struct z_erofs_lcluster_index). A head is one in which
 * an extent begins; compressed extents are as long as they like, and the other clusters point back to the head.
 */
export type Cluster =
  | {
      readonly type: "head";
      /** How the extent that begins here is stored: as it is, or compressed with the first or second algorithm. */
      readonly kind: "plain" | "first" | "second";
      /** Where in the cluster the extent begins, in bytes. */
      readonly offset: number;
      /** The block that holds it. */
      readonly block: number;
      /** Whether its compressed data holds more than the extent. */
      readonly isPart: boolean;
    }
  | {
      readonly type: "rest";
      /** How many clusters before this one the head is. */
      readonly back: number;
      /** In the first cluster behind a head: how many blocks the extent takes on the disk. */
      readonly blocks: number | undefined;
    };

/** The index of a compressed file's clusters. */
export interface Index {
  cluster(number: number): Cluster;
  /** Where the index ends at the earliest if this is the last cluster: data that is stored beside it follows. */
  endOf(number: number): number;
}

/** Types of clusters (Z_EROFS_LCLUSTER_TYPE_*). */
const REST = 2;
const HEADS = ["plain", "first", undefined, "second"] as const;
/** Marks a number of blocks (Z_EROFS_LI_D0_CBLKCNT), and an extent that is a part (Z_EROFS_LI_PARTIAL_REF). */
const COUNT = 0x800;
const PART = 0x8000;

/**
 * @param start where the index begins, behind the header of 8 bytes
 * @param bits the size of a cluster, as a power of two
 */
export function indexOf(
  disk: Disk,
  { layout, stat }: StoredInode,
  {
    start,
    bits,
    hasPairs,
    hasCounts,
  }: { readonly start: number; readonly bits: number; readonly hasPairs: boolean; readonly hasCounts: boolean },
): Index {
  if (layout === LAYOUT.compressedFull) return fullIndex(disk, start + 8, bits);
  return compactIndex(disk, { start, bits, total: Math.ceil(stat.size / 2 ** bits), hasPairs, hasCounts });
}

function fullIndex(disk: Disk, start: number, bits: number): Index {
  return {
    cluster(number) {
      const entry = disk.read(start + 8 * number, 8);
      const advise = entry.readUInt16LE(0);
      const kind = HEADS[advise & 3];
      if (kind === undefined) return rest(entry.readUInt16LE(4));
      const offset = entry.readUInt16LE(2);
      if (offset >= 2 ** bits) throw damaged();
      return { type: "head", kind, offset, block: entry.readUInt32LE(4), isPart: (advise & PART) !== 0 };
    },
    endOf: (number) => start + 8 * (number + 1),
  };
}

function rest(value: number): Cluster {
  if (value & COUNT) return { type: "rest", back: 1, blocks: value & ~COUNT };
  return { type: "rest", back: value, blocks: undefined };
}

/**
 * The compact index: packs of 2 or 16 entries of a few bits, each followed by the number of a block. Packs of 16 (of 32
 * bytes) stand where they are aligned, if there are any.
 */
function compactIndex(
  disk: Disk,
  {
    start,
    bits,
    total,
    hasPairs,
    hasCounts,
  }: { start: number; bits: number; total: number; hasPairs: boolean; hasCounts: boolean },
): Index {
  // Offsets and counts share the bits below the type.
  const low = Math.max(bits, 12);
  const mask = 2 ** low - 1;
  const before = ((32 - (start % 32)) % 32) / 4;
  const small = hasPairs && before < total ? Math.floor((total - before) / 16) * 16 : 0;

  /** The pack that holds an entry, and its place in it. */
  function packOf(number: number): { readonly at: number; readonly count: number; readonly place: number } {
    if (number >= total) throw damaged();
    const isSmall = number >= before && number < before + small;
    const position = isSmall
      ? start + 4 * before + 2 * (number - before)
      : start + 4 * (number < before ? number : number - small) + (number < before ? 0 : 2 * small);
    const size = isSmall ? 32 : 8;
    const at = position - (position % size);
    return { at, count: isSmall ? 16 : 2, place: (position - at) / (isSmall ? 2 : 4) };
  }

  return {
    cluster(number) {
      const { at, count, place } = packOf(number);
      const size = count === 2 ? 8 : 32;
      const pack = disk.read(at, size);
      const width = ((size - 4) * 8) / count;
      if (width < low + 2) throw new DiskError("its compressed data has clusters of an unknown size");
      const entry = (index: number) => {
        const position = index * width;
        // Three bytes hold an entry wherever its bits begin.
        const word = pack.readUIntLE(Math.floor(position / 8), 3) >>> (position % 8);
        return { type: (word >>> low) & 3, value: word & mask };
      };

      const { type, value } = entry(place);
      if (type === REST) {
        if (value & COUNT) return rest(value);
        if (place + 1 < count) return rest(value);
        // The last of a pack says how far the next head is; how far back its own is, the one before says.
        const previous = entry(place - 1);
        if (previous.type !== REST) return { type: "rest", back: 1, blocks: undefined };
        return { type: "rest", back: previous.value & COUNT ? 2 : previous.value + 1, blocks: undefined };
      }
      if (value >= 2 ** bits) throw damaged();
      const base = pack.readUInt32LE(size - 4);
      const block = base + (hasCounts ? blocksBefore(place, entry) : headsBefore(place, entry));
      return { type: "head", kind: HEADS[type]!, offset: value, block, isPart: false };
    },
    endOf(number) {
      const { at, count } = packOf(number);
      return at + (count === 2 ? 8 : 32);
    },
  };
}

type Entry = (index: number) => { readonly type: number; readonly value: number };

/** The block of an entry, counted from the number in its pack, if each extent takes one. */
function headsBefore(place: number, entry: Entry): number {
  let blocks = 1;
  for (let at = place - 1; at >= 0; at--) {
    const { type, value } = entry(at);
    if (type === REST) at -= value;
    if (at >= 0) blocks++;
  }
  return blocks;
}

/** The same if extents take several blocks. */
function blocksBefore(place: number, entry: Entry): number {
  let blocks = 0;
  for (let at = place - 1; at >= 0; at--) {
    const { type, value } = entry(at);
    if (type !== REST) blocks++;
    else if (value & COUNT) {
      at--;
      blocks += value & ~COUNT;
    } else {
      if (value <= 1) throw damaged();
      at -= value - 2;
    }
  }
  return blocks;
}

function damaged(): DiskError {
  return new DiskError("it is damaged: the index of its compressed data is invalid");
}
