import { describe, expect, test } from "vitest";
import { type Disk, memoryDisk } from "../../src/disk/disk.ts";
import { openDiskImage } from "../../src/image/disks/open.ts";
import { isFilesystem, partsOf } from "../../src/image/disks/parts.ts";
import { tinyImage } from "../filesystem/ext/images.ts";
import { smallImage } from "../filesystem/images.ts";

const SECTOR = 512;

/** A disk that was a file system, over which a table with one partition is written. */
function disk(first: Buffer, size: number, partition?: { readonly start: number; readonly content: Buffer }): Disk {
  const bytes = Buffer.alloc(Math.max(size, first.length));
  first.copy(bytes);
  if (partition !== undefined) {
    const { start, content } = partition;
    bytes[446 + 4] = 0x83;
    bytes.writeUInt32LE(start / SECTOR, 446 + 8);
    bytes.writeUInt32LE(content.length / SECTOR, 446 + 12);
    bytes.writeUInt16LE(0xaa55, 510);
    content.copy(bytes, start);
  }
  return memoryDisk(bytes);
}

/** What its parts are. */
function parts(...args: Parameters<typeof disk>): string[] {
  return partsOf([disk(...args)]).parts.map(
    ({ name, content }) => `${name}: ${isFilesystem(content) ? content.type : content.reason}`,
  );
}

const whole = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & (SECTOR - 1))]);

const START = 2 ** 20;
const squashfs = { start: START, content: whole(smallImage("squashfs-gzip")) };

test("the mark of an ISO 9660 that a disk held before does not hide its partitions", () => {
  const iso = smallImage("iso9660-rockridge");
  expect(parts(iso, 0)).toEqual(["the disk: iso9660"]);
  expect(parts(iso, 2 * START, squashfs)).toEqual(["partition 1: squashfs"]);
  // An installer on a stick has a table with the partition to boot from.
  expect(parts(iso, 2 * START, { start: START, content: whole(smallImage("vfat-12")) })).toEqual(["the disk: iso9660"]);
});

test("nor does that of another file system, unless nothing is in them", () => {
  const erofs = smallImage("erofs-inline");
  expect(parts(erofs, 2 * START, squashfs)).toEqual(["partition 1: squashfs"]);
  expect(parts(erofs, 2 * START, { start: START, content: Buffer.alloc(SECTOR) })).toEqual(["the disk: erofs"]);
});

const machine = (disks: readonly Disk[]) => ({ disks, warnings: [], close: () => {} });

test("what is unknown is said only if there is nothing else", () => {
  const unknown = disk(Buffer.alloc(0), 2 * START, { start: START, content: Buffer.alloc(SECTOR) });
  const open = (...disks: readonly Disk[]) => openDiskImage("x", machine(disks));
  expect(() => open(unknown)).toThrow("x contains no root file system: partition 1 has no known file system");
  expect(() => open(unknown, memoryDisk(tinyImage("ext4")))).toThrow(
    /: disk 2 is ext4 without a system, with \/dir, \/huge, \/many and 4 more$/,
  );
});

describe("a file system that may be the root and cannot be read", () => {
  /** A partition with a root, and in front of it an ext4 with this change. */
  const damagedMachine = (change: (ext: Buffer) => void) => {
    const ext = tinyImage("ext4");
    change(ext);
    const disks = [memoryDisk(ext), disk(Buffer.alloc(0), 2 * START, squashfs)];
    return (number?: number) => openDiskImage("x", machine(disks), number).problems.map(({ path }) => path);
  };
  const unsupported = (ext: Buffer) => ext.writeUInt32LE(0x80000000, 1024 + 96);
  const damaged = (ext: Buffer) => ext.fill(0, 1024 + 1024, ext.length);

  test("is a problem beside another root, unless that is chosen", () => {
    expect(damagedMachine(() => {})()).toEqual([]);
    for (const change of [unsupported, damaged]) {
      expect(damagedMachine(change)()).toEqual(["disk 1"]);
      expect(damagedMachine(change)(1)).toEqual([]);
    }
  });

  test("is what is said if there is no other", () => {
    const ext = tinyImage("ext4");
    const open = (size: number) => openDiskImage("x", machine([memoryDisk(ext.subarray(0, size))]));
    expect(() => open(ext.length)).toThrow(
      "x contains no root file system: the disk is ext4 without a system, with /dir, ",
    );
    expect(() => open(ext.length / 2)).toThrow(
      "no root file system can be read: the disk (ext4) cannot be read: its end",
    );
  });
});
