import { describe, expect, test } from "vitest";
import { type Disk, DiskError, memoryDisk } from "../../../src/disk/disk.ts";
import { ext, openWithoutJournal } from "../../../src/filesystem/ext/ext.ts";
import { replay } from "../../../src/filesystem/ext/journal/transactions.ts";
import type { Filesystem, Inode } from "../../../src/filesystem/filesystem.ts";
import { tinyImage } from "./images.ts";

const open = (image: Buffer) => ext.open(memoryDisk(image));

/** The inode at a path. */
function at({ root }: Pick<Filesystem, "root">, path: string): Inode {
  return path.split("/").reduce<Inode>((inode, name) => {
    const child = inode.child(name);
    if (child === undefined) throw new Error(`there is no ${name}`);
    return child;
  }, root);
}

const text = (inode: Inode) => inode.read(0, 1000).toString();

/** Where an inode of a tiny image is: its inodes are all in one table. */
function placeOf(image: Buffer, number: number): number {
  return image.readUInt32LE(2048 + 8) * 1024 + (number - 1) * image.readUInt16LE(1024 + 88);
}

/** An image that is changed before it is opened. */
function changed(name: Parameters<typeof tinyImage>[0], change: (image: Buffer) => void): Buffer {
  const image = tinyImage(name);
  change(image);
  return image;
}

/** The number of the inode at a path. */
const numberOf = (image: Buffer, path: string) => Number(at(open(image), path).id);

const or = (image: Buffer, place: number, bits: number) =>
  image.writeUInt32LE((image.readUInt32LE(place) | bits) >>> 0, place);

describe.each(["ext4", "ext2"] as const)("a tiny %s", (type) => {
  const image = tinyImage(type);

  test("is recognised and named", () => {
    expect(ext.matches(memoryDisk(image))).toBe(true);
    expect(ext.matches(memoryDisk(Buffer.alloc(4096)))).toBe(false);
    expect(ext.matches(memoryDisk(Buffer.alloc(10)))).toBe(false);
    const { uuid, label, warnings, problems, ...rest } = open(image);
    expect({ type: rest.type, uuid, label, warnings, problems }).toEqual({
      type,
      uuid: "01234567-89ab-cdef-0123-456789abcdef",
      label: "tiny",
      warnings: [],
      problems: [],
    });
  });

  test("holds files, links, directories and a pipe", () => {
    const filesystem = open(image);
    const names = ["dir", "huge", "lost+found", "many", "medium", "pieces", "pipe", "small"];
    expect([...filesystem.root.names()].sort()).toEqual(names);
    expect(text(at(filesystem, "small"))).toBe("PasswordAuthentication no\n");
    expect(at(filesystem, "dir/hard").id).toBe(at(filesystem, "small").id);
    expect(at(filesystem, "medium").stat).toEqual({ kind: "file", size: 120, mode: 0o4755, uid: 70_000, gid: 100_000 });
    expect(text(at(filesystem, "medium"))).toBe("x".repeat(120));
    expect(at(filesystem, "dir/short").readlink()).toBe("../small");
    expect(at(filesystem, "dir/long").readlink()).toBe(`${"long/".repeat(20)}end`);
    expect([...at(filesystem, "dir/inner").names()]).toEqual([]);
    expect(at(filesystem, "pipe").stat.kind).toBe("special");
    expect(filesystem.root.child("no")).toBeUndefined();
    expect(filesystem.root.child("..")).toBeUndefined();
    expect(filesystem.problems).toEqual([]);
  });

  test("holds files with holes and a directory of several blocks", () => {
    const filesystem = open(image);
    const pieces = at(filesystem, "pieces");
    for (let index = 0; index < 8; index++) expect(`${pieces.read(4096 * index, 7)}`).toBe(`piece ${index}`);
    expect(pieces.read(4100, 4096)).toEqual(
      Buffer.concat([Buffer.from("e 1"), Buffer.alloc(4089), Buffer.from("piec")]),
    );
    expect(`${pieces.read(28_672, 9999)}`).toBe("piece 7");
    expect(pieces.read(50_000, 10)).toHaveLength(0);
    const huge = at(filesystem, "huge");
    expect(huge.stat.size).toBe(2 ** 32 + 3);
    expect(huge.read(2 ** 32 - 2, 100)).toEqual(Buffer.from("\0\0end"));
    expect(huge.read(2 ** 31, 3)).toEqual(Buffer.alloc(3));
    expect(() => huge.read(0, 2 ** 32)).toThrow(DiskError);
    const many = at(filesystem, "many");
    expect([...many.names()]).toHaveLength(30);
    for (let index = 1; index <= 30; index++)
      expect(many.child(`${"entry-with-a-long-name-".repeat(3)}${index}`)?.stat.size).toBe(0);
    expect(filesystem.problems).toEqual([]);
  });

  test("says what it cannot do with a file of another kind", () => {
    const filesystem = open(image);
    expect(() => at(filesystem, "dir").read(0, 1)).toThrow("no file");
    expect(() => at(filesystem, "small").readlink()).toThrow("no symbolic link");
    expect(() => [...at(filesystem, "small").names()]).toThrow("no directory");
  });
});

describe.each(["journal", "ext3"] as const)("the journal of a tiny %s", (name) => {
  test("is replayed", () => {
    const filesystem = open(tinyImage(name));
    expect(filesystem.warnings).toEqual([]);
    expect([...filesystem.root.names()].sort()).toEqual(["file", "link", "lost+found", "magic"]);
    expect(text(at(filesystem, "file"))).toBe("new\n");
    expect(at(filesystem, "link").id).toBe(at(filesystem, "file").id);
    expect(at(filesystem, "magic").read(0, 10)).toEqual(Buffer.from("c03b3998206c6f6f6b73", "hex"));
    expect(filesystem.problems).toEqual([]);
    expect([...openWithoutJournal(memoryDisk(tinyImage(name))).root.names()]).toEqual(["lost+found"]);
  });

  test("ends at the first transaction that is not complete", () => {
    const filesystem = open(changed(name, (image) => eachLogBlock(image, 2, (block) => block.writeUInt32BE(9, 4))));
    expect([...filesystem.root.names()]).toEqual(["lost+found"]);
    expect(filesystem.warnings).toEqual([]);
  });

  test("is not replayed if it is damaged, unknown or elsewhere", () => {
    const journal = (image: Buffer) => image.subarray(logOf(image));
    const warnings = (change: (image: Buffer) => void) => open(changed(name, change)).warnings;
    expect(warnings((image) => journal(image).writeUInt32BE(2048, 12))).toEqual([
      "its journal, which cannot be read (its superblock is damaged), is not replayed",
    ]);
    expect(warnings((image) => journal(image).writeUInt32BE(0x40, 40))).toEqual([
      "its journal, which cannot be read (it uses unknown features (0x40)), is not replayed",
    ]);
    expect(warnings((image) => image.writeUInt32LE(0, 1024 + 0xe0))).toEqual([
      "its journal, which is on another device, is not replayed",
    ]);
    // An empty one needs no replay.
    expect(warnings((image) => journal(image).writeUInt32BE(0, 28))).toEqual([]);
  });
});

test.each([
  [1, "it has too many blocks"],
  [5, "it revokes too many blocks"],
])("a journal all of whose blocks are of type %i, in a transaction that never ends, is refused", (type, message) => {
  const block = Buffer.alloc(1024);
  block.writeUInt32BE(0xc03b3998, 0);
  block.writeUInt32BE(type, 4);
  block.writeUInt32BE(7, 8);
  block.writeUInt32BE(1024, 12);
  const ring = { first: 1, end: 5000, start: 1, sequence: 7, block: () => block };
  const plain = { checksums: 0, isWide: false, isAsync: false, isIntact: true, seed: 0, fastCommits: 0 } as const;
  expect(() => replay({ blockSize: 1024, ...ring, ...plain })).toThrow(new DiskError(message));
});

test("checksums of the journal are held against what it holds", () => {
  const commit = open(changed("journal", (image) => eachLogBlock(image, 2, (block) => block.writeUInt8(1, 17))));
  expect(commit.warnings).toEqual(["its journal is damaged and is not replayed to its end"]);
  expect([...commit.root.names()]).toEqual(["lost+found"]);
  const copies = open(
    changed("journal", (image) => {
      // Everything that is no block of the log's own.
      for (let at = logOf(image) + 1024; at < logOf(image) + 40 * 1024; at += 1024)
        if (image.readUInt32BE(at) !== 0xc03b3998) image.writeUInt8(7, at + 1000);
    }),
  );
  expect([...copies.root.names()]).toEqual(["lost+found"]);
  expect(copies.problems).toContain("a block in the journal has a wrong checksum and is not replayed");
});

/** Where the journal of a tiny image is: its superblock is in no other place. */
function logOf(image: Buffer): number {
  for (let at = 0; at < image.length; at += 1024)
    if (image.readUInt32BE(at) === 0xc03b3998 && image.readUInt32BE(at + 4) === 4) return at;
  throw new Error("there is no journal");
}

/** Changes all blocks of a type in the journal. */
function eachLogBlock(image: Buffer, type: number, change: (block: Buffer) => void): void {
  for (let at = logOf(image) + 1024; at < image.length; at += 1024)
    if (image.readUInt32BE(at) === 0xc03b3998 && image.readUInt32BE(at + 4) === type)
      change(image.subarray(at, at + 1024));
}

describe("features", () => {
  test.each([
    [0x1, "it uses a feature that cannot be read: compression"],
    [0x8, "it uses a feature that cannot be read: journal_dev, the journal of another file system"],
    [
      0x80081000,
      "it uses features that cannot be read: dirdata, unknown incompatible feature 19, unknown incompatible feature 31",
    ],
  ])("%i that cannot be read are named", (bits, message) => {
    expect(() => open(changed("ext4", (image) => or(image, 1024 + 96, bits)))).toThrow(new DiskError(message));
  });

  test("that only a writer must know keep nothing from being read", () => {
    expect([...open(changed("ext2", (image) => or(image, 1024 + 100, 0xf0000000))).root.names()]).toContain("small");
  });

  test("an encrypted file is named", () => {
    const image = changed("ext2", (bytes) => {
      for (const path of ["small", "dir/short", "many"]) or(bytes, placeOf(bytes, numberOf(bytes, path)) + 32, 0x800);
    });
    const filesystem = open(image);
    expect(() => at(filesystem, "small").read(0, 1)).toThrow("it is encrypted (fscrypt)");
    expect(() => at(filesystem, "dir/short").readlink()).toThrow("it is encrypted (fscrypt)");
    expect(() => [...at(filesystem, "many").names()]).toThrow("it is encrypted (fscrypt)");
    expect(() => at(filesystem, "many").child("x")).toThrow("it is encrypted (fscrypt)");
  });

  test("a directory may ignore case", () => {
    const image = changed("ext2", (bytes) => {
      or(bytes, 1024 + 96, 0x20000);
      or(bytes, placeOf(bytes, 2) + 32, 0x40000000);
    });
    const filesystem = open(image);
    expect(filesystem.root.child("SmalL")?.id).toBe(at(filesystem, "small").id);
    expect(filesystem.root.child("smallx")).toBeUndefined();
    expect(at(filesystem, "dir").child("HARD")).toBeUndefined();
  });
});

describe("damage", () => {
  test("wrong checksums are reported, and what they are of is read", () => {
    const image = changed("ext4", (bytes) => {
      const small = numberOf(bytes, "small");
      // Times, which nothing is read by, and places that are not used.
      bytes.writeUInt8(1, placeOf(bytes, small) + 9);
      bytes.writeUInt8(99, 1024 + 1000);
      bytes.writeUInt8(99, 2048 + 50);
      // The first block is the hash tree's; entries begin the others.
      for (let block = 0; block < bytes.length; block += 1024)
        if (bytes.toString("latin1", block + 8, block + 14) === "entry-") bytes.writeUInt8(99, block + 1008);
      bytes.writeUInt8(99, bytes.readUInt32LE(placeOf(bytes, numberOf(bytes, "pieces")) + 40 + 12 + 4) * 1024 + 500);
    });
    const filesystem = open(image);
    expect(text(at(filesystem, "small"))).toBe("PasswordAuthentication no\n");
    expect([...at(filesystem, "many").names()]).toHaveLength(30);
    expect(`${at(filesystem, "pieces").read(4096, 7)}`).toBe("piece 1");
    expect(filesystem.problems.map((problem) => problem.replace(/\d\d/, "N"))).toEqual([
      "the superblock has a wrong checksum",
      "the descriptor of block group 0 has a wrong checksum",
      "inode N has a wrong checksum",
      "a block of directory N has a wrong checksum",
      "a block of extents of inode N has a wrong checksum",
    ]);
  });

  test("a state that says so is a warning", () => {
    expect(open(changed("ext2", (image) => image.writeUInt16LE(3, 1024 + 58))).warnings).toEqual([
      "the kernel found errors in it, which e2fsck has not repaired",
    ]);
    expect(open(changed("ext2", (image) => image.writeUInt16LE(0, 1024 + 58))).warnings).toEqual([
      "it was not unmounted before it was copied, and has no journal",
    ]);
  });

  test("a disk that is too short is reported, and what is there is read", () => {
    const image = tinyImage("ext2").subarray(0, 300 * 1024);
    const { root, problems } = open(image);
    expect([...root.names()]).toContain("small");
    expect(problems).toEqual(["its end is missing: it has 327680 bytes, and the disk 307200"]);
    expect(() => open(tinyImage("ext2").subarray(0, 3000))).toThrow(DiskError);
  });

  test("trees of extents that are no trees are refused", () => {
    const refused = (message: string, change: (root: Buffer, image: Buffer) => void) => {
      const image = changed("ext4", (bytes) => {
        const place = placeOf(bytes, numberOf(bytes, "pieces"));
        change(bytes.subarray(place + 40, place + 100), bytes);
      });
      expect(() => at(open(image), "pieces").read(0, 10)).toThrow(message);
    };
    const header = Buffer.from("0af3010004000100", "hex");
    refused("its tree of extents is invalid", (root) => root.writeUInt16LE(9, 6));
    refused("its tree of extents is invalid", (root) => root.writeUInt16LE(0xffff, 2));
    refused("its tree of extents is invalid", (root) => root.writeUInt16LE(0, 0));
    refused("it refers to block", (root) => root.writeUInt16LE(0xffff, 20));
    // A node that is its own child.
    refused("its tree of extents is invalid", (root, image) => {
      const node = image.subarray(root.readUInt32LE(16) * 1024);
      root.copy(node, 12, 12, 24);
      header.copy(node);
      header.copy(root);
      root.writeUInt16LE(2, 6);
    });
    refused("its extents overlap", (root, image) => image.writeUInt16LE(9, root.readUInt32LE(16) * 1024 + 16));
  });

  test("directories whose entries are invalid are refused, whatever is looked for", () => {
    const image = changed("ext2", (bytes) => {
      const block = bytes.readUInt32LE(placeOf(bytes, numberOf(bytes, "dir")) + 40) * 1024;
      bytes.writeUInt16LE(0, block + 12 + 4);
    });
    expect(() => at(open(image), "dir").child("nothing")).toThrow("an entry of the directory is invalid");
    expect(() => [...at(open(image), "dir").names()]).toThrow("an entry of the directory is invalid");
  });

  test("entries lead to no inode that is reserved, missing or not in use", () => {
    const entry = (number: number) =>
      open(
        changed("ext2", (bytes) => {
          const block = bytes.readUInt32LE(placeOf(bytes, numberOf(bytes, "dir/inner")) + 40) * 1024;
          // ".." becomes "ab".
          bytes.writeUInt32LE(number, block + 12);
          bytes.write("ab", block + 20);
        }),
      );
    expect(() => at(entry(3), "dir/inner/ab")).toThrow("refers to the reserved inode 3");
    expect(() => at(entry(4_000_000), "dir/inner/ab")).toThrow("it refers to inode 4000000 of 64");
    expect(() => at(entry(64), "dir/inner/ab")).toThrow("inode 64, which it refers to, is not in use");
  });

  test("an inode of a kind that does not exist is refused", () => {
    const image = changed("ext2", (bytes) => bytes.writeUInt16LE(0xf1a4, placeOf(bytes, numberOf(bytes, "dir"))));
    expect(() => at(open(image), "dir")).toThrow("it is damaged: it is of an unknown kind");
  });

  test("names that no path can have are left out and reported", () => {
    const { root, problems } = open(
      changed("ext2", (bytes) => {
        const block = bytes.readUInt32LE(placeOf(bytes, 2) + 40) * 1024;
        bytes.write("../../a", bytes.indexOf("lost+found", block));
      }),
    );
    expect([...root.names()]).not.toContain("../../aund");
    expect(problems).toEqual(["directory 2 has an entry with an invalid name, which is left out"]);
  });

  test("a directory with the same block again and again ends", () => {
    const image = changed("ext2", (bytes) => {
      const inode = placeOf(bytes, numberOf(bytes, "dir"));
      bytes.writeUInt32LE(0xfffffc00, inode + 4);
      bytes.writeUInt32LE(bytes.readUInt32LE(inode + 40), inode + 44);
    });
    expect(() => [...at(open(image), "dir").names()]).toThrow("it is damaged: the directory has a block twice");
  });

  test.each(["ext4", "ext2", "journal", "ext3"] as const)("blocks of a %s may have to be fetched first", (name) => {
    const image = tinyImage(name);
    const fetched = new Set<number>();
    class Missing extends Error {}
    const disk: Disk = {
      size: image.length,
      read(offset, length) {
        for (let block = offset >> 10; block << 10 < offset + length; block++)
          if (!fetched.has(block)) {
            fetched.add(block);
            throw new Missing();
          }
        return image.subarray(offset, offset + length);
      },
    };
    const retried = <T>(action: () => T): T => {
      for (;;)
        try {
          return action();
        } catch (error) {
          if (!(error instanceof Missing)) throw error;
        }
    };
    const walk = (inode: Inode, step: typeof retried): unknown =>
      inode.stat.kind === "directory"
        ? step(() => [...inode.names()]).map((child) => [child, walk(step(() => inode.child(child))!, step)])
        : inode.stat.kind === "file" && step(() => inode.read(0, 10_000)).toString("latin1");
    const whole = open(image);
    const filesystem = retried(() => ext.open(disk));
    expect(walk(filesystem.root, retried)).toEqual(walk(whole.root, (action) => action()));
    expect([filesystem.warnings, filesystem.problems]).toEqual([whole.warnings, whole.problems]);
  });
});
