import { cachedDisk } from "../../src/disk/cache.ts";
import { type Disk, DiskError, memoryDisk, partOf } from "../../src/disk/disk.ts";
import { btrfs } from "../../src/filesystem/btrfs/btrfs.ts";
import { erofs } from "../../src/filesystem/erofs/erofs.ts";
import { ext } from "../../src/filesystem/ext/ext.ts";
import type { Filesystem, FilesystemFormat, Inode } from "../../src/filesystem/filesystem.ts";
import { iso9660 } from "../../src/filesystem/iso9660/iso9660.ts";
import { squashfs } from "../../src/filesystem/squashfs/squashfs.ts";
import { vfat } from "../../src/filesystem/vfat/vfat.ts";
import { xfs } from "../../src/filesystem/xfs/xfs.ts";
import { tinyImage as tinyBtrfs } from "../filesystem/btrfs/images.ts";
import { tinyImage } from "../filesystem/ext/images.ts";
import { smallImage } from "../filesystem/images.ts";
import { tinyImage as tinyXfs } from "../filesystem/xfs/images.ts";
import type { Random } from "./random.ts";
import { type Checks, once, type Target } from "./target.ts";

/** More names in one directory tell nothing new. */
const MOST = 400;

/**
 * Of how many names in one directory the inode is looked at, and at how many inodes of one execution: others are looked at in
 * other executions.
 */
const LOOKED_AT = { names: 12, inodes: 50 };

/** Blocks of the cache are small, since an image is. */
const CACHE = { size: 4096, kept: 256 };

/** An image: its bytes, and the disk that they or changed ones make. */
interface TinyImage {
  readonly bytes: Buffer;
  disk(bytes: Buffer): Disk;
}

/**
 * A target that reads a file system with changed bytes. Its input is what is changed: records of a place (four bytes), a
 * length (one) and the bytes; places are where the images hold something.
 */
function filesystemTarget(
  format: FilesystemFormat,
  { name, cost, images }: { readonly name: string; readonly cost: number; readonly images: () => readonly TinyImage[] },
): Target {
  const known = once(() => images().map((image) => ({ image, places: placesOf(image.bytes) })));
  return {
    name,
    cost,
    make: (random) => {
      const index = random.below(known().length);
      const { image, places } = known()[index]!;
      const count = random.pick([1, 1, 2, 3, 5, 10]);
      const changes = Array.from({ length: count }, () => changeOf(image.bytes, places, random));
      const cut = random.chance(50) ? String(random.below(image.disk(image.bytes).size)) : "";
      const chosen = String(random.below(1000));
      return { "@image": String(index), "@cut": cut, "@chosen": chosen, changes: Buffer.concat(changes) };
    },
    run: (input, checks) => {
      const { image } = known()[Number(input["@image"])]!;
      const { bytes } = image;
      const undo = apply(Buffer.from(input.changes!), bytes);
      try {
        const whole = image.disk(bytes);
        const disk = cachedDisk(input["@cut"] === "" ? whole : partOf(whole, 0, Number(input["@cut"])), CACHE);
        const chosen = Number(input["@chosen"] ?? 0);
        return refused(() => (format.matches(disk) ? walk(format.open(disk), chosen, checks) : "none"));
      } finally {
        undo();
      }
    },
  };
}

/** Where 16 bytes are not all zeros. */
function placesOf(image: Buffer): number[] {
  const zeros = Buffer.alloc(16);
  const places: number[] = [];
  for (let at = 0; at + 16 <= image.length; at += 16) if (!zeros.equals(image.subarray(at, at + 16))) places.push(at);
  return places;
}

const EXTREMES = [0, 1, 2, 3, 5, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

function changeOf(image: Buffer, places: readonly number[], random: Random): Buffer {
  const at = random.pick(places) + random.below(16);
  const bytes = random.pick([
    () => Buffer.from([image[at]! ^ (1 << random.below(8))]),
    () => Buffer.from([random.below(256)]),
    () => number(random, random.pick(EXTREMES)),
    () => number(random, random.below(random.pick([16, 300, 70_000]))),
    () => image.subarray(...from(random.pick(places), random.pick([4, 12, 16, 64]))),
    () => Buffer.alloc(random.pick([4, 16, 200]), random.pick([0, 0xff])),
  ])();
  const header = Buffer.alloc(5);
  header.writeUInt32LE(at - (at % random.pick([1, 2, 4, 4])));
  header[4] = bytes.length;
  return Buffer.concat([header, bytes]);
}

function from(start: number, length: number): [number, number] {
  return [start, start + length];
}

/** In two or four bytes, in either order. */
function number(random: Random, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  if (random.chance(2)) {
    random.chance(2) ? bytes.writeUInt32LE(value) : bytes.writeUInt32BE(value);
    return bytes;
  }
  random.chance(2) ? bytes.writeUInt16LE(value & 0xffff) : bytes.writeUInt16BE(value & 0xffff);
  return bytes.subarray(0, 2);
}

/** Changes an image, which is large beside that. Returns what makes it as it was. */
function apply(changes: Buffer, image: Buffer): () => void {
  const before: (readonly [place: number, bytes: Buffer])[] = [];
  for (let at = 0; at + 5 <= changes.length; at += 5 + changes[at + 4]!) {
    const place = Math.min(changes.readUInt32LE(at), image.length);
    const length = changes[at + 4]!;
    before.push([place, Buffer.from(image.subarray(place, place + length))]);
    changes.copy(image, place, at + 5, at + 5 + length);
  }
  return () => {
    for (const [place, bytes] of before.reverse()) bytes.copy(image, place);
  };
}

/** A part of a file system, within bounds. @param chosen which part */
function walk(filesystem: Filesystem, chosen: number, checks: Checks): unknown {
  const seen: unknown[] = [];
  const waiting: Inode[] = [filesystem.root];
  const top = refused(() => filesystem.subvolume?.({ path: "/" }));
  if (typeof top === "object") waiting.push(top);
  let looked = 0;
  for (let inode = waiting.pop(); inode !== undefined && looked++ < LOOKED_AT.inodes; inode = waiting.pop()) {
    const { stat } = inode;
    checks.holds(Number.isSafeInteger(stat.size) && stat.size >= 0, "a size is invalid");
    seen.push(stat);
    if (stat.kind === "file")
      for (const at of [0, stat.size - 3000, 2 ** 32 - 10]) seen.push(read(inode, at, 20_000, checks));
    else if (stat.kind === "symlink") seen.push(refused(() => inode.readlink()));
    else if (stat.kind === "directory") seen.push(refused(() => list(inode, chosen, waiting, checks)));
  }
  checks.holds(filesystem.problems.length < 200, "there are too many problems");
  return [filesystem.uuid, filesystem.label, filesystem.warnings, filesystem.problems, seen];
}

function read(inode: Inode, at: number, most: number, checks: Checks): unknown {
  if (at < 0 || at > inode.stat.size) return undefined;
  const bytes = refused(() => inode.read(at, most));
  if (typeof bytes === "string") return bytes;
  const length = Math.min(most, inode.stat.size - at);
  checks.holds(bytes.length === length, "fewer or more bytes are read than there are");
  return bytes.toString("latin1", 0, 20);
}

function list(directory: Inode, chosen: number, waiting: Inode[], checks: Checks): string[] {
  const names: string[] = [];
  for (const name of directory.names()) {
    checks.holds(!/^\.{0,2}$|[/\0]/.test(name), "a name is invalid");
    names.push(name);
    if (names.length === MOST) break;
  }
  const step = Math.max(1, names.length / LOOKED_AT.names);
  for (let at = (chosen / 1000) * step; at < names.length; at += step) {
    const child = refused(() => directory.child(names[Math.floor(at)]!));
    if (typeof child === "object") waiting.push(child);
  }
  return names;
}

/** What an action returns, or why it is refused. */
function refused<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    if (error instanceof DiskError) return error.message;
    throw error;
  }
}

/** Small images that are whole. */
function small(...names: readonly string[]): () => readonly TinyImage[] {
  return () => names.map((name) => ({ bytes: smallImage(name), disk: memoryDisk }));
}

export const filesystemTargets: readonly Target[] = [
  filesystemTarget(ext, {
    name: "ext",
    cost: 8,
    images: () =>
      (["ext4", "ext4", "ext2", "journal", "ext3"] as const).map((name) => ({
        bytes: tinyImage(name),
        disk: memoryDisk,
      })),
  }),
  filesystemTarget(btrfs, {
    name: "btrfs",
    cost: 8,
    images: () => (["mixed", "mixed", "mixed", "dup"] as const).map(tinyBtrfs),
  }),
  filesystemTarget(xfs, {
    name: "xfs",
    cost: 8,
    images: () => (["version 5", "version 4"] as const).map(tinyXfs),
  }),
  filesystemTarget(erofs, {
    name: "erofs",
    cost: 8,
    images: small("erofs-lz4", "erofs-packed", "erofs-inline", "erofs-chunks"),
  }),
  filesystemTarget(squashfs, { name: "squashfs", cost: 12, images: small("squashfs-gzip", "squashfs-xz") }),
  filesystemTarget(iso9660, { name: "iso9660", cost: 8, images: small("iso9660-rockridge", "iso9660-joliet") }),
  filesystemTarget(vfat, { name: "vfat", cost: 8, images: small("vfat-12") }),
];
