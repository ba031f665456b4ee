import { describe, expect, test } from "vitest";
import { crc32c } from "../../src/disk/crc32c.ts";
import { attempted, DiskError, memoryDisk } from "../../src/disk/disk.ts";
import type { Filesystem, Inode } from "../../src/filesystem/filesystem.ts";
import { FILESYSTEMS } from "../../src/filesystem/formats.ts";
import { smallImage } from "./images.ts";

/** Opens bytes as what they are. */
function open(bytes: Buffer): Filesystem {
  const disk = memoryDisk(bytes);
  return FILESYSTEMS.find((format) => format.matches(disk))!.open(disk);
}

function at(root: Inode, path: string): Inode {
  return path.split("/").reduce((inode, name) => inode.child(name)!, root);
}

const content = (inode: Inode) => inode.read(0, inode.stat.size + 10).toString("latin1");

const sequence = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line number ${from + index}\n`).join("");

/** Patches bytes of an image. */
function patched(name: string, change: (bytes: Buffer) => void): Buffer {
  const bytes = smallImage(name);
  change(bytes);
  return bytes;
}

describe("small images", () => {
  test.each([
    ["erofs-inline", true],
    ["erofs-chunks", true],
    ["erofs-lz4", true],
    ["erofs-packed", true],
    ["squashfs-gzip", true],
    ["squashfs-xz", true],
    ["iso9660-rockridge", true],
    ["iso9660-joliet", false],
    ["vfat-12", false],
  ])("%s", (name, isUnix) => {
    const { root, type, problems, warnings } = open(smallImage(name));
    expect([type, problems, warnings]).toEqual([name.split("-")[0], [], []]);
    expect(content(at(root, "etc/ssh/small"))).toBe("PasswordAuthentication no\n");
    expect(content(at(root, "text"))).toBe(sequence(1, 1500));
    const part = at(root, "part");
    expect(content(part)).toBe(sequence(500, 1600));
    expect(part.read(4090, 10)).toEqual(Buffer.from(sequence(500, 1600)).subarray(4090, 4100));
    expect(part.read(part.stat.size, 10)).toEqual(Buffer.alloc(0));
    expect([...at(root, "many").names()]).toHaveLength(30);
    const names = "entry-with-a-long-name-".repeat(3);
    expect(content(at(root, `many/${names}17`))).toBe("17\n");
    expect(root.child("nothing")).toBeUndefined();
    if (!isUnix) return;
    expect(at(root, "medium").stat).toEqual({ kind: "file", size: 120, mode: 0o4755, uid: 70_000, gid: 100_000 });
    if (type !== "iso9660") expect(at(root, "etc/hard").id).toBe(at(root, "etc/ssh/small").id);
    expect(at(root, "var/link").readlink()).toBe("../etc");
    expect(at(root, "pipe").stat.kind).toBe("special");
  });
});

describe("erofs", () => {
  /** The superblock with a change and the checksum that belongs to it. */
  const superblock = (change: (bytes: Buffer) => void) =>
    patched("erofs-inline", (bytes) => {
      change(bytes.subarray(1024));
      const block = bytes.subarray(1024, 4096);
      block.fill(0, 4, 8);
      block.writeUInt32LE(~crc32c(block) >>> 0, 4);
    });

  test("its UUID, and a wrong checksum", () => {
    expect(open(smallImage("erofs-inline")).uuid).toBe("01234567-89ab-cdef-0123-456789abcdef");
    const { problems, root } = open(patched("erofs-inline", (bytes) => bytes.writeUInt8(1, 1024 + 70)));
    expect(problems).toEqual(["the checksum of its superblock is wrong"]);
    expect(content(at(root, "etc/ssh/small"))).toBe("PasswordAuthentication no\n");
  });

  test.each([
    ["other devices", (bytes: Buffer) => bytes.writeUInt16LE(2, 86), "keeps data on 2 other devices"],
    ["compressed metadata", (bytes: Buffer) => bytes.writeUInt32LE(0x100, 80), "has compressed metadata"],
    ["what is new", (bytes: Buffer) => bytes.writeUInt32LE(0x80000000, 80), "unknown features (0x80000000)"],
    ["blocks of 2^60 bytes", (bytes: Buffer) => bytes.writeUInt8(60, 12), "an impossible size of blocks"],
    ["a root beyond the end", (bytes: Buffer) => bytes.writeUInt16LE(0xffff, 14), "beyond its end"],
  ])("%s is refused", (_, change, message) => {
    expect(() => open(superblock(change))).toThrow(DiskError);
    expect(() => open(superblock(change))).toThrow(message);
  });

  test("the root of a large image has a wide number", () => {
    const image = superblock((bytes) => {
      bytes.writeUInt32LE(bytes.readUInt32LE(80) | 0x80, 80);
      bytes.writeBigUInt64LE(BigInt(bytes.readUInt16LE(14)), 112);
      bytes.writeUInt16LE(1, 14);
    });
    expect([...open(image).root.names()]).toContain("etc");
  });

  test("a directory that is its own block again and again ends", () => {
    // Chunks that are all one block: the directory says that it is as large as the disk may be.
    const image = smallImage("erofs-inline");
    const root = image.readUInt32LE(1024 + 40) * 4096 + image.readUInt16LE(1024 + 14) * 32;
    image.writeUInt16LE(0, root + 2);
    image.writeUInt16LE((image.readUInt16LE(root) & ~0xe) | (4 << 1), root);
    image.writeUInt32LE(0x7fffffff, root + 8);
    image.writeUInt32LE(0x1f, root + 16);
    expect(() => [...open(image).root.names()]).toThrow(DiskError);
  });

  test("an index that points before the file is refused", () => {
    const image = smallImage("erofs-packed");
    const text = at(open(image).root, "text");
    const place = image.readUInt32LE(1024 + 40) * 4096 + Number(text.id) * 32;
    for (let index = place + 32; index < place + 200; index += 8) image.writeUInt16LE(2, index);
    expect(() => content(at(open(image).root, "text"))).toThrow(DiskError);
  });
});

describe("squashfs", () => {
  test.each([
    ["another version", (bytes: Buffer) => bytes.writeUInt16LE(3, 28), "has version 3.0"],
    ["lzma", (bytes: Buffer) => bytes.writeUInt16LE(2, 20), "compressed with lzma, which is not supported"],
    ["blocks of 2^31 bytes", (bytes: Buffer) => bytes.writeUInt32LE(2 ** 31, 12), "an impossible size of blocks"],
    ["a root beyond the end", (bytes: Buffer) => bytes.writeUInt32LE(0xffffffff, 34), "beyond its end"],
    ["no owners", (bytes: Buffer) => bytes.writeUInt16LE(0, 26), "an owner without an ID"],
  ])("%s is refused", (_, change, message) => {
    expect(() => open(patched("squashfs-gzip", change))).toThrow(DiskError);
    expect(() => open(patched("squashfs-gzip", change))).toThrow(message);
  });

  test("a damaged fragment is decompressed once for all of its files", () => {
    const image = smallImage("squashfs-gzip");
    const { root } = open(image);
    const files = [at(root, "etc/fstab"), at(root, "etc/ssh/small")];
    image.fill(0xff, 96, 200);
    const [one, other] = files.map((file) => attempted(() => content(file)));
    expect(one).toBeInstanceOf(DiskError);
    expect(other).toBe(one);
  });

  test("a metadata block that says it is larger than one may be", () => {
    const image = patched("squashfs-gzip", (bytes) => bytes.writeUInt16LE(0x7fff, Number(bytes.readBigUInt64LE(64))));
    expect(() => open(image)).toThrow("a metadata block has an impossible size");
  });
});

describe("vfat", () => {
  /** Where the first table begins. */
  const table = (bytes: Buffer) => bytes.readUInt16LE(11) * bytes.readUInt16LE(14);

  test("a chain of clusters that is a loop is refused", () => {
    const image = patched("vfat-12", (bytes) => {
      // Each cluster is followed by the second.
      for (let at = table(bytes) + 3; at < table(bytes) + 300; at += 3) bytes.set([0x02, 0x20, 0x00], at);
    });
    const { root } = open(image);
    expect(() => content(at(root, "text"))).toThrow(DiskError);
    expect(() => [...at(root, "many").names()]).toThrow("its chain of clusters is a loop");
  });

  test("a chain that is shorter than the file is refused", () => {
    const image = patched("vfat-12", (bytes) => bytes.fill(0xff, table(bytes), table(bytes) + 300));
    expect(() => content(at(open(image).root, "text"))).toThrow("its chain of clusters is too short");
  });
});
