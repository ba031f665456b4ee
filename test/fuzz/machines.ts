import { crc32 } from "node:zlib";
import { DiskError, memoryDisk } from "../../src/disk/disk.ts";
import { volumesOf } from "../../src/disk/volumes.ts";
import { openDiskImage } from "../../src/image/disks/open.ts";
import { type Image, ImageError } from "../../src/image/image.ts";
import { smallImage } from "../filesystem/images.ts";
import { mutateBytes } from "./mutate.ts";
import type { Random } from "./random.ts";
import { type Checks, once, type Target } from "./target.ts";

const SECTOR = 512;

/** A partition of a disk: its content, and what a GPT says of it. */
interface Partition {
  readonly content: Buffer;
  readonly type: string;
}

const LINUX = "af3dc60f838472478e793d69d8477de4";
const EFI = "28732ac11ff8d211ba4b00a0c93ec93b";

/** A disk with a GPT at its start, without a backup. The first partition begins at sector 34. */
function gptDisk(partitions: readonly Partition[]): Buffer {
  const entries = Buffer.alloc(4 * 128);
  const contents: Buffer[] = [];
  let sector = 34;
  for (const [index, { content, type }] of partitions.entries()) {
    const sectors = Math.ceil(content.length / SECTOR);
    entries.write(type, 128 * index, "hex");
    entries.writeUInt32LE(index + 1, 128 * index + 16);
    entries.writeBigUInt64LE(BigInt(sector), 128 * index + 32);
    entries.writeBigUInt64LE(BigInt(sector + sectors - 1), 128 * index + 40);
    contents.push(content, Buffer.alloc(sectors * SECTOR - content.length));
    sector += sectors;
  }
  const start = Buffer.alloc(34 * SECTOR);
  start[446 + 4] = 0xee;
  start.writeUInt32LE(1, 446 + 8);
  start.writeUInt32LE(sector - 1, 446 + 12);
  start.writeUInt16LE(0xaa55, 510);
  start.write("EFI PART\0\0\x01\0\x5c", SECTOR, "latin1");
  start.writeBigUInt64LE(2n, SECTOR + 72);
  start.writeUInt32LE(4, SECTOR + 80);
  start.writeUInt32LE(128, SECTOR + 84);
  entries.copy(start, 2 * SECTOR);
  return withGptSums(Buffer.concat([start, ...contents]));
}

/** The disk with the checksums of its table made right, so that what it says is followed. */
function withGptSums(disk: Buffer): Buffer {
  if (disk.length < 34 * SECTOR) return disk;
  const header = disk.subarray(SECTOR, SECTOR + 92);
  const size = Math.min(header.readUInt32LE(80) * header.readUInt32LE(84), disk.length - 2 * SECTOR);
  header.writeUInt32LE(crc32(disk.subarray(2 * SECTOR, 2 * SECTOR + size)), 88);
  header.fill(0, 16, 20);
  header.writeUInt32LE(crc32(header), 16);
  return disk;
}

/** A disk with an MBR: two primary partitions, and logical ones in an extended partition. */
function mbrDisk(): Buffer {
  const disk = Buffer.alloc(200 * SECTOR);
  const table = (sector: number, rows: readonly (readonly [number, number, number])[]) => {
    for (const [index, [type, start, count]] of rows.entries()) {
      const at = sector * SECTOR + 446 + 16 * index;
      disk[at + 4] = type;
      disk.writeUInt32LE(start, at + 8);
      disk.writeUInt32LE(count, at + 12);
    }
    disk.writeUInt16LE(0xaa55, sector * SECTOR + 510);
  };
  table(0, [
    [0x83, 1, 20],
    [0x82, 21, 9],
    [0x05, 30, 170],
  ]);
  table(30, [
    [0x83, 1, 20],
    [0x05, 40, 60],
  ]);
  table(70, [[0x83, 1, 20]]);
  return disk;
}

/** The checksum of LVM's metadata. */
const lvmSum = (bytes: Buffer) => ~crc32(bytes, ~0xf597a6cf >>> 0) >>> 0;

const LVM_TEXT = `vg { id = "v-g" seqno = 1 extent_size = 1
  physical_volumes { pv0 { id = "abcdef-ghij-klmn-opqr-stuv-wxyz-012345" pe_start = 16 } }
  logical_volumes {
    root { id = "x" status = ["READ", "VISIBLE"] segment1 { start_extent = 0 extent_count = 9 type = "striped" stripe_count = 1 stripes = ["pv0", 3] }
      segment2 { start_extent = 9 extent_count = 4 type = "striped" stripe_count = 2 stripe_size = 1 stripes = ["pv0", 12, "pv0", 20] } }
    thin { id = "y" status = ["READ"] segment1 { start_extent = 0 extent_count = 1 type = "thin" } }
  } }`;

/** A physical volume of 64 sectors with a text about its volumes. */
function lvmDisk(text: Buffer): Buffer {
  const disk = Buffer.alloc(64 * SECTOR);
  disk.write("LABELONE", SECTOR);
  disk.writeUInt32LE(32, SECTOR + 20);
  disk.write("LVM2 001", SECTOR + 24);
  disk.write("abcdefghijklmnopqrstuvwxyz012345", SECTOR + 32);
  disk.writeUInt32LE(16 * SECTOR, SECTOR + 72);
  disk.writeUInt32LE(4 * SECTOR, SECTOR + 104);
  disk.writeUInt32LE(12 * SECTOR, SECTOR + 112);
  const area = disk.subarray(4 * SECTOR, 16 * SECTOR);
  const stored = Buffer.concat([text.subarray(0, 5000), Buffer.alloc(1)]);
  stored.copy(area, 512);
  area.write(" LVM2 x[5A%r0N*>", 4, "latin1");
  area.writeUInt32LE(512, 40);
  area.writeUInt32LE(stored.length, 48);
  area.writeUInt32LE(lvmSum(stored), 56);
  area.writeUInt32LE(lvmSum(area.subarray(4, 512)), 0);
  return disk;
}

/** What volumes are on a disk, with the first bytes of each. */
function volumes(disk: Buffer): unknown {
  try {
    const found = volumesOf([memoryDisk(disk)], () => false);
    return [
      found.problems,
      found.volumes.map(({ name, devices, disk: part }) => [
        name,
        devices,
        part instanceof DiskError
          ? part.message
          : [part.size, refused(() => part.read(0, Math.min(part.size, 64)).toString("latin1"))],
      ]),
    ];
  } catch (error) {
    return reasonOf(error);
  }
}

function refused<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof DiskError || error instanceof ImageError) return error.message;
  throw error;
}

const partitions: Target = {
  name: "partitions",
  cost: 3,
  make: (random) => {
    const table = random.chance(2)
      ? mbrDisk()
      : gptDisk([
          { content: Buffer.alloc(9000, 1), type: LINUX },
          { content: Buffer.alloc(99, 2), type: EFI },
        ]);
    const changed = mutateBytes(table, random);
    return { disk: random.chance(5) ? changed : withGptSumsOf(table, changed) };
  },
  run: ({ disk }) => volumes(Buffer.from(disk!)),
};

/** Only where there is a GPT: elsewhere these bytes are something else. */
function withGptSumsOf(table: Buffer, changed: Buffer): Buffer {
  return table.toString("latin1", SECTOR, SECTOR + 8) === "EFI PART" ? withGptSums(changed) : changed;
}

const lvm: Target = {
  name: "lvm",
  cost: 3,
  make: (random) =>
    random.chance(3)
      ? { disk: mutateBytes(lvmDisk(Buffer.from(LVM_TEXT)), random) }
      : { disk: lvmDisk(mutateBytes(Buffer.from(LVM_TEXT), random)) },
  run: ({ disk }) => volumes(Buffer.from(disk!)),
};

/** More paths of one image tell nothing new. */
const MOST = 300;

/** Machines: a root and what its fstab mounts, two roots, and a live system without a table. */
const machines = once((): readonly (readonly Partition[])[] => [
  [
    { content: smallImage("vfat-12"), type: EFI },
    { content: smallImage("erofs-lz4"), type: LINUX },
  ],
  [
    { content: smallImage("squashfs-gzip"), type: LINUX },
    { content: smallImage("erofs-packed"), type: LINUX },
  ],
  [{ content: smallImage("iso9660-live"), type: LINUX }],
]);

function machine(random: Random): Buffer {
  const parts = random.pick(machines());
  // Either the table or what is in a partition.
  if (random.chance(4) && parts.length > 1) return withGptSums(mutateBytes(gptDisk(parts), random));
  const changed = random.below(parts.length);
  const all = parts.map((part, index) =>
    index === changed ? { ...part, content: mutateBytes(part.content, random) } : part,
  );
  return all.length === 1 ? all[0]!.content : gptDisk(all);
}

const disk: Target = {
  name: "disk",
  cost: 40,
  make: (random) => ({ "@root": random.pick(["", "1", "2"]), disk: machine(random) }),
  run: (input, checks) => {
    const number = input["@root"] === "" ? undefined : Number(input["@root"]);
    const machineDisks = { disks: [memoryDisk(Buffer.from(input.disk!))], warnings: [], close() {} };
    return refused(() => walk(openDiskImage("disk", machineDisks, number), checks));
  },
};

function walk(image: Image, checks: Checks): unknown {
  const seen: unknown[] = [];
  const waiting = ["/"];
  for (let path = waiting.pop(); path !== undefined && seen.length < MOST; path = waiting.pop()) {
    const stat = image.lstat(path);
    seen.push(path, stat);
    if (stat?.kind === "directory")
      for (const name of image.list(path)) waiting.push(path === "/" ? `/${name}` : `${path}/${name}`);
    else if (stat?.kind === "file") seen.push(image.read(path)?.length);
    else if (stat?.kind === "symlink") seen.push(image.readlink(path));
  }
  checks.holds(seen.length > 2 || image.problems.length > 0, "an image is empty and nothing says why");
  return [seen, image.problems];
}

/** What finds the file systems on disks, and the root and its mounts among them. */
export const machineTargets: readonly Target[] = [partitions, lvm, disk];
