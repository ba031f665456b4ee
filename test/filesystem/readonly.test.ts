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

describe("iso9660", () => {
  const SECTOR = 2048;
  /** The primary volume's record of the root, and where the root's own records are. */
  const ROOT_RECORD = 16 * SECTOR + 156;
  const rootOf = (bytes: Buffer) => bytes.readUInt32LE(ROOT_RECORD + 2) * SECTOR;
  /** The place of a field of Rock Ridge, from a place on. */
  const field = (bytes: Buffer, kind: string, from: number) => bytes.indexOf(kind, from, "latin1");

  test.each<[string, (bytes: Buffer) => void, string]>([
    ["blocks of 3 bytes", (bytes) => bytes.writeUInt16LE(3, 16 * SECTOR + 128), "an impossible size of blocks"],
    ["a root that is a file", (bytes) => bytes.writeUInt8(0, ROOT_RECORD + 25), "its root is no directory"],
    ["a root beyond the end", (bytes) => bytes.writeUInt32LE(2 ** 32 - 1, ROOT_RECORD + 2), "beyond its end"],
    ["a root without entries", (bytes) => bytes.writeUInt8(0, rootOf(bytes)), "no entry for itself"],
    ["a record that is too short", (bytes) => bytes.writeUInt8(33, rootOf(bytes)), "an impossible entry"],
    ["a name longer than its record", (bytes) => bytes.writeUInt8(250, rootOf(bytes) + 32), "an impossible entry"],
  ])("%s is refused", (_, change, message) => {
    const image = patched("iso9660-rockridge", change);
    expect(() => open(image).root).toThrow(DiskError);
    expect(() => open(image).root).toThrow(message);
  });

  test("a directory that says it has 4 GiB", () => {
    const image = patched("iso9660-rockridge", (bytes) => bytes.writeUInt32LE(2 ** 32 - 1, ROOT_RECORD + 10));
    expect(() => [...open(image).root.names()]).toThrow("an impossible size");
  });

  test.each(["../x", "a/b", "..", "a\0b"])("a name that would lead elsewhere: %j", (name) => {
    const image = patched("iso9660-rockridge", (bytes) => {
      const at = field(bytes, "NM", rootOf(bytes) + SECTOR / 16);
      bytes.writeUInt8(5 + name.length, at + 2);
      bytes.write(name, at + 5, "latin1");
    });
    expect(() => [...open(image).root.names()]).toThrow("a name in the directory is invalid");
  });

  /** An image whose root has `records` entries, each with fields that go on in `areas` areas of 2048 bytes. */
  function endless(records: number, areas: number): Buffer {
    const image = smallImage("iso9660-rockridge");
    const start = Math.ceil(image.length / SECTOR);
    const ownLength = image[rootOf(image)]!;
    const own = image.subarray(rootOf(image), rootOf(image) + ownLength);
    const goesOn = (sector: number) => {
      const bytes = Buffer.from(`CE${"\x1c\x01"}${"\0".repeat(24)}`, "latin1");
      bytes.writeUInt32LE(sector, 4);
      bytes.writeUInt32LE(SECTOR, 20);
      return bytes;
    };
    const ring = Array.from({ length: areas }, (_, index) => {
      const filler = Buffer.from(`XX\xfc\x01${"-".repeat(248)}`.repeat(8), "latin1");
      return index === areas - 1
        ? Buffer.concat([filler], SECTOR)
        : Buffer.concat([goesOn(start + index + 1), filler], SECTOR);
    });
    const record = Buffer.concat([Buffer.alloc(33), Buffer.from("A"), goesOn(start)]);
    record[0] = record.length;
    record[32] = 1;
    const perSector = Math.floor(SECTOR / record.length);
    const sector = Buffer.concat(Array<Buffer>(perSector).fill(record), SECTOR);
    const first = Buffer.concat([own], SECTOR);
    const sectors = Array<Buffer>(Math.ceil(records / perSector)).fill(sector);
    for (const bytes of [image.subarray(ROOT_RECORD), own]) {
      bytes.writeUInt32LE(start + areas, 2);
      bytes.writeUInt32LE((1 + sectors.length) * SECTOR, 10);
    }
    own.copy(first);
    return Buffer.concat([Buffer.concat([image], start * SECTOR), ...ring, first, ...sectors]);
  }

  test("fields that go on again and again are read so often only", () => {
    expect([...open(endless(10, 16)).root.names()]).toEqual(["a"]);
    expect(() => [...open(endless(10, 20)).root.names()]).toThrow("its Rock Ridge fields are invalid");
    expect(() => [...open(endless(1100, 16)).root.names()]).toThrow("its Rock Ridge fields are invalid");
  });

  test("a directory in itself is read as often as it is asked for, and no more", () => {
    const image = patched("iso9660-rockridge", (bytes) => {
      const etc = field(bytes, "etc", rootOf(bytes));
      const record = bytes.lastIndexOf(Buffer.from("ETC"), etc) - 33;
      bytes.copy(bytes, record + 2, ROOT_RECORD + 2, ROOT_RECORD + 18);
    });
    const { root } = open(image);
    expect(at(root, "etc/etc/etc").id).toBe(root.id);
  });

  test("a file that is larger than the disk", () => {
    const image = patched("iso9660-rockridge", (bytes) => {
      const record = bytes.indexOf("TEXT", rootOf(bytes), "latin1") - 33;
      bytes.writeUInt32LE(2 ** 32 - 1, record + 10);
    });
    const text = at(open(image).root, "text");
    expect(text.stat.size).toBe(2 ** 32 - 1);
    expect(() => text.read(2 ** 31, 10)).toThrow("beyond its end");
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
