import { describe, expect, test } from "vitest";
import { type Disk, DiskError, memoryDisk } from "../../../src/disk/disk.ts";
import { btrfs } from "../../../src/filesystem/btrfs/btrfs.ts";
import type { Filesystem, Inode } from "../../../src/filesystem/filesystem.ts";
import { tinyImage } from "./images.ts";

/** The superblock is the first block of both. */
const INCOMPATIBLE = 188;

const mixed = tinyImage("mixed");
const dup = tinyImage("dup");

/** The inode at a path of a subvolume. */
function at(filesystem: Filesystem, path: string, subvolume = "/"): Inode {
  return path.split("/").reduce<Inode>(
    (inode, name) => {
      const child = inode.child(name);
      if (child === undefined) throw new Error(`there is no ${name}`);
      return child;
    },
    filesystem.subvolume!({ path: subvolume })!,
  );
}

const text = (inode: Inode, offset = 0, length = 1000) => inode.read(offset, length).toString();

/** The file system with changed blocks. */
function changed(change: (bytes: Buffer) => void, image = mixed): Filesystem {
  const bytes = Buffer.from(image.bytes);
  change(bytes);
  return btrfs.open(image.disk(bytes));
}

/** A block of a tree in the blocks of the mixed image, and what it holds. */
interface Node {
  readonly start: number;
  readonly level: number;
  /** The tree's ID. */
  readonly owner: number;
  readonly items: readonly {
    readonly place: number;
    readonly key: readonly [number, number, number];
    readonly data: number;
  }[];
}

function nodesOf(bytes: Buffer): Node[] {
  const nodes: Node[] = [];
  for (let start = 4096; start < bytes.length; start += 4096) {
    const block = bytes.subarray(start, start + 4096);
    if (!block.subarray(32, 48).equals(bytes.subarray(32, 48))) continue;
    const level = block[100]!;
    const items = Array.from({ length: block.readUInt32LE(96) }, (_, index) => {
      const place = 101 + index * (level === 0 ? 25 : 33);
      const key = [block.readUIntLE(place, 6), block[place + 8]!, block.readUIntLE(place + 9, 6)] as const;
      return { place: start + place, key, data: start + 101 + block.readUInt32LE(place + 17) };
    });
    nodes.push({ start, level, owner: block.readUIntLE(88, 6), items });
  }
  return nodes;
}

/** A subvolume and its snapshot, which share blocks: what is changed is changed in both. */
const SHARING = ["root", "snapshot"].map((path) =>
  Number(String(btrfs.open(mixed.disk()).subvolume!({ path })!.id).split("/")[0]),
);

const sharedNodes = nodesOf(mixed.bytes).filter(({ owner }) => SHARING.includes(owner));
const leaves = sharedNodes.filter(({ level }) => level === 0);

/** The items of an object and a type there. */
function itemsOf(object: number, type: number): Node["items"] {
  return leaves.flatMap(({ items }) => items.filter(({ key }) => key[0] === object && key[1] === type));
}

/** The number of the inode at a path. */
const numberOf = (path: string) => Number(String(at(btrfs.open(mixed.disk()), path, "root").id).split("/")[1]);

describe("a tiny btrfs", () => {
  const filesystem = btrfs.open(mixed.disk());

  test("is recognised and named", () => {
    expect(btrfs.matches(mixed.disk())).toBe(true);
    expect(btrfs.matches(memoryDisk(Buffer.alloc(70_000)))).toBe(false);
    expect(btrfs.matches(memoryDisk(Buffer.alloc(10)))).toBe(false);
    const { type, uuid, label, warnings, problems } = filesystem;
    expect({ type, uuid, label, warnings, problems }).toEqual({
      type: "btrfs",
      uuid: "01234567-89ab-cdef-0123-456789abcdef",
      label: "tiny",
      warnings: [],
      problems: [],
    });
  });

  test("has subvolumes, of which one is the default", () => {
    const names = (inode?: Inode) => [...inode!.names()].sort();
    const top = filesystem.subvolume!({ path: "" });
    expect(names(top)).toEqual(["home", "root", "snapshot", "var"]);
    expect(filesystem.subvolume!({ id: 5 })!.id).toBe(top!.id);
    expect(filesystem.root.id).toBe(at(filesystem, "snapshot").id);
    expect(filesystem.root.child("later")).toBeUndefined();
    expect(text(at(filesystem, "root/later"))).toBe("later\n");
    expect(filesystem.subvolume!({ path: "/root/var/nested/" })!.id).toBe(at(filesystem, "root/var/nested").id);
    for (const path of ["root/var", "root/none", "none", "root/etc/hard", "root/etc/hard/x"])
      expect(filesystem.subvolume!({ path })).toBeUndefined();
    for (const id of [0, 1, 2, 7, 255, 9999, 2 ** 60, -1]) expect(filesystem.subvolume!({ id })).toBeUndefined();
  });

  test("shows an empty directory where a snapshot has no nested subvolume", () => {
    expect(text(at(filesystem, "root/var/nested/file"))).toBe("deep\n");
    const empty = at(filesystem, "snapshot/var/nested");
    expect(empty.stat).toEqual({ kind: "directory", size: 0, mode: 0o755, uid: 0, gid: 0 });
    expect([[...empty.names()], empty.child("file")]).toEqual([[], undefined]);
    expect(() => empty.read(0, 1)).toThrow(DiskError);
    expect(filesystem.subvolume!({ path: "snapshot/var/nested" })).toBeUndefined();
  });

  test("holds files, links, directories and a pipe", () => {
    const small = at(filesystem, "etc/ssh/small", "root");
    expect(text(small)).toBe("PasswordAuthentication no\n");
    expect(small.read(10, 5).toString()).toBe("thent");
    expect(small.read(100, 5)).toHaveLength(0);
    expect(at(filesystem, "etc/hard", "root").id).toBe(small.id);
    expect(at(filesystem, "etc/hard", "snapshot").id).not.toBe(small.id);
    expect(at(filesystem, "medium", "root").stat).toMatchObject({
      kind: "file",
      size: 120,
      mode: 0o4755,
      uid: 70_000,
      gid: 100_000,
    });
    expect(at(filesystem, "var/link", "root").readlink()).toBe("../etc");
    expect(at(filesystem, "pipe", "root").stat.kind).toBe("special");
    const many = at(filesystem, "many", "root");
    expect([...many.names()]).toHaveLength(32);
    // Names with the same hash.
    expect([text(many.child("1ohbym5e6u")!), text(many.child("utbirmzj5")!)]).toEqual(["one\n", "other\n"]);
    expect(many.child("entry-with-a-long-name-31")).toBeUndefined();
  });

  test("holds compressed files, holes, reserved blocks and shared extents", () => {
    for (const kind of ["zlib", "lzo", "zstd"]) {
      expect(text(at(filesystem, kind, "root"), 0, 10_000)).toBe(`a ${kind} line\n`.repeat(1000).slice(0, 9000));
      expect(text(at(filesystem, kind, "root"), 5000, 20)).toBe(`a ${kind} line\n`.repeat(1000).slice(5000, 5020));
      expect(text(at(filesystem, `inline-${kind}`, "root"))).toBe(`${kind}\n`.repeat(300).slice(0, 900));
    }
    const holes = at(filesystem, "holes", "root");
    expect(holes.stat.size).toBe(4_300_000_000);
    expect(holes.read(0, 60_000)).toEqual(
      Buffer.concat([Buffer.from("start"), Buffer.alloc(12_283), Buffer.from("middle")], 60_000),
    );
    expect(holes.read(4_299_999_990, 100)).toEqual(Buffer.alloc(10));
    const whole = "whole\n".repeat(2048);
    expect(text(at(filesystem, "whole", "root"), 0, 20_000)).toBe(whole);
    expect(text(at(filesystem, "shared", "root"), 0, 20_000)).toBe(
      `${whole.slice(0, 4096)}changed${whole.slice(4103)}`,
    );
  });
});

describe("everything twice, with SHA-256", () => {
  test("reads like openSUSE's subvolumes", () => {
    const filesystem = btrfs.open(dup.disk());
    expect(text(filesystem.root.child("etc")!.child("small")!)).toBe("SUSE\n");
    expect(filesystem.subvolume!({ path: "@/.snapshots/1" })!.id).toBe(filesystem.root.id);
    expect(text(filesystem.subvolume!({ path: "/@/var" })!.child("log")!)).toBe("log\n");
    expect(at(filesystem, "@/var/hole").read(0, 9999)).toEqual(Buffer.alloc(9000));
    expect(filesystem.problems).toEqual([]);
  });

  test("takes the copies of what is damaged", () => {
    // Each block of 4 KiB alone.
    for (let block = 0; block < dup.bytes.length / 4096; block++) {
      const filesystem = changed((bytes) => bytes.fill(0xa5, block * 4096 + 100, block * 4096 + 300), dup);
      expect(at(filesystem, "@/.snapshots/1/etc/numbers").read(0, 20_000).toString()).toBe("1 2 3\n".repeat(2000));
      expect(filesystem.problems).toEqual(
        block === 0 ? ["its superblock is damaged; the copy at byte 67108864 was used"] : [],
      );
    }
  });
});

describe("what is wrong is said", () => {
  test("checksums of metadata and data, and the superblock's", () => {
    const metadata = changed((bytes) => {
      for (const { start } of nodesOf(bytes)) bytes[start + 4090] = bytes[start + 4090]! ^ 1;
      bytes[300] = 0x54;
    });
    expect(text(at(metadata, "etc/hard", "root"))).toMatch("PasswordAuthentication");
    expect(metadata.problems).toEqual(expect.arrayContaining(["its superblock has a wrong checksum"]));
    expect(metadata.problems.length).toBeGreaterThan(4);
    for (const problem of metadata.problems.slice(1))
      expect(problem).toMatch(/^metadata at the logical address \d+ has a wrong checksum or generation$/);
    const data = changed((bytes) => {
      for (let block = 0; block < bytes.length; block += 4096)
        if (bytes.toString("latin1", block, block + 11) === "whole\nwhole") bytes.write("WHOLE", block);
    });
    expect(text(at(data, "whole", "root"), 0, 12)).toBe("WHOLE\nwhole\n");
    expect(data.problems).toEqual([expect.stringMatching(/^data at the logical address \d+ has a wrong checksum$/)]);
  });

  test("features that change how it is read", () => {
    for (const [bit, name] of [
      [12, "zoned"],
      [13, "extent-tree-v2"],
      [14, "raid-stripe-tree"],
      [15, "unknown feature 15"],
      [40, "unknown feature 40"],
    ] as const)
      expect(() =>
        changed((bytes) =>
          bytes.writeUInt8(bytes[INCOMPATIBLE + (bit >> 3)]! | (1 << (bit & 7)), INCOMPATIBLE + (bit >> 3)),
        ),
      ).toThrow(`it uses features that are not supported: ${name}`);
    // Simple quotas are not in the way.
    expect(changed((bytes) => bytes.writeUInt8(1, INCOMPATIBLE + 2)).problems).toEqual([
      "its superblock has a wrong checksum",
    ]);
  });

  test("a log, other checksums, a dump of metadata, a truncated disk", () => {
    expect(changed((bytes) => bytes.writeUInt32LE(4096, 96)).warnings).toEqual([
      expect.stringContaining("log was not replayed"),
    ]);
    expect(changed((bytes) => bytes.writeUInt16LE(3, 196)).warnings).toEqual([
      "has blake2b checksums, which are not verified",
    ]);
    expect(() => changed((bytes) => bytes.writeUInt16LE(4, 196))).toThrow("checksums are of the unknown type 4");
    expect(() => changed((bytes) => bytes.writeUInt8(2, 60))).toThrow("only metadata");
    const { read, size } = mixed.disk();
    const short: Disk = { size: size - 4096, read };
    expect(btrfs.open(short).problems).toEqual([`it is truncated: it has ${size} bytes, the disk ${size - 4096}`]);
  });
});

describe("hostile structures are refused", () => {
  type Change = (bytes: Buffer) => void;
  const refused = (change: Change, use: (filesystem: Filesystem) => unknown = () => undefined) =>
    expect(() => use(changed(change)));
  const all = (inode: Inode): unknown =>
    inode.stat.kind === "directory" && [...inode.names()].map((name) => all(inode.child(name)!));
  const list = (filesystem: Filesystem) => all(filesystem.subvolume!({ path: "root" })!);
  const file = (name: string) => (filesystem: Filesystem) => at(filesystem, name, "root").read(0, 100_000);

  test("cycles and crossings of trees", () => {
    const parents = sharedNodes.filter(({ level }) => level > 0);
    expect(parents.length).toBeGreaterThan(0);
    const inAll =
      (change: (bytes: Buffer, parent: Node, child: (index: number) => number) => void) => (bytes: Buffer) => {
        for (const parent of parents) change(bytes, parent, (index) => parent.items[index]!.place + 17);
      };
    // To itself, to another leaf, the same leaf twice.
    refused(
      inAll((bytes, { start }, child) => bytes.copy(bytes, child(1), start + 48, start + 56)),
      list,
    ).toThrow(DiskError);
    refused(
      inAll((bytes, _, child) => bytes.copy(bytes, child(1), child(0), child(0) + 16)),
      list,
    ).toThrow(DiskError);
    refused(
      inAll((bytes, _, child) => bytes.copy(bytes, child(1) - 17, child(0) - 17, child(0) + 16)),
      list,
    ).toThrow("wrong order");
    refused((bytes) => bytes.writeUInt8(200, 198)).toThrow("too deep");
    refused((bytes) => bytes.fill(0xff, 80, 88)).toThrow("far too large");
  });

  test("blocks of trees that are no such blocks", () => {
    const inAll = (change: (bytes: Buffer, leaf: Node) => void) => (bytes: Buffer) => {
      for (const leaf of leaves) change(bytes, leaf);
    };
    refused(
      inAll((bytes, { start }) => bytes.writeUInt32LE(0xffffffff, start + 96)),
      list,
    ).toThrow("too many items");
    refused(
      inAll((bytes, { start }) => bytes.writeUInt32LE(0, start + 96)),
      list,
    ).toThrow("belongs elsewhere");
    for (const field of [17, 21])
      refused(
        inAll((bytes, { items }) => bytes.writeUInt32LE(0xfffffff0, items[0]!.place + field)),
        list,
      ).toThrow("outside its block");
    refused(
      inAll((bytes, { items }) => bytes.writeUInt32LE(8, items[0]!.place + 21)),
      list,
    ).toThrow("an inode is too short");
  });

  test("chunks", () => {
    const system = 811;
    refused((bytes) => bytes.writeUInt32LE(9999, 160)).toThrow("too many chunks");
    refused((bytes) => bytes.writeUInt32LE(50, 160)).toThrow("too short");
    refused((bytes) => bytes.writeUInt16LE(0, system + 17 + 44)).toThrow("invalid layout");
    refused((bytes) => bytes.writeUInt16LE(0xffff, system + 17 + 44)).toThrow("too short");
    refused((bytes) => bytes.writeUInt8(0x58, system + 17 + 24)).toThrow("invalid layout");
    refused((bytes) => bytes.writeUInt8(2, system + 8)).toThrow("what is no chunk");
    // Beyond the end of the disk.
    refused((bytes) => bytes.writeUInt8(1, system + 17 + 48 + 8 + 5)).toThrow(DiskError);
    refused((bytes) => bytes.fill(7, system + 17 + 48 + 16, system + 17 + 48 + 32)).toThrow(
      "device 1 of the file system (07070707-0707-0707-0707-070707070707) is missing",
    );
  });

  test("directory entries and inodes", () => {
    const names = (filesystem: Filesystem) => [...filesystem.subvolume!({ path: "root" })!.names()];
    const inAll = (items: Node["items"], change: (bytes: Buffer, data: number) => void) => (bytes: Buffer) => {
      for (const { data } of items) change(bytes, data);
    };
    const indexes = itemsOf(256, 96);
    refused(
      inAll(indexes, (bytes, data) => bytes.writeUInt16LE(0xffff, data + 27)),
      names,
    ).toThrow("a directory entry is too short");
    const slashes = changed(inAll(indexes, (bytes, data) => bytes.write("/", data + 30)));
    expect(names(slashes)).toEqual([]);
    expect(slashes.problems).toContainEqual("inode 256 has an entry with an invalid name");
    // What an entry leads to: an inode that does not exist, something else.
    const isEtc = ({ data }: { readonly data: number }) =>
      mixed.bytes.toString("latin1", data + 30, data + 33) === "etc";
    const etc = itemsOf(256, 84).filter(isEtc);
    const use = (filesystem: Filesystem) => at(filesystem, "etc", "root");
    refused(
      inAll(etc, (bytes, data) => bytes.writeUInt32LE(99_999, data)),
      use,
    ).toThrow("inode 99999 is missing");
    refused(
      inAll(etc, (bytes, data) => bytes.writeUInt8(84, data + 8)),
      use,
    ).toThrow("leads to no inode");
    // A directory that holds itself is one more directory.
    const itself = changed(inAll(etc, (bytes, data) => bytes.writeUInt32LE(256, data)));
    expect(use(itself).child("etc")!.stat.kind).toBe("directory");
  });

  test("files", () => {
    const [zlib, shared] = [numberOf("zlib"), numberOf("shared")];
    const read = file("zlib");
    const extents = (number: number, change: (bytes: Buffer, data: number) => void) => (bytes: Buffer) => {
      for (const { data } of itemsOf(number, 108)) change(bytes, data);
    };
    const put8 = (value: number, offset: number) =>
      extents(zlib, (bytes, data) => bytes.writeUInt8(value, data + offset));
    const put32 = (value: number, offset: number) =>
      extents(zlib, (bytes, data) => bytes.writeUInt32LE(value, data + offset));
    refused(put8(9, 16), read).toThrow("unknown way 9");
    refused(put8(1, 17), read).toThrow("encrypted");
    refused(put8(3, 20), read).toThrow("unknown type 3");
    refused(put32(2 ** 30, 8), read).toThrow("too large");
    refused(put32(2 ** 30, 29), read).toThrow("too large");
    refused(put8(9, 37), read).toThrow("longer than what it refers to");
    refused(put8(9, 45), read).toThrow("not aligned");
    refused(
      extents(zlib, (bytes, data) => bytes.fill(0xf0, data + 21, data + 27)),
      read,
    ).toThrow("nothing lies at the logical");
    // Less room than the data has.
    refused(
      extents(
        zlib,
        (bytes, data) => bytes.writeUInt32LE(8192, data + 8).valueOf() && bytes.writeUInt32LE(8192, data + 45),
      ),
      read,
    ).toThrow("larger than the 8192 bytes");
    refused(
      extents(shared, (bytes, data) => bytes.writeUInt32LE(12_288, data + 45)),
      file("shared"),
    ).toThrow(DiskError);

    const sized = (change: (bytes: Buffer, size: number) => void) => (bytes: Buffer) => {
      for (const { data } of itemsOf(zlib, 1)) change(bytes, data + 16);
    };
    const huge = at(changed(sized((bytes, size) => bytes.writeUInt8(0x10, size + 5))), "zlib", "root");
    expect(() => huge.read(0, 2 ** 44)).toThrow("too large");
    expect(huge.read(2 ** 40, 50)).toEqual(Buffer.alloc(50));
    refused(
      sized((bytes, size) => bytes.fill(0xff, size, size + 8)),
      read,
    ).toThrow("far too large");
  });

  test("whatever byte is wrong, nothing but a DiskError is thrown", () => {
    const places = nodesOf(mixed.bytes).flatMap(({ items }) => items.flatMap(({ place, data }) => [place, data]));
    for (const [index, place] of places.entries()) {
      if (index % 10 !== 0) continue;
      const start = place + (index % 23);
      try {
        const filesystem = changed((bytes) => bytes.fill(index % 20 < 10 ? 0xff : 0x80, start, start + 3));
        for (const name of ["zlib", "lzo", "zstd", "shared", "holes"]) file(name)(filesystem);
      } catch (error) {
        expect(error).toBeInstanceOf(DiskError);
      }
    }
  });
});

test("the error of a block that must be fetched first passes, and the next try goes on", () => {
  const present = new Set<number>();
  class Missing extends Error {}
  const disk = mixed.disk();
  const remote: Disk = {
    size: disk.size,
    read(offset, length) {
      const block = Math.floor(offset / 4096);
      if (!present.has(block)) {
        present.add(block);
        throw new Missing();
      }
      return disk.read(offset, length);
    },
  };
  const again = <T>(action: () => T): T => {
    for (;;)
      try {
        return action();
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
      }
  };
  const filesystem = again(() => btrfs.open(remote));
  for (const name of ["zlib", "lzo", "zstd"])
    expect(again(() => text(at(filesystem, name, "root"), 0, 7))).toBe(`a ${name} line`.slice(0, 7));
  expect(filesystem.problems).toEqual([]);
  expect(present.size).toBeLessThan(35);
});
