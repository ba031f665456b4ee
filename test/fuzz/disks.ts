import { openDiskArchive } from "../../src/disk/archive.ts";
import { compressionOf, decompressed } from "../../src/disk/compression/compression.ts";
import { crc32c } from "../../src/disk/crc32c.ts";
import { type Disk, DiskError, memoryDisk } from "../../src/disk/disk.ts";
import { formatOf } from "../../src/disk/formats.ts";
import { imageBytes, type Sparse, sparse, sparseFile } from "../disk/images.ts";
import { tarball } from "../image/tarball.ts";
import { withFooter } from "../real/disk/vmdkFooter.ts";
import { mutateBytes } from "./mutate.ts";
import { Random } from "./random.ts";
import { once, type Target } from "./target.ts";

/** Reads a disk here and there: its beginning, its end, places that numbers in it name. */
function readSome(disk: Disk): unknown[] {
  const places = [0, 512, 64 * 1024, 1024 * 1024, 2_096_000, disk.size / 2, disk.size - 4096, disk.size - 1];
  return places.map((place) => {
    const start = Math.max(0, Math.min(Math.floor(place), disk.size - 1));
    try {
      return disk.read(start, Math.min(3000, Math.max(0, disk.size - start))).toString("latin1", 0, 16);
    } catch (error) {
      return reasonOf(error);
    }
  });
}

/** Damage is reported in one way only. */
function reasonOf(error: unknown): string {
  if (error instanceof DiskError) return error.message;
  throw error;
}

/** The file beside a disk file, whatever it is called. */
const around = { sibling: () => memoryDisk(Buffer.alloc(4096, 1)) };

function openAndRead(file: Disk): unknown {
  try {
    const disk = formatOf(file)?.open(file, around);
    return disk === undefined ? "raw" : [disk.size, disk.warnings, readSome(disk)];
  } catch (error) {
    return reasonOf(error);
  }
}

/** Images of each format; of VHDX the checksums are made right again most times. */
const FORMATS: Readonly<Record<string, () => readonly Buffer[]>> = {
  qcow2: () =>
    ["qcow2", "qcow2-version-2", "qcow2-512", "qcow2-zlib", "qcow2-zstd", "qcow2-extended", "qcow2-backing"].map(
      imageBytes,
    ),
  vmdk: () => [
    imageBytes("vmdk-sparse"),
    imageBytes("vmdk-stream"),
    withFooter(imageBytes("vmdk-stream")),
    Buffer.from('# Disk DescriptorFile\nversion=1\nparentCID=ffffffff\nRW 4 FLAT "a" 0\nRW 9 ZERO\nRW 2 SPARSE "b"\n'),
  ],
  vhd: () => [imageBytes("vhd-dynamic"), imageBytes("vhd-fixed")],
  vhdx: () => [imageBytes("vhdx")],
  vdi: () => [imageBytes("vdi"), imageBytes("vdi-fixed")],
};

const formatTargets = Object.entries(FORMATS).map(([name, images]): Target => {
  const seeds = once(() => images().map(sparse));
  return {
    name,
    cost: 10,
    make: (random) => {
      const seed = random.below(seeds().length);
      const { stored, pieces, size } = seeds()[seed]!;
      const changed = { stored: mutateBytes(stored, random), pieces, size };
      const isRepaired = name === "vhdx" && !random.chance(5);
      return {
        "@seed": String(seed),
        // Truncated at any sector now and then.
        "@size": String(random.chance(10) ? random.below(size / 512) * 512 : size),
        bytes: isRepaired ? withSums(changed) : changed.stored,
      };
    },
    run: (input) => {
      const { pieces, size: whole } = seeds()[Number(input["@seed"])]!;
      const size = Number(input["@size"]);
      const file = sparseFile({ stored: Buffer.from(input.bytes!), pieces, size: whole });
      return openAndRead({ size, read: (offset, length) => cut(file, size, offset, length) });
    },
  };
});

function cut(file: Disk, size: number, offset: number, length: number): Buffer {
  if (offset + length > size) throw new DiskError("it is truncated");
  return file.read(offset, length);
}

/** The structures of VHDX that have checksums: both headers and both region tables. */
const SUMMED = [
  [64 * 1024, 4096],
  [128 * 1024, 4096],
  [192 * 1024, 64 * 1024],
  [256 * 1024, 64 * 1024],
] as const;

/** Makes the checksums right, so that what is behind them is looked at. */
function withSums(image: Sparse): Buffer {
  const stored = Buffer.from(image.stored);
  for (const [start, length] of SUMMED) {
    const bytes = Buffer.from(sparseFile({ ...image, stored }).read(start, length));
    bytes.fill(0, 4, 8);
    let at = 0;
    for (const piece of image.pieces) {
      if (
        piece.offset <= start &&
        start < piece.offset + piece.length &&
        at + start - piece.offset + 8 <= stored.length
      )
        stored.writeUInt32LE(crc32c(bytes), at + start - piece.offset + 4);
      at += piece.length;
    }
  }
  return stored;
}

/** Archives of disks, with disks in them that are damaged too. */
const archives: Target = {
  name: "disk-archive",
  cost: 15,
  make: (random) => ({ bytes: mutateBytes(random.pick(archiveSeeds()), random) }),
  run: ({ bytes }) => {
    try {
      const { disks, format } = openDiskArchive(memoryDisk(Buffer.from(bytes!)));
      return [format, disks.map(({ name, file }) => [name, openAndRead(file), readSome(file)])];
    } catch (error) {
      return reasonOf(error);
    }
  },
};

const archiveSeeds = once(() => [
  imageBytes("gce").subarray(0, 12_000),
  imageBytes("pax").subarray(0, 12_000),
  tarball([
    { name: "a.ovf", content: "<Envelope/>" },
    { name: "a.vmdk", content: imageBytes("qcow2-zstd") },
    { name: "b.vmdk", content: '# Disk DescriptorFile\nRW 1 FLAT "a.ovf" 0\n' },
    { name: "c.gz", content: imageBytes("gzip") },
  ]),
]);

/** How much is taken of what comes out: a small stream may hold much. */
const MOST_OUT = 2 ** 20;

/** Compressed streams, which come in pieces. */
const streams = ["xz", "bzip2", "zstd"].map(
  (name): Target => ({
    name: `${name}-stream`,
    cost: 10,
    make: (random) => {
      const seeds = streamSeeds()[name]!;
      return { "@pieces": String(random.below(1000)), bytes: mutateBytes(random.pick(seeds), random) };
    },
    run: async (input) => {
      const bytes = Buffer.from(input.bytes!);
      const compression = compressionOf(bytes);
      if (compression === undefined || compression === "gzip") return "none";
      let size = 0;
      try {
        for await (const out of decompressed(compression, inPieces(bytes, new Random(String(input["@pieces"]))))) {
          size += out.length;
          if (size > MOST_OUT) break;
        }
        return size;
      } catch (error) {
        return [size, reasonOf(error)];
      }
    },
  }),
);

const streamSeeds = once(
  (): Readonly<Record<string, readonly Buffer[]>> => ({
    xz: ["small-xz", "small-xz-blocks"].map(imageBytes),
    bzip2: ["small-bzip2", "small-bzip2-streams"].map(imageBytes),
    zstd: ["small-zstd", "small-zstd-frames"].map(imageBytes),
  }),
);

async function* inPieces(bytes: Buffer, random: Random): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const length = random.pick([1, 7, 1000, 5000]);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** What reads disk files and what is around them. */
export const diskTargets: readonly Target[] = [...formatTargets, archives, ...streams];
