import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Disk, memoryDisk } from "../../src/disk/disk.ts";
import { readPartitions } from "../../src/disk/partitions/partitions.ts";
import { volumesOf } from "../../src/disk/volumes.ts";

const SECTOR = 512;
const LINUX = "af3dc60f838472478e793d69d8477de4";

type Row = readonly [type: number, start: number, count: number];

/** Writes a table of an MBR into a sector. */
function table(bytes: Buffer, sector: number, rows: readonly Row[]): void {
  const at = sector * SECTOR;
  for (const [index, [type, start, count]] of rows.entries()) {
    bytes[at + 446 + 16 * index + 4] = type;
    bytes.writeUInt32LE(start, at + 446 + 16 * index + 8);
    bytes.writeUInt32LE(count, at + 446 + 16 * index + 12);
  }
  bytes.writeUInt16LE(0xaa55, at + 510);
}

function mbr(sectors: number, tables: Readonly<Record<number, readonly Row[]>>): Disk {
  const bytes = Buffer.alloc(sectors * SECTOR);
  for (const [sector, rows] of Object.entries(tables)) table(bytes, Number(sector), rows);
  return memoryDisk(bytes);
}

interface Gpt {
  readonly count?: number;
  readonly size?: number;
  /** First and last sectors. */
  readonly parts: readonly (readonly [first: bigint, last: bigint])[];
}

/** A disk of 64 sectors with a GPT and without a backup. */
function gpt({ count = 4, size = 128, parts }: Gpt): Disk {
  const bytes = Buffer.alloc(64 * SECTOR);
  table(bytes, 0, [[0xee, 1, 63]]);
  for (const [index, [first, last]] of parts.entries()) {
    const at = 2 * SECTOR + 128 * index;
    bytes.write(LINUX, at, "hex");
    bytes.writeBigUInt64LE(first, at + 32);
    bytes.writeBigUInt64LE(last, at + 40);
  }
  const header = bytes.subarray(SECTOR, SECTOR + 92);
  header.write("EFI PART\0\0\x01\0\x5c", "latin1");
  header.writeUInt32LE(2, 72);
  header.writeUInt32LE(count, 80);
  header.writeUInt32LE(size, 84);
  header.writeUInt32LE(crc32(bytes.subarray(2 * SECTOR, 2 * SECTOR + Math.min(count * size, 4096))), 88);
  header.writeUInt32LE(crc32(header), 16);
  return memoryDisk(bytes);
}

const shown = (disk: Disk) => {
  const found = readPartitions(disk);
  return (
    found && [found.partitions.map(({ number, disk: part }) => `${number}: ${part.size / SECTOR}`), found.problems]
  );
};

describe("tables that are damaged, or made to lead astray", () => {
  test.each<[string, Disk, readonly string[], readonly (string | RegExp)[]]>([
    [
      "logical partitions in a circle",
      mbr(64, {
        0: [[5, 10, 40]],
        10: [
          [0x83, 1, 2],
          [5, 10, 5],
        ],
        20: [
          [0x83, 1, 3],
          [5, 0, 5],
        ],
      }),
      ["5: 2", "6: 3"],
      ["its logical partitions form a loop"],
    ],
    [
      "a chain that leads beyond the end",
      mbr(64, {
        0: [
          [0x83, 1, 4],
          [5, 10, 40],
        ],
        10: [
          [0x83, 1, 2],
          [5, 4_000_000_000, 5],
        ],
      }),
      ["1: 4", "5: 2"],
      ["its extended partition lies beyond the end of the disk"],
    ],
    [
      "a chain that ends in something else",
      mbr(64, {
        0: [[5, 10, 40]],
        10: [
          [0x83, 1, 2],
          [5, 10, 5],
        ],
      }),
      ["5: 2"],
      ["its chain of logical partitions is damaged"],
    ],
    [
      "a partition beyond the end",
      mbr(64, {
        0: [
          [0x83, 60, 2],
          [0x83, 62, 0xffffffff],
        ],
      }),
      ["1: 2"],
      [/^partition 2: it ends at byte \d+, beyond the end of the disk/],
    ],
    [
      "partitions over each other",
      mbr(64, {
        0: [
          [0x83, 0, 64],
          [0x83, 0, 64],
        ],
      }),
      ["1: 64", "2: 64"],
      [],
    ],
    [
      "a GPT",
      gpt({
        parts: [
          [4n, 9n],
          [10n, 63n],
        ],
      }),
      ["1: 6", "2: 54"],
      [],
    ],
    [
      "a GPT partition that ends before it begins",
      gpt({
        parts: [
          [9n, 4n],
          [4n, 4n],
        ],
      }),
      ["2: 1"],
      [/^partition 1: /],
    ],
    ["a GPT partition beyond 2^53", gpt({ parts: [[2n ** 60n, 2n ** 63n]] }), [], [/^partition 1: .*far too large/]],
    ["a GPT of 2^32 entries", gpt({ count: 0xffffffff, parts: [] }), [], [/damaged/]],
    ["a GPT with entries of 2^32 bytes", gpt({ size: 0xffffff80, parts: [] }), [], [/damaged/]],
    ["a GPT with small entries", gpt({ size: 8, parts: [] }), [], [/damaged/]],
    ["a GPT of which only the protecting entry is left", mbr(64, { 0: [[0xee, 1, 63]] }), [], [/missing or damaged/]],
  ])("%s", (_, disk, partitions, problems) => {
    expect(shown(disk)).toEqual([
      partitions,
      problems.map((problem) => (typeof problem === "string" ? problem : expect.stringMatching(problem))),
    ]);
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["a byte", Buffer.alloc(1)],
    ["zeros", Buffer.alloc(4096)],
    ["text", Buffer.alloc(4096, "text ")],
  ])("%s holds no table", (_, bytes) => expect(readPartitions(memoryDisk(bytes))).toBeUndefined());

  test("a disk that is cut short anywhere still answers", () => {
    const whole = mbr(64, {
      0: [
        [0x83, 1, 4],
        [5, 10, 40],
      ],
      10: [
        [0x83, 1, 2],
        [5, 10, 5],
      ],
      20: [[0x83, 1, 3]],
    });
    for (let size = 0; size < 64; size++) {
      const disk = memoryDisk(whole.read(0, size * SECTOR));
      expect(() => volumesOf([disk], () => false)).not.toThrow();
    }
  });
});
