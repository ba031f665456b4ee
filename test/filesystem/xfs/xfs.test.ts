import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { cachedDisk } from "../../../src/disk/cache.ts";
import { type Disk, DiskError } from "../../../src/disk/disk.ts";
import type { Filesystem, Inode } from "../../../src/filesystem/filesystem.ts";
import { xfs } from "../../../src/filesystem/xfs/xfs.ts";
import { sample } from "../../samples.ts";
import { tinyImage } from "./images.ts";

/** The inode at a path. */
function at({ root }: Pick<Filesystem, "root">, path: string): Inode {
  return path.split("/").reduce<Inode>((inode, name) => {
    const child = inode.child(name);
    if (child === undefined) throw new Error(`there is no ${name}`);
    return child;
  }, root);
}

function contentOf(inode: Inode): string | number | null {
  const { kind, size } = inode.stat;
  if (kind === "symlink") return inode.readlink();
  if (kind === "directory") return [...inode.names()].length;
  if (kind !== "file" || size >= 2 ** 30) return null;
  return createHash("sha256").update(inode.read(0, size)).digest("hex");
}

const open = (disk: Disk) => xfs.open(cachedDisk(disk));

describe.each(["version 4", "version 5"] as const)("XFS of %s", (name) => {
  const image = tinyImage(name);
  const filesystem = open(image.disk());

  test("is what the tools say", () => {
    expect(xfs.matches(image.disk())).toBe(true);
    const { type, uuid, label, warnings, problems } = filesystem;
    expect([type, uuid, label, warnings, problems]).toEqual([
      "xfs",
      "01234567-89ab-4cde-8f01-23456789abcd",
      "tiny",
      [],
      [],
    ]);
  });

  test("has directories of all forms, trees of extents, holes, reserved blocks, long links", () => {
    for (const [path, [kind, size, mode, uid, gid, content]] of Object.entries(image.paths)) {
      const inode = at(filesystem, path);
      const { stat } = inode;
      expect([path, stat.kind, stat.mode.toString(8), stat.uid, stat.gid]).toEqual([path, kind, mode, uid, gid]);
      if (size !== null) expect([path, stat.size]).toEqual([path, size]);
      expect([path, contentOf(inode)]).toEqual([path, content]);
    }
    expect(filesystem.problems).toEqual([]);
  });

  test("reads parts of files, of ends too", () => {
    const sparse = at(filesystem, "sparse");
    expect(sparse.read(2 ** 33 - 3, 100).toString()).toBe("\0\0\0the end");
    expect(sparse.read(2 ** 33 + 4, 2).toString()).toBe("en");
    expect(sparse.read(2 ** 33 + 7, 100)).toHaveLength(0);
    expect(sparse.read(2 ** 40, 100)).toHaveLength(0);
    expect(() => sparse.read(0, 2 ** 33)).toThrow("too many to read at once");
    expect(at(filesystem, "empty").read(0, 10)).toHaveLength(0);
  });

  test("has no names that are not in it", () => {
    for (const path of ["short", "block", "leaf", "node"])
      for (const missing of ["", ".", "..", "entry-", "entry-560", "Entry-1"])
        expect([path, missing, at(filesystem, path).child(missing)]).toEqual([path, missing, undefined]);
    expect([...at(filesystem, "node").names()]).toContain("entry-559");
  });

  test("what is another kind of file is refused", () => {
    expect(() => at(filesystem, "short").read(0, 1)).toThrow(DiskError);
    expect(() => at(filesystem, "file").readlink()).toThrow(DiskError);
    expect(() => at(filesystem, "file").child("x")).toThrow(DiskError);
    expect(() => [...at(filesystem, "link").names()]).toThrow(DiskError);
  });

  test("looks a name up without reading the directory, and reads no file's data for it", () => {
    let sectors = 0;
    const disk = image.disk();
    const counted: Disk = {
      size: disk.size,
      read(offset, length) {
        sectors += length / 512;
        return disk.read(offset, length);
      },
    };
    const { root } = xfs.open(counted);
    const node = root.child("node")!;
    sectors = 0;
    expect(node.child("entry-250")?.stat.size).toBe(0);
    // A node and a leaf of the index, a block of entries, an inode.
    expect(sectors).toBeLessThanOrEqual(3 * 8 + 1);
  });

  test("cut at any sector it is read as far as it goes, or refused", () => {
    const { length } = image.bytes;
    for (let end = 512; end < length; end += 512 * sample(20, 1)) {
      const cut = refused(() => open(image.disk(image.bytes.subarray(0, end))));
      if (typeof cut === "string") continue;
      expect(cut.problems.join()).toContain("truncated");
      for (const path of ["file", "node/entry-9", "tree", "long"]) {
        const content = refused(() => contentOf(at(cut, path)));
        expect([image.paths[path]?.[5] ?? content, "refused"]).toContain(
          typeof content === "string" && content.startsWith("it is ") ? "refused" : content,
        );
      }
    }
  });
});

/** What an action returns, or the message of its DiskError. */
function refused<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    if (error instanceof DiskError) return error.message;
    throw error;
  }
}

/** An image and places in it, to change. */
function editable(name: "version 4" | "version 5") {
  const image = tinyImage(name);
  const bytes = image.bytes;
  const [groupBlocks, blockSize, inodeSize] = [bytes.readUInt32BE(84), bytes.readUInt32BE(4), bytes.readUInt16BE(104)];
  const [inodeBits, groupBits] = [bytes[123]!, bytes[124]!];
  const open = () => xfs.open(cachedDisk(image.disk()));
  return {
    bytes,
    open,
    /** Where the inode of a path is. */
    inode(path: string): number {
      const number = at(open(), path).id as number;
      const block = Math.floor(number / 2 ** inodeBits);
      const place = Math.floor(block / 2 ** groupBits) * groupBlocks + (block % 2 ** groupBits);
      const byte = place * blockSize + (number % 2 ** inodeBits) * inodeSize;
      return image.placeOf(Math.floor(byte / 512)) + (byte % 512);
    },
    /** Where blocks begin that have these bytes at an offset, not below a place. */
    blocks(mark: Buffer, offset: number): number[] {
      const places = Array.from({ length: bytes.length / 512 }, (_, index) => index * 512);
      return places.filter((place) => mark.equals(bytes.subarray(place + offset, place + offset + mark.length)));
    },
  };
}

describe("damage of XFS", () => {
  test.each([
    ["another version", (bytes: Buffer) => bytes.writeUInt16BE(6, 100), "XFS version 6 is not supported"],
    ["a mkfs that was interrupted", (bytes: Buffer) => bytes.writeUInt8(1, 126), "mkfs.xfs did not finish it"],
    ["zones", (bytes: Buffer) => bytes.writeUInt32BE(0x201, 216), "XFS with zoned allocation is not supported"],
    ["what is not known", (bytes: Buffer) => bytes.writeUInt32BE(0x8001, 216), "unknown XFS features 0x8000"],
    ["blocks of no size", (bytes: Buffer) => bytes.writeUInt32BE(0, 4), "sizes in its superblock contradict"],
    ["blocks of 2^31", (bytes: Buffer) => bytes.writeUInt8(31, 120), "sizes in its superblock contradict"],
    ["groups without end", (bytes: Buffer) => bytes.writeUInt32BE(0xffffffff, 88), "contradict each other"],
    ["directory blocks of 2^40", (bytes: Buffer) => bytes.writeUInt8(30, 192), "contradict each other"],
    ["no root", (bytes: Buffer) => bytes.writeUInt32BE(0x00ffffff, 60), "it is damaged: "],
    ["a root beyond all numbers", (bytes: Buffer) => bytes.writeUInt32BE(0xffffffff, 56), "far too large"],
  ])("a superblock with %s is refused", (_, change, message) => {
    const image = editable("version 5");
    change(image.bytes);
    expect(image.open).toThrow(DiskError);
    expect(image.open).toThrow(message);
  });

  test("features of version 4 that are not known are refused", () => {
    const image = editable("version 4");
    image.bytes.writeUInt32BE(0x4000, 200);
    expect(image.open).toThrow("unknown XFS features 0x4000 of version 4");
    image.bytes.writeUInt16BE(image.bytes.readUInt16BE(100) & ~0x2000, 100);
    expect(image.open).toThrow("XFS directories of version 1");
  });

  test("what can be read in spite of it is a problem", () => {
    const image = editable("version 5");
    image.bytes.writeUInt32BE(image.bytes.readUInt32BE(216) | 0x10, 216);
    const inode = image.inode("file");
    image.bytes[inode + 8] = 1;
    for (const block of image.blocks(Buffer.from("XSLM"), 0)) image.bytes[block + 60] = 0x61;
    const filesystem = image.open();
    expect(filesystem.problems).toEqual([
      "its superblock has a wrong checksum",
      "it is marked as damaged until xfs_repair runs",
    ]);
    for (let times = 0; times < 2; times++) {
      expect(at(filesystem, "file").stat.uid).toBe(2 ** 24 + 1000);
      expect(at(filesystem, "long").readlink()).toHaveLength(999);
    }
    expect(filesystem.problems.slice(2)).toEqual([
      `inode ${at(filesystem, "file").id} has a wrong checksum`,
      `the target of the symbolic link with inode ${at(filesystem, "long").id} has a wrong checksum`,
    ]);
  });

  test.each(["version 4", "version 5"] as const)("a log that ends in the middle is a warning: %s", (name) => {
    const image = editable(name);
    const [record] = image.blocks(Buffer.from([0xfe, 0xed, 0xba, 0xbe]), 0);
    if (name === "version 5") {
      expect([record, image.open().warnings]).toEqual([undefined, []]);
      return;
    }
    expect(image.open().warnings).toEqual([]);
    image.bytes[record! + 512 + 9] = 0;
    expect(image.open().warnings).toEqual([
      "was not unmounted cleanly; its log is not replayed, so the latest changes may be missing",
    ]);
  });

  test("a log elsewhere is a warning, one beyond the end a problem", () => {
    const image = editable("version 4");
    image.bytes.fill(0, 48, 56);
    expect(image.open().warnings).toEqual(["keeps its log on another device, so the latest changes may be missing"]);
    image.bytes.writeUInt32BE(0x7fffffff, 52);
    expect(image.open().problems).toEqual(["its log is damaged"]);
  });

  test("inodes that cannot be are refused, and nothing else", () => {
    for (const name of ["version 4", "version 5"] as const) {
      const image = editable(name);
      const place = image.inode("tree");
      const was = Buffer.from(image.bytes.subarray(place, place + 176));
      const damage = (offset: number, ...bytes: number[]) => {
        was.copy(image.bytes, place);
        image.bytes.set(bytes, place + offset);
        const filesystem = image.open();
        expect(at(filesystem, "file").read(0, 10).toString()).toBe("hello\n");
        return () => at(filesystem, "tree").read(0, 5000);
      };
      expect(damage(0, 0x49, 0x4f)).toThrow("there is no inode");
      expect(damage(2, 0, 0)).toThrow("is free");
      expect(damage(4, 9)).toThrow("there is no inode");
      expect(damage(5, 4)).toThrow("data of an unknown format");
      expect(damage(5, 1)).toThrow("it has no blocks");
      expect(damage(56, 0xff)).toThrow("far too large");
      expect(damage(82, 0xff)).toThrow("exceeds its size");
      expect(damage(90, 0, 1)).toThrow("realtime device");
      // A list of 2^32 extents.
      expect(
        damage(5, 2, ...was.subarray(6, 24), ...Array(8).fill(0xff), ...was.subarray(32, 76), ...Array(4).fill(0xff)),
      ).toThrow("more extents than its inode has room for");
      if (name === "version 5") expect(damage(152, 1)).toThrow("belongs elsewhere");
    }
  });

  test.each([
    ["version 4", "BMAP", 24],
    ["version 5", "BMA3", 72],
  ] as const)("extent trees of %s that do not end are refused", (name, magic, header) => {
    const image = editable(name);
    const original = Buffer.from(image.bytes);
    const nodes = image.blocks(Buffer.from(magic), 0);
    const inner = nodes.filter((place) => image.bytes.readUInt16BE(place + 4) > 0);
    expect([nodes.length > 10, inner.length]).toEqual([true, 1]);
    const damaged = (change: (node: number) => void) => {
      original.copy(image.bytes);
      change(inner[0]!);
      return refused(() => contentOf(at(image.open(), "tree")));
    };
    const invalid = "it is damaged: the tree of its extents is invalid";
    // As a leaf, of too many children, of another kind, of a level without end, with the same key twice.
    expect(damaged((node) => image.bytes.writeUInt16BE(0, node + 4))).toBe(invalid);
    expect(damaged((node) => image.bytes.writeUInt16BE(0xffff, node + 6))).toBe(invalid);
    expect(damaged((node) => image.bytes.write("XXXX", node))).toBe(invalid);
    expect(damaged((node) => image.bytes.writeUInt16BE(0xffff, node + 4))).toBe(invalid);
    expect(damaged((node) => image.bytes.copyWithin(node + header + 8, node + header, node + header + 8))).toBe(
      invalid,
    );
    const root = image.inode("tree") + (name === "version 4" ? 100 : 176);
    const damagedRoot = (change: () => void) => damaged(change);
    expect(damagedRoot(() => image.bytes.writeUInt16BE(0xffff, root))).toBe(invalid);
    expect(damagedRoot(() => image.bytes.writeUInt16BE(0, root))).toBe(invalid);
    expect(damagedRoot(() => image.bytes.writeUInt16BE(0xffff, root + 2))).toBe(invalid);
    // A leaf whose first extent is invalid.
    const [leaf] = nodes.filter((place) => !inner.includes(place));
    expect(damaged(() => image.bytes.fill(0, leaf! + header + 16, leaf! + header + 32))).toMatch(/not in order/);
  });

  test.each([
    ["version 4", [0xd2, 0xff]],
    ["version 5", [0x3d, 0xff]],
  ] as const)("names of %s are found in spite of a damaged index", (name, magic) => {
    const image = editable(name);
    for (const leaf of image.blocks(Buffer.from(magic), 8)) image.bytes[leaf + 8] = 0;
    const filesystem = image.open();
    const node = at(filesystem, "node");
    expect(node.child("entry-250")?.stat.kind).toBe("file");
    expect(node.child("entry-560")).toBeUndefined();
    expect(filesystem.problems).toEqual([`the index of the directory with inode ${node.id} is damaged`]);
  });

  test.each([
    ["version 4", "XD2D", 16],
    ["version 5", "XDD3", 64],
  ] as const)("directory blocks of %s that cannot be are refused", (name, magic, header) => {
    const image = editable(name);
    const original = Buffer.from(image.bytes);
    const data = image.blocks(Buffer.from(magic), 0);
    const names = (change: (block: number) => void) => {
      original.copy(image.bytes);
      for (const block of data) change(block);
      return refused(() => [...at(image.open(), "node").names()]);
    };
    expect(names((block) => image.bytes.write("XXXX", block))).toMatch(/holds no directory entries/);
    expect(names((block) => image.bytes.writeUInt8(0, block + header + 8))).toMatch(/begins no valid entry/);
    expect(names((block) => image.bytes.writeUInt32BE(0xffff0000, block + header))).toMatch(/begins no valid entry/);
    expect(names((block) => image.bytes.writeUInt8(0xff, block + header + 8))).toMatch(/begins no valid entry/);
    expect(names((block) => image.bytes.write("/", block + header + 9))).toMatch(/a name in it is invalid/);
  });

  test("a directory that repeats a block is refused, so that its names end", () => {
    const image = editable("version 4");
    const place = image.inode("node") + 100;
    const bytes = image.bytes;
    expect(bytes[place - 100 + 5]).toBe(2);
    // The first extent again for what lies behind it.
    const count = bytes.readUInt32BE(place + 12) & 0x1fffff;
    bytes.copy(bytes, place + 16, place, place + 16);
    bytes.writeUInt32BE(count << 9, place + 20);
    bytes.writeUInt32BE(2, place - 100 + 76);
    expect(refused(() => [...at(image.open(), "node").names()])).toMatch(/one block holds two parts of it|is missing/);
  });

  test("a directory in its inode that does not fit there is refused", () => {
    for (const name of ["version 4", "version 5"] as const) {
      const image = editable(name);
      const place = image.inode("short");
      const fork = place + (name === "version 4" ? 100 : 176);
      const names = () => refused(() => [...at(image.open(), "short").names()].sort());
      expect(names()).toEqual(["entry-0", "entry-1"]);
      image.bytes[fork] = 255;
      expect(names()).toBe("it is damaged: its entries do not fit into its inode");
      image.bytes.writeUInt32BE(5000, place + 60);
      expect(names()).toBe("it is damaged: it does not fit into its inode");
    }
  });

  test("links that are too long or incomplete are refused", () => {
    const image = editable("version 5");
    const place = image.inode("long");
    image.bytes.writeUInt32BE(1025, place + 60);
    expect(() => at(image.open(), "long").readlink()).toThrow("its target has 1025 bytes");
    image.bytes.writeUInt32BE(1000, place + 60);
    expect(() => at(image.open(), "long").readlink()).toThrow("a block of its target is invalid");
    image.bytes.writeUInt32BE(0, place + 60);
    expect(() => at(image.open(), "long").readlink()).toThrow("its target has 0 bytes");
  });
});
