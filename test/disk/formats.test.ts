import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Disk, DiskError, memoryDisk } from "../../src/disk/disk.ts";
import { formatOf } from "../../src/disk/formats.ts";
import { openDisks } from "../../src/disk/open.ts";
import { tarball } from "../image/tarball.ts";
import { tree } from "../image/tree.ts";
import { withFooter } from "../real/disk/vmdkFooter.ts";
import { imageBytes, sourceDisk } from "./images.ts";
import { sum, withLog } from "./vhdxLog.ts";

const source = sourceDisk();
const nothing = { sibling: () => memoryDisk(Buffer.alloc(0)) };

/** The disk in a file that is one of the formats. */
function open(bytes: Buffer): Disk & { readonly warnings?: readonly string[] } {
  const file = memoryDisk(bytes);
  return formatOf(file)!.open(file, nothing);
}

/** All bytes of a disk, in pieces of two sizes. */
function all(disk: Disk): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < disk.size; at += pieces.at(-1)!.length)
    pieces.push(Buffer.from(disk.read(at, Math.min(pieces.length % 2 === 0 ? 270_000 : 511, disk.size - at))));
  return Buffer.concat(pieces);
}

function expectSource(bytes: Buffer): void {
  expect(bytes.subarray(0, source.length).equals(source)).toBe(true);
  expect(bytes.subarray(source.length).equals(Buffer.alloc(bytes.length - source.length))).toBe(true);
}

/** Why the disk in a file cannot be opened or read. Nothing but a DiskError may be thrown. */
function refusal(bytes: Buffer): string {
  try {
    all(open(bytes));
  } catch (error) {
    if (error instanceof DiskError) return error.message;
    throw error;
  }
  return "none";
}

/** A copy of an image with some bytes replaced. */
function patched(name: string, ...patches: readonly (readonly [at: number, hex: string])[]): Buffer {
  const bytes = imageBytes(name);
  for (const [at, hex] of patches) Buffer.from(hex, "hex").copy(bytes, at < 0 ? bytes.length + at : at);
  return bytes;
}

test.each([
  ["qcow2", ["qcow2", "qcow2-version-2", "qcow2-512", "qcow2-zlib", "qcow2-zstd", "qcow2-extended"]],
  ["vmdk", ["vmdk-sparse", "vmdk-stream"]],
  ["vhd", ["vhd-dynamic", "vhd-fixed"]],
  ["vhdx", ["vhdx"]],
  ["vdi", ["vdi", "vdi-fixed"]],
])("%s gives the bytes that it was made of", (format, names) => {
  for (const name of names) {
    expect(formatOf(memoryDisk(imageBytes(name)))?.name).toBe(format);
    expectSource(all(open(imageBytes(name))));
  }
});

test("a VMDK whose tables are named in its footer", () => {
  expectSource(all(open(withFooter(imageBytes("vmdk-stream")))));
  expect(refusal(withFooter(imageBytes("vmdk-stream")).subarray(0, -512))).toBe(
    "it is truncated: its footer is missing",
  );
});

describe("what is not supported is named", () => {
  test.each([
    ["qcow2-backing", [], /its backing file "disk\.raw"; merge/],
    ["qcow2-external", [], /its data is in another file \("data\.raw"\)/],
    ["qcow2", [[35, "02"]], /it is encrypted \(LUKS\)/],
    ["qcow2", [[7, "01"]], /it is qcow version 1/],
    ["qcow2", [[79, "40"]], /features that are not supported \(bits 0, 40 of the header\)/],
    ["vmdk-sparse", [[4, "04"]], /version 4 of the format/],
    ["vdi", [[76, "04"]], /it is a differencing image/],
    ["vhd-fixed", [[-452, "00000007"]], /unknown type 7/],
  ] as const)("%s %j", (name, patches, message) => {
    expect(refusal(patched(name, ...patches))).toMatch(message);
  });

  test("disks that hold only what differs from a parent", () => {
    const descriptor = imageBytes("vmdk-sparse");
    const at = descriptor.indexOf("parentCID=ffffffff");
    descriptor.write('parentCID=12345678\nparentFileNameHint="a\x1b.vmdk"\n', at);
    expect(refusal(descriptor)).toMatch(/its parent "a\?\.vmdk"; merge both/);
    const dynamic = imageBytes("vhd-dynamic");
    dynamic.writeUInt32BE(4, dynamic.length - 452);
    Buffer.from("base.vhd", "utf16le")
      .swap16()
      .copy(dynamic, 512 + 64);
    expect(refusal(dynamic)).toMatch(/its parent "base\.vhd"/);
  });
});

describe("damage", () => {
  test.each([
    ["qcow2 of clusters that are too small", "qcow2", [[20, "00000008"]]],
    ["qcow2 with a first table that is too small", "qcow2", [[36, "00000000"]]],
    ["qcow2 with a first table beyond its end", "qcow2", [[40, "0000000040000000"]]],
    [
      "qcow2 with a huge first table and disk",
      "qcow2",
      [
        [24, "0fffffffffffffff"],
        [36, "ffffffff"],
      ],
    ],
    ["qcow2 with a table in the middle of a cluster", "qcow2", [[0x30000, "8000000000040200"]]],
    [
      "qcow2 whose table is its header",
      "qcow2",
      [
        [0x30000, "8000000000000000"],
        [24, "7000000000000000"],
      ],
    ],
    ["vmdk of grains of no size", "vmdk-sparse", [[20, "0000000000000000"]]],
    ["vmdk with tables without entries", "vmdk-sparse", [[44, "00000000"]]],
    ["vmdk with a directory far away", "vmdk-sparse", [[56, "ffffffffffff0f00"]]],
    ["vhd with blocks of no size", "vhd-dynamic", [[512 + 32, "00000000"]]],
    ["vhd without the header of its blocks", "vhd-dynamic", [[512, "00"]]],
    ["vdi with blocks of no size", "vdi", [[376, "00000000"]]],
    ["vdi with a map that is too small", "vdi", [[384, "01000000"]]],
  ] as const)("%s", (_what, name, patches) => {
    expect(refusal(patched(name, ...patches))).toMatch(/damaged|truncated/);
  });

  test.each([
    "qcow2",
    "qcow2-zlib",
    "qcow2-zstd",
    "vmdk-sparse",
    "vmdk-stream",
    "vhd-dynamic",
    "vhdx",
    "vdi",
    "vhd-fixed",
  ])("%s truncated: never other bytes, never another error", (name) => {
    const bytes = imageBytes(name);
    for (let step = 1; step < 12; step++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * step) / 12 / 512) * 512);
      const file = memoryDisk(cut);
      const format = formatOf(file);
      if (format === undefined) continue;
      try {
        expectSource(all(format.open(file, nothing)));
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      }
    }
  });

  test("what is marked as corrupt is read with a warning", () => {
    const disk = open(patched("qcow2", [79, "02"]));
    expect(disk.warnings).toEqual([expect.stringContaining("marked as corrupt")]);
    expectSource(all(disk));
  });

  test("a dirty qcow2 is read as it is", () => {
    expect(open(patched("qcow2", [79, "01"])).warnings).toEqual([]);
  });

  test("a dynamic VHD without its last sector is read with a warning", () => {
    const disk = open(imageBytes("vhd-dynamic").subarray(0, -512));
    expect(disk.warnings).toEqual([expect.stringContaining("its footer is missing")]);
    expectSource(all(disk));
  });

  test("a VHDX with one good header and region table", () => {
    const bytes = imageBytes("vhdx");
    const older = bytes.readBigUInt64LE(65536 + 8) < bytes.readBigUInt64LE(131072 + 8) ? 65536 : 131072;
    bytes[older + 100]! ^= 1;
    bytes[192 * 1024 + 100]! ^= 1;
    expectSource(all(open(bytes)));
    bytes[256 * 1024 + 100]! ^= 1;
    expect(refusal(bytes)).toContain("both of its region tables");
  });

  test("a VHDX that says it has a parent", () => {
    const bytes = imageBytes("vhdx");
    const at = bytes.indexOf(Buffer.from("3767a1ca36fa434db3b633f0aa44e76b", "hex"));
    const metadata = Math.floor(at / 65536) * 65536;
    bytes[metadata + bytes.readUInt32LE(at + 16) + 4]! |= 2;
    expect(refusal(bytes)).toMatch(/only what differs from its parent; merge/);
  });
});

describe("the log of a VHDX", () => {
  /** Where the first block is in the file. */
  const block = imageBytes("vhdx").indexOf(source.subarray(0, 512));
  const changed = Buffer.alloc(4096, "changed ");

  test("is replayed, across the end of its ring, over the file and in order", () => {
    const bytes = withLog(imageBytes("vhdx"), [
      [
        [block + 8192, Buffer.alloc(4096, "earlier ")],
        [block + 63 * 1024, 1024],
      ],
      [
        [block, changed],
        [block + 8192, changed],
      ],
    ]);
    const before = Buffer.from(bytes);
    const expected = Buffer.from(source);
    changed.copy(expected, 0);
    changed.copy(expected, 8192);
    expected.fill(0, 63 * 1024, 64 * 1024);
    expect(all(open(bytes)).subarray(0, source.length).equals(expected)).toBe(true);
    expect(bytes.equals(before)).toBe(true);
  });

  test("is refused if no entry of it is whole", () => {
    const bytes = withLog(imageBytes("vhdx"), [[[block, changed]]]);
    const entry = bytes.lastIndexOf("loge");
    bytes[entry + 5000]! ^= 1;
    expect(refusal(bytes)).toMatch(/not closed properly, and its log is damaged/);
    const header = bytes.readBigUInt64LE(65536 + 8) > bytes.readBigUInt64LE(131072 + 8) ? 65536 : 131072;
    bytes.writeUInt32LE(0x7ff00000, header + 68);
    sum(bytes.subarray(header, header + 4096));
    expect(refusal(bytes)).toMatch(/its log has 2146435072 bytes/);
  });
});

describe("a VMDK in several files", () => {
  const half = source.length / 2;

  function write(descriptor: string): string {
    const directory = tree({ "disk.vmdk": descriptor });
    writeFileSync(join(directory, "a-f001.vmdk"), Buffer.concat([Buffer.alloc(512), source.subarray(0, half)]));
    writeFileSync(join(directory, "a-s002.vmdk"), imageBytes("vmdk-sparse"));
    return join(directory, "disk.vmdk");
  }

  const head = "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\n";

  test("joins its parts", async () => {
    const path = write(
      `${head}RW ${half / 512} FLAT "a-f001.vmdk" 1\nRW 2 ZERO\nRDONLY ${source.length / 512} SPARSE "a-s002.vmdk"\n`,
    );
    const opened = await openDisks(path);
    try {
      const expected = Buffer.concat([source.subarray(0, half), Buffer.alloc(1024), source]);
      expect(all(opened.disks[0]!).equals(expected)).toBe(true);
    } finally {
      opened.close();
    }
  });

  test.each([
    ['RW 1 FLAT "../a-f001.vmdk" 0', /in other directories: "\.\.\/a-f001/],
    ['RW 1 FLAT "/etc/passwd" 0', /in other directories/],
    ['RW 1 FLAT "." 0', /in other directories/],
    ['RW 1 FLAT "none" 0', /"none" cannot be opened \(ENOENT\)/],
    ['RW 999999 FLAT "a-f001.vmdk" 0', /"a-f001\.vmdk": it ends at byte/],
    ['RW 1 SPARSE "a-f001.vmdk"', /it is not a sparse VMDK/],
    ['RW 1 VMFSSPARSE "a-f001.vmdk"', /kind VMFSSPARSE, which is not supported/],
    ["", /names no parts/],
  ])("%s", async (line, message) => {
    await expect(openDisks(write(`${head}${line}\n`))).rejects.toThrow(message);
  });

  test("of very many", async () => {
    await expect(openDisks(write(`${head}${"RW 1 ZERO\n".repeat(5000)}`))).rejects.toThrow(/more than 4096 parts/);
  });
});

describe("what is around disks", () => {
  async function opened(bytes: Buffer, maxTemporary?: number): Promise<{ format: string; disks: Buffer[] }> {
    const path = join(tree({}), "file");
    writeFileSync(path, bytes);
    const { format, disks, close } = await openDisks(path, { maxTemporary });
    try {
      return { format, disks: disks.map(all) };
    } finally {
      close();
    }
  }

  test.each(["gzip", "xz", "xz-blocks", "bzip2", "zstd"])("%s", async (name) => {
    const { format, disks } = await opened(imageBytes(name));
    expect(format).toBe(`${name.split("-")[0]}: raw`);
    expectSource(disks[0]!);
    await expect(opened(imageBytes(name).subarray(0, -40))).rejects.toThrow(/truncated|damaged/);
  });

  test("a checksum that is not that of the data", async () => {
    // Its last four bytes.
    const zstd = imageBytes("zstd");
    zstd.writeUInt8(zstd.at(-1)! ^ 1, zstd.length - 1);
    await expect(opened(zstd)).rejects.toThrow("damaged");
  });

  test.each(["gzip", "xz", "bzip2", "zstd"])("%s of several streams, one after the other", async (name) => {
    const { disks } = await opened(Buffer.concat([imageBytes(name), imageBytes(name)]));
    expect(disks[0]!.equals(Buffer.concat([source, source]))).toBe(true);
    // A second stream with a damaged beginning must not vanish.
    const damaged = Buffer.concat([imageBytes(name), Buffer.from("x"), imageBytes(name)]);
    await expect(opened(damaged)).rejects.toThrow(/damaged/);
  });

  test("a disk file in them, twice at most", async () => {
    const zipped = gzipSync(imageBytes("qcow2-zstd"));
    expectSource((await opened(zipped)).disks[0]!);
    const twice = await opened(gzipSync(zipped));
    expect(twice.format).toBe("gzip: gzip: qcow2");
    await expect(opened(gzipSync(gzipSync(zipped)))).rejects.toThrow("compressed more than 2 times");
  });

  test("an archive for Google Compute Engine, sparse or not", async () => {
    for (const bytes of [imageBytes("gce"), imageBytes("pax"), tarball([{ name: "./disk.raw", content: source }])]) {
      expectSource((await opened(bytes)).disks[0]!);
      const zipped = await opened(gzipSync(bytes, { level: 1 }));
      expect(zipped.format).toBe("gzip: tar: raw");
      expectSource(zipped.disks[0]!);
    }
  });

  test("an OVA with several disks, one of them compressed, one in two members", async () => {
    const { format, disks } = await opened(
      tarball([
        { name: "a.ovf", content: "<Envelope/>" },
        { name: "a.mf", content: "SHA1(a.ovf)= 0\n" },
        { name: "a.vmdk", content: imageBytes("vmdk-stream") },
        { name: "b.vmdk", content: `# Disk DescriptorFile\nRW ${source.length / 512} SPARSE "b-s001.vmdk"\n` },
        { name: "b-s001.vmdk", content: imageBytes("vmdk-sparse") },
        { name: "c.vmdk.gz", content: gzipSync(imageBytes("vmdk-stream")) },
      ]),
    );
    expect([format, disks.length]).toEqual(["ova: vmdk, gzip: vmdk", 3]);
    for (const disk of disks) expectSource(disk);
    await expect(opened(tarball([{ name: "a.ovf", content: "<Envelope/>" }]))).rejects.toThrow("no disk in it");
    const broken = tarball([{ name: "a.ovf" }, { name: "a.vmdk", content: patched("vmdk-sparse", [4, "09"]) }]);
    await expect(opened(broken)).rejects.toThrow('"a.vmdk" in it: it has version 9');
  });

  test("a temporary file that would be too large", async () => {
    expectSource((await opened(imageBytes("gzip"), 16 * 16 * 1024)).disks[0]!);
    await expect(opened(imageBytes("gzip"), 4096)).rejects.toThrow(/more than 1 MiB.*--max-temporary/);
    // Holes take no room, but time.
    await expect(opened(gzipSync(Buffer.alloc(2 ** 20)), 4096)).rejects.toThrow("--max-temporary");
  });
});
