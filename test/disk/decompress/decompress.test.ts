import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Compression, decompressed } from "../../../src/disk/compression/compression.ts";
import type { Decompress } from "../../../src/disk/decompress/decompress.ts";
import { lzo1x } from "../../../src/disk/decompress/lzo.ts";
import { xz } from "../../../src/disk/decompress/xz.ts";
import { zlib } from "../../../src/disk/decompress/zlib.ts";
import { zstd } from "../../../src/disk/decompress/zstd/zstd.ts";
import { DiskError } from "../../../src/disk/disk.ts";
import { imageBytes } from "../images.ts";
// Frames of zstd 1.5.4: `mixed` with -19 and with --fast=3 --no-check, `long` with -3 --no-content-size, 200,000 times "r".
import frames from "./zstd.json" with { type: "json" };

function lines(count: number): string {
  const line = (i: number) =>
    `${(i * i) % 97} PermitRootLogin ${i % 3 === 0 ? "no" : "prohibit-password"} # ${(i * 7919) % 1009}\n`;
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

const mixed = Buffer.concat([
  Buffer.alloc(300, "x"),
  Buffer.from(lines(60)),
  Buffer.from(Array.from({ length: 200 }, (_, i) => (i * i * 31 + (i >> 3) * 7) & 255)),
]);
const long = Buffer.from(Array.from({ length: 60 }, (_, index) => lines(30 + index)).join("--=\n"));
const frame = (name: keyof typeof frames) => Buffer.from(frames[name], "base64");

/** Instructions as the kernel's lzo.rst describes them: literals at the beginning, matches of three kinds, literals, the end. */
const LZO = Buffer.concat([
  Buffer.from([17 + 2, ...Buffer.from("ab")]),
  Buffer.from([32, 0, 1, (1 << 2) | 1, 0, ...Buffer.from("c")]),
  Buffer.from([1 << 2, 0]),
  Buffer.from([2, ...Buffer.from("defgh")]),
  Buffer.from([64 + 32 + (4 << 2) + 2, 0, ...Buffer.from("ij")]),
  Buffer.from([17, 0, 0]),
]);
const LZO_TEXT = `${"ab".repeat(145)}acacdefghdefgij`;

describe.each<[string, Decompress, Buffer, Buffer]>([
  ["zlib", zlib, deflateSync(mixed), mixed],
  ["zstd, large windows", zstd, frame("mixed"), mixed],
  ["zstd, fast", zstd, frame("mixedFast"), mixed],
  ["zstd, several blocks, unknown size", zstd, frame("long"), long],
  ["zstd, one byte repeated", zstd, frame("rle"), Buffer.alloc(200_000, "r")],
  [
    "zstd behind a skippable frame",
    zstd,
    Buffer.concat([Buffer.from("502a4d1803000000ffffff", "hex"), frame("mixed")]),
    mixed,
  ],
  ["lzo", lzo1x, LZO, Buffer.from(LZO_TEXT)],
])("%s", (_, decompress, packed, plain) => {
  test("gives the bytes, whatever follows", () => {
    expect(decompress(packed, plain.length).equals(plain)).toBe(true);
    expect(decompress(Buffer.concat([packed, Buffer.alloc(700)]), plain.length + 99).equals(plain)).toBe(true);
  });

  test("is refused if it is larger than its limit, or cut", () => {
    expect(() => decompress(packed, plain.length - 1)).toThrow(/larger than/);
    for (let length = 0; length < packed.length - 4; length += Math.ceil(packed.length / 40))
      expect(() => decompress(packed.subarray(0, length), plain.length)).toThrow(DiskError);
  });

  test("throws nothing else for damaged bytes", () => {
    for (let at = 0; at < packed.length; at += Math.ceil(packed.length / 40))
      for (const value of [0, 1, 0x7f, 0xff]) {
        const damaged = Buffer.from(packed);
        damaged[at] = damaged[at]! ^ value;
        try {
          expect(decompress(damaged, plain.length).length).toBeLessThanOrEqual(plain.length);
        } catch (error) {
          expect(error).toBeInstanceOf(DiskError);
        }
      }
  });
});

test("a frame that needs a dictionary says so", () => {
  expect(() => zstd(Buffer.from("28b52ffd21070001", "hex"), 10)).toThrow(/dictionary/);
});

describe("xz", () => {
  const packed = imageBytes("small-xz");
  const plain = xz(packed, 20_000);
  const HEADER = 12;
  const blockAt = HEADER + (packed[HEADER]! + 1) * 4;

  test("is the same as a block and as a stream", async () => {
    expect(plain.length).toBe(11_689);
    expect((await streamed("xz", whole(packed))).equals(plain)).toBe(true);
  });

  test("a dictionary that begins anew in a block counts positions from there", () => {
    const stored = Buffer.from("\x01\0\x02abc", "latin1");
    const two = Buffer.concat([packed.subarray(0, blockAt), stored, packed.subarray(blockAt)]);
    expect(xz(two, 20_000).equals(Buffer.concat([Buffer.from("abc"), plain]))).toBe(true);
  });

  test("a block whose first chunk does not begin anew, or whose header is damaged, is refused", () => {
    for (const [at, value] of [
      [blockAt, 0xc0],
      [HEADER + 2, 3],
    ] as const) {
      const damaged = Buffer.from(packed);
      damaged[at] = value;
      expect(() => xz(damaged, 20_000)).toThrow(DiskError);
    }
  });
});

async function* whole(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** All that comes out of a stream. */
async function streamed(kind: Compression, pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const out: Buffer[] = [];
  for await (const bytes of decompressed(kind, pieces)) out.push(Buffer.from(bytes));
  return Buffer.concat(out);
}

test.each([
  ["xz", "small-xz-blocks"],
  ["bzip2", "small-bzip2-streams"],
  ["zstd", "small-zstd-frames"],
  ["gzip", "gzip"],
] as const)("a stream of %s whose pieces come in the same memory", async (kind, name) => {
  const packed = imageBytes(name);
  async function* pieces(): AsyncGenerator<Buffer> {
    const memory = Buffer.alloc(97);
    for (let at = 0; at < packed.length; at += memory.length) {
      const length = packed.copy(memory, 0, at, at + memory.length);
      yield memory.subarray(0, length);
      memory.fill(0xee);
    }
  }
  expect((await streamed(kind, pieces())).equals(await streamed(kind, whole(packed)))).toBe(true);
});
