import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { startAws } from "./server.ts";
import { image } from "./world.ts";

const PROGRAM = resolve("bin/cloud-init-lint.js");
const SECTOR = 512;
/** Where the partition of Windows begins, and how long it is, in sectors. */
const [START, COUNT] = [2048, 2048];
const BASIC_DATA = "a2a0d0ebe5b9334487c068b6b72699c7";
const RESERVED = "16e3c9e35c0bb84d817df92df00215ae";

/** The first sector of an NTFS volume, as Windows formats it. */
const boot = Buffer.alloc(SECTOR);
boot.write("\xeb\x52\x90NTFS    ", "latin1");
boot.writeUInt16LE(SECTOR, 11);
boot.writeUInt8(8, 13);
boot.writeUInt8(0xf8, 21);
boot.writeUInt32LE(0x00800080, 36);
boot.writeBigUInt64LE(BigInt(COUNT - 1), 40);
boot.writeBigUInt64LE(4n, 48);
boot.writeUInt8(0xf6, 64);
boot.writeUInt16LE(0xaa55, 510);

/** A disk with one entry in the table of its MBR, and NTFS where the partition of Windows begins. */
function windows(type: number, start: number): Buffer {
  const disk = Buffer.alloc((START + COUNT + 34) * SECTOR);
  disk.writeUInt8(type, 446 + 4);
  disk.writeUInt32LE(start, 446 + 8);
  disk.writeUInt32LE(type === 0xee ? disk.length / SECTOR - 1 : COUNT, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);
  boot.copy(disk, START * SECTOR);
  return disk;
}

/** The same with a GPT: the reserved partition of Microsoft in front of that of the data. */
function windowsOnGpt(): Buffer {
  const disk = windows(0xee, 1);
  for (const [index, [type, first, last]] of [
    [RESERVED, 64, START - 1],
    [BASIC_DATA, START, START + COUNT - 1],
  ].entries() as Iterable<[number, [string, number, number]]>) {
    const entry = disk.subarray(2 * SECTOR + 128 * index);
    entry.write(type, "hex");
    entry.write(`${index + 1}`.repeat(32), 16, "hex");
    entry.writeBigUInt64LE(BigInt(first), 32);
    entry.writeBigUInt64LE(BigInt(last), 40);
  }
  const header = disk.subarray(SECTOR, SECTOR + 92);
  header.write("EFI PART\0\0\x01\0\x5c", "latin1");
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(2n, 72);
  header.writeUInt32LE(128, 80);
  header.writeUInt32LE(128, 84);
  header.writeUInt32LE(crc32(disk.subarray(2 * SECTOR, 34 * SECTOR)), 88);
  header.writeUInt32LE(crc32(header), 16);
  return disk;
}

/** A volume that a database uses without a file system. */
const raw = Buffer.alloc(2 ** 20);
for (let at = 0; at < raw.length; at += 4) raw.writeUInt32LE(Math.imul(at + 1, 2_654_435_761) >>> 0, at);

const CONTENTS: readonly (readonly [content: Buffer, message: string])[] = [
  [windows(7, START), "partition 1 is NTFS (Windows)"],
  [windowsOnGpt(), "partition 2 is NTFS (Windows)"],
  [Buffer.concat([boot, Buffer.alloc(2 ** 20)]), "the disk is NTFS (Windows)"],
  [raw, "the disk has no known file system"],
  [Buffer.alloc(2 ** 20), "the disk has no known file system"],
];

test("a snapshot or an AMI of Windows or of raw data is never clean, and it is said what it holds", async () => {
  const numbered = CONTENTS.map(([content, message], index) => ({ content, message, number: `0000000${index}` }));
  const aws = await startAws({
    snapshots: Object.fromEntries(numbered.map(({ number, content }) => [`snap-${number}`, { content }])),
    images: Object.fromEntries(
      numbered.map(({ number }) => [
        `ami-${number}`,
        image({ blockDeviceMapping: [{ deviceName: "/dev/xvda", ebs: { snapshotId: `snap-${number}` } }] }),
      ]),
    ),
  });
  try {
    const sources = numbered.flatMap(({ number, message }) =>
      [`ebs:snap-${number}`, `ami:ami-${number}`].map((source) => ({ source, message })),
    );
    const args = [...sources.map(({ source }) => source), "-j", "1"];
    const env = { PATH: process.env.PATH, ...aws.environment };
    const ended = await new Promise<object>((done) =>
      execFile(PROGRAM, args, { env }, (error, _, stderr) => done({ status: error?.code, stderr })),
    );
    const lines = sources.map(
      ({ source, message }) => `cloud-init-lint: ${source} contains no root file system: ${message}\n`,
    );
    expect(ended).toEqual({ status: 3, stderr: lines.join("") });
  } finally {
    await aws.close();
  }
});
