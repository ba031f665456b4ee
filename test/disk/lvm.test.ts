import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Disk, DiskError, memoryDisk } from "../../src/disk/disk.ts";
import { parseConfig } from "../../src/disk/lvm/config.ts";
import { type Volume, volumesOf } from "../../src/disk/volumes.ts";

const SECTOR = 512;
const ID = "abcdefghijklmnopqrstuvwxyz012345";
const HYPHENED = "abcdef-ghij-klmn-opqr-stuv-wxyz-012345";

const sum = (bytes: Buffer) => ~crc32(bytes, ~0xf597a6cf >>> 0) >>> 0;

/** A physical volume of 64 sectors whose extents, of one sector, begin at sector 16. `start` is where the text begins in its ring. */
function physical(text: string, start = 512, id = ID): Disk {
  const bytes = Buffer.alloc(64 * SECTOR);
  bytes.write("LABELONE", SECTOR);
  bytes.writeUInt32LE(32, SECTOR + 20);
  bytes.write("LVM2 001", SECTOR + 24);
  bytes.write(id, SECTOR + 32);
  // One data area at sector 16, one metadata area of 12 sectors at sector 4.
  bytes.writeUInt32LE(16 * SECTOR, SECTOR + 72);
  bytes.writeUInt32LE(4 * SECTOR, SECTOR + 104);
  bytes.writeUInt32LE(12 * SECTOR, SECTOR + 112);
  const area = bytes.subarray(4 * SECTOR, 16 * SECTOR);
  const stored = Buffer.from(`${text}\0`, "latin1");
  for (const [index, byte] of stored.entries()) area[512 + ((start - 512 + index) % (area.length - 512))] = byte;
  area.write(" LVM2 x[5A%r0N*>", 4, "latin1");
  area.writeUInt32LE(start, 40);
  area.writeUInt32LE(stored.length, 48);
  area.writeUInt32LE(sum(stored), 56);
  area.writeUInt32LE(sum(area.subarray(4, 512)), 0);
  for (let extent = 0; extent < 48; extent++) bytes.write(`extent ${extent}`, (16 + extent) * SECTOR);
  return memoryDisk(bytes);
}

const segment = (number: number, start: number, count: number, more: string) =>
  `segment${number} { start_extent = ${start} extent_count = ${count} ${more} }`;
const striped = (at: number) => `type = "striped" stripe_count = 1 stripes = ["pv0", ${at}]`;

const group = (volumes: string, seqno = 1) =>
  `vg { id = "v-g" seqno = ${seqno} extent_size = 1 # 512 bytes
    physical_volumes { pv0 { id = "${HYPHENED}" pe_start = 16 } pv1 { id = "other" pe_start = 16 } }
    logical_volumes { ${volumes} } }`;
const volume = (name: string, segments: string, status = '"READ", "WRITE", "VISIBLE"') =>
  `${name} { id = "x" status = [${status}] ${segments} }`;

const found = (...disks: Disk[]) => volumesOf(disks, () => false).volumes;
const extents = ({ disk }: Volume) =>
  disk instanceof DiskError
    ? disk.message
    : Array.from({ length: disk.size / SECTOR }, (_, index) => {
        const [text = ""] = disk
          .read(index * SECTOR, SECTOR)
          .toString("latin1")
          .split("\0");
        return text.replace("extent ", "");
      }).join(" ");

test("a volume's segments are read in their order, and hidden volumes are none", () => {
  const text = group(
    volume("root", segment(2, 2, 3, striped(20)) + segment(1, 0, 2, striped(7))) +
      volume("zero", segment(1, 0, 2, 'type = "zero"')) +
      volume("pool_tmeta", segment(1, 0, 1, striped(0)), '"READ", "WRITE"'),
  );
  expect(found(physical(text)).map((one) => [one.name, extents(one)])).toEqual([
    ["volume vg/root", "7 8 20 21 22"],
    ["volume vg/zero", " "],
  ]);
});

test("metadata that are damaged are a problem, unless another disk of the group holds them", () => {
  const text = group(volume("root", segment(1, 0, 1, striped(3))));
  const damaged = (place: number) =>
    memoryDisk(
      Buffer.concat([
        physical(text).read(0, place),
        Buffer.from("x"),
        physical(text).read(place + 1, 64 * SECTOR - place - 1),
      ]),
    );
  const problems = (...disks: Disk[]) => volumesOf(disks, () => false).problems;
  const expected = [{ volume: "the disk", reason: "its LVM metadata are damaged" }];
  for (const place of [4 * SECTOR + 8, 4 * SECTOR + 45, 5 * SECTOR + 9]) {
    expect(problems(damaged(place))).toEqual(expected);
    expect(problems(damaged(place), physical(text, 512, "6".repeat(32)))).toEqual([]);
  }
  expect(problems(physical(text))).toEqual([]);
});

test("the text may wrap around the end of its area, and the newest one counts", () => {
  const text = group(volume("root", segment(1, 0, 1, striped(3))), 2);
  const old = group(volume("root", segment(1, 0, 1, striped(9))));
  const other = "6".repeat(32);
  expect(found(physical(text, 12 * SECTOR - 40)).map(extents)).toEqual(["3"]);
  for (const disks of [
    [physical(old, 512, other), physical(text)],
    [physical(text), physical(old, 512, other)],
  ])
    expect(found(...disks).map(extents)).toEqual(["3"]);
});

describe("what cannot be read says why", () => {
  test.each<[string, string, RegExp]>([
    ["a thin volume", segment(1, 0, 1, 'type = "thin"'), /^it is a thin volume of LVM, which is not supported$/],
    ["a cached volume", segment(1, 0, 1, 'type = "cache"'), /^it is a cached volume/],
    ["a RAID", segment(1, 0, 1, 'type = "raid5_ls"'), /^it is a RAID volume/],
    ["an unknown kind", segment(1, 0, 1, 'type = "new"'), /^it is of the type "new"/],
    [
      "a missing disk",
      segment(1, 0, 1, 'type = "striped" stripe_count = 1 stripes = ["pv1", 0]'),
      /^it lies on another disk as well, the physical volume other; pass all disks, joined by "\+"$/,
    ],
    ["an extent beyond the end", segment(1, 0, 1, striped(48)), /beyond the end of the disk/],
    ["extents beyond the end", segment(1, 0, 4_000_000_000, striped(0)), /beyond the end of the disk/],
    ["a hole between segments", segment(1, 1, 1, striped(0)), /its segments do not join/],
    ["segments over each other", segment(1, 0, 2, striped(0)) + segment(2, 1, 1, striped(0)), /do not join/],
    ["a negative place", segment(1, 0, 1, striped(-1)), /beyond the end|damaged/],
    ["no stripes", segment(1, 0, 1, 'type = "striped" stripe_count = 0 stripes = []'), /damaged/],
    [
      "stripes without a size",
      segment(1, 0, 2, 'type = "striped" stripe_count = 2 stripe_size = 0 stripes = ["pv0", 0, "pv0", 1]'),
      /damaged/,
    ],
  ])("%s", (_, segments, message) =>
    expect(extents(found(physical(group(volume("root", segments))))[0]!)).toMatch(message),
  );

  test.each([
    ["no text", ""],
    ["half a text", 'vg { id = "v-g'],
    ["sections without an end", "vg {".repeat(1000)],
    ["other text", "{ } = ["],
  ])("%s gives no volumes, and no error of ours", (_, text) => {
    expect(found(physical(text))).toEqual([]);
    if (text !== "") expect(() => parseConfig(text)).toThrow(DiskError);
  });
});
