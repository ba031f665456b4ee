import { expect, test } from "vitest";
import { memoryDisk } from "../../src/disk/disk.ts";
import { isFilesystem, partsOf } from "../../src/image/disks/parts.ts";
import { smallImage } from "../filesystem/images.ts";

const SECTOR = 512;

/** What a disk's parts are: an ISO 9660 image, over which a table with one partition is written. */
function parts(size: number, partition?: { readonly start: number; readonly content: Buffer }): string[] {
  const iso = smallImage("iso9660-rockridge");
  const bytes = Buffer.alloc(Math.max(size, iso.length));
  iso.copy(bytes);
  if (partition !== undefined) {
    const { start, content } = partition;
    bytes[446 + 4] = 0x83;
    bytes.writeUInt32LE(start / SECTOR, 446 + 8);
    bytes.writeUInt32LE(content.length / SECTOR, 446 + 12);
    bytes.writeUInt16LE(0xaa55, 510);
    content.copy(bytes, start);
  }
  return partsOf([memoryDisk(bytes)]).parts.map(
    ({ name, content }) => `${name}: ${isFilesystem(content) ? content.type : content.reason}`,
  );
}

const whole = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & (SECTOR - 1))]);

test("the mark of an ISO 9660 that a disk held before does not hide its partitions", () => {
  const start = 2 ** 20;
  expect(parts(0)).toEqual(["the disk: iso9660"]);
  expect(parts(2 * start, { start, content: whole(smallImage("squashfs-gzip")) })).toEqual(["partition 1: squashfs"]);
  // An installer on a stick has a table with the partition to boot from.
  expect(parts(2 * start, { start, content: whole(smallImage("vfat-12")) })).toEqual(["the disk: iso9660"]);
});
