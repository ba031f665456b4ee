import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type OpenedDisks, openDisks } from "../../../src/disk/open.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { all, seed } from "../../samples.ts";
import { describeReal, programs } from "../describeReal.ts";
import { withFooter } from "./vmdkFooter.ts";

const SECTOR = 512;
const MIB = 2 ** 20;

function run(program: string, args: readonly string[], directory?: string): Buffer {
  return execFileSync(program, args, { cwd: directory, maxBuffer: 2 ** 30, stdio: ["ignore", "pipe", "inherit"] });
}

/** A disk of some MiB: data of every kind at random places, with holes between them. */
function writeDisk(path: string, random: Random): void {
  const sectors = random.pick([1, 7, 129, random.between(1, 4096), random.between(4096, 50_000)]);
  const file = openSync(path, "w");
  ftruncateSync(file, sectors * SECTOR);
  for (let count = random.pick([0, 1, 5, 30, 200]); count > 0; count--) {
    const at = random.below(sectors);
    const length = Math.min(random.pick([1, 8, 128, 129, 5000]), sectors - at) * SECTOR;
    const unit = Buffer.from(Array.from({ length: random.pick([1, 64, 64, 4096]) }, () => random.below(256)));
    writeSync(file, Buffer.alloc(length, unit), 0, length, at * SECTOR);
  }
  // The last sector is where sizes that are rounded show.
  if (random.chance(2)) writeSync(file, Buffer.alloc(SECTOR, "end"), 0, SECTOR, (sectors - 1) * SECTOR);
  closeSync(file);
}

/** Makes a disk file from a raw one in a directory; returns its name. */
type Maker = (directory: string, random: Random) => string;

function converted(format: string, options: (random: Random) => string, flags: readonly string[] = []): Maker {
  return (directory, random) => {
    const chosen = options(random);
    const name = `disk.${format}`;
    run(
      "qemu-img",
      ["convert", "-f", "raw", "-O", format, ...flags, ...(chosen === "" ? [] : ["-o", chosen]), "disk.raw", name],
      directory,
    );
    return name;
  };
}

const clusters = (random: Random, least = 9) => `cluster_size=${2 ** random.between(least, 21)}`;
const subformat = (name: string) => converted("vmdk", () => `subformat=${name}`);

/** Every kind of disk file. Their disks may be larger than the source, by zeros. */
const MAKERS: Readonly<Record<string, Maker>> = {
  raw: () => "disk.raw",
  "qcow2 version 2": converted("qcow2", (random) => `compat=0.10,${clusters(random)}`),
  "qcow2 version 3": converted("qcow2", (random) => clusters(random)),
  "qcow2 preallocated": converted("qcow2", (random) => `preallocation=metadata,${clusters(random, 14)}`),
  "qcow2 with subclusters": converted("qcow2", (random) => `extended_l2=on,${clusters(random, 14)}`),
  "qcow2 compressed": converted("qcow2", (random) => clusters(random), ["-c"]),
  "qcow2 compressed, version 2": converted("qcow2", () => "compat=0.10", ["-c"]),
  "qcow2 compressed with zstd": converted("qcow2", (random) => `compression_type=zstd,${clusters(random)}`, ["-c"]),
  "qcow2 compressed with subclusters": converted("qcow2", (random) => `extended_l2=on,${clusters(random, 14)}`, ["-c"]),
  "qcow2 written to": writtenTo,
  "vmdk monolithicSparse": subformat("monolithicSparse"),
  "vmdk with grains of zeros": converted("vmdk", () => "zeroed_grain=on"),
  "vmdk monolithicFlat": subformat("monolithicFlat"),
  "vmdk twoGbMaxExtentSparse": subformat("twoGbMaxExtentSparse"),
  "vmdk twoGbMaxExtentFlat": subformat("twoGbMaxExtentFlat"),
  "vmdk streamOptimized": subformat("streamOptimized"),
  "vmdk streamOptimized with a footer": (directory, random) => {
    const name = subformat("streamOptimized")(directory, random);
    const path = join(directory, name);
    writeFileSync(path, withFooter(readFileSync(path)));
    return name;
  },
  "vhd dynamic": converted("vpc", (random) => `subformat=dynamic,force_size=${random.pick(["on", "off"])}`),
  "vhd fixed": converted("vpc", (random) => `subformat=fixed,force_size=${random.pick(["on", "off"])}`),
  "vhdx dynamic": converted("vhdx", (random) => {
    const blocks = `block_size=${2 ** random.between(20, 25)}`;
    return `subformat=dynamic,${blocks},block_state_zero=${random.pick(["on", "off"])}`;
  }),
  "vhdx fixed": converted("vhdx", () => "subformat=fixed"),
  "vdi dynamic": converted("vdi", () => ""),
  "vdi fixed": converted("vdi", () => "static=on"),
  ova: (directory, random) => {
    const name = subformat("streamOptimized")(directory, random);
    writeFileSync(join(directory, "a.ovf"), "<Envelope/>\n");
    run("tar", [`--format=${random.pick(["ustar", "gnu", "pax"])}`, "-cf", "disk.ova", "a.ovf", name], directory);
    return "disk.ova";
  },
  "tar of disk.raw": (directory, random) => {
    const format = random.pick(["oldgnu", "gnu", "pax", "ustar"]);
    const sparse = format !== "ustar" && random.chance(2) ? ["-S"] : [];
    const name = random.pick(["disk.raw", "./disk.raw"]);
    run("tar", [`--format=${format}`, ...sparse, "-cf", "disk.tar", name], directory);
    return "disk.tar";
  },
};

/** Some clusters of a disk that is compressed are replaced by data and by zeros. */
function writtenTo(directory: string, random: Random): string {
  const name = converted("qcow2", () => clusters(random), [...random.pick([[], ["-c"]])])(directory, random);
  const sectors = readFileSync(join(directory, "disk.raw")).length / SECTOR;
  for (let count = 5; count > 0; count--) {
    const at = random.below(sectors);
    const length = Math.min(random.pick([1, 100, 3000]), sectors - at);
    const what = random.pick(["write -P 171", "write -z", "write -z -u", "discard"]);
    const command = `${what} ${at * SECTOR} ${length * SECTOR}`;
    run("qemu-io", ["-f", "qcow2", "-c", command, name], directory);
  }
  run("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", name, "disk.raw"], directory);
  return name;
}

/** What is around the file, as programs write it. */
const WRAPPERS: Readonly<Record<string, (random: Random) => readonly string[]>> = {
  none: () => [],
  gzip: (random) => ["gzip", `-${random.between(1, 9)}`],
  xz: (random) => [
    "xz",
    "-T2",
    random.pick(["-0", "-3", "-6", "-9e"]),
    random.pick(["--check=crc32", "--block-size=1MiB"]),
  ],
  zstd: (random) => ["zstd", "-q", ...random.pick([["-1"], ["-3"], ["-19"], ["--ultra", "-22"], ["-9", "--long=27"]])],
  bzip2: (random) => ["bzip2", `-${random.between(1, 9)}`],
};

/** What is not one file has nothing around it. */
const isSeveral = (name: string) => name.startsWith("vmdk monolithicFlat") || name.startsWith("vmdk twoGb");

function readAll({ disks: [disk] }: OpenedDisks, random: Random): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < disk!.size; ) {
    const length = Math.min(random.pick([1, 511, 4096, 65536, 65536, 300_000]), disk!.size - at);
    pieces.push(Buffer.from(disk!.read(at, length)));
    at += length;
  }
  return Buffer.concat(pieces);
}

const hashOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

const PROGRAMS = programs("qemu-img", "qemu-io", "tar", "gzip", "xz", "zstd", "bzip2");

describeReal("disk files of every kind give the bytes that they were made of", PROGRAMS, () => {
  const names = Object.keys(MAKERS);
  const rounds = Array.from({ length: all ? 500 : 2 * names.length }, (_, index) => index);
  test.each(rounds)("%i", async (round) => {
    const random = new Random(`disk ${seed} ${round}`);
    const name = names[round % names.length]!;
    // The first round of each is of the file itself.
    const wrapper = isSeveral(name) || round < names.length ? "none" : random.pick(Object.keys(WRAPPERS));
    const directory = tree({});
    writeDisk(join(directory, "disk.raw"), random);
    let file = join(directory, MAKERS[name]!(directory, random));
    const command = WRAPPERS[wrapper]!(random);
    if (command.length > 0) {
      const [program = "", ...options] = command;
      const packed = `${file}.packed`;
      writeFileSync(packed, run(program, [...options, "-c", file]));
      file = packed;
    }
    const before = hashOf(file);
    const opened = await openDisks(file);
    try {
      const what = `${name}, ${wrapper} (${opened.format})`;
      expect(opened.disks.length, what).toBe(1);
      expect(opened.warnings, what).toEqual([]);
      const expected = readFileSync(join(directory, "disk.raw"));
      const got = readAll(opened, random);
      expect(got.length, what).toBeGreaterThanOrEqual(expected.length);
      expect(got.subarray(0, expected.length).equals(expected), what).toBe(true);
      expect(
        got.subarray(expected.length).every((byte) => byte === 0),
        what,
      ).toBe(true);
      expect(hashOf(file), what).toBe(before);
    } finally {
      opened.close();
    }
  });
});

describeReal("disks of several files", programs("qemu-img"), () => {
  const SIZE = 5 * 1024 * MIB + 3 * SECTOR;
  /** Around the borders of parts of 2 GB, which VMware makes a little smaller. */
  const PLACES = [0, 2047 * MIB, 2048 * MIB - 100, 2048 * MIB, 4094 * MIB, 4096 * MIB - SECTOR, 4096 * MIB, SIZE - 600];

  test.each(["twoGbMaxExtentSparse", "twoGbMaxExtentFlat"])("%s", async (kind) => {
    const directory = tree({});
    const source = join(directory, "disk.raw");
    const file = openSync(source, "w");
    ftruncateSync(file, SIZE);
    for (const [index, place] of PLACES.entries()) writeSync(file, `mark ${index} `.repeat(60), place);
    closeSync(file);
    mkdirSync(join(directory, "parts"));
    const path = join(directory, "parts/a.vmdk");
    run("qemu-img", ["convert", "-f", "raw", "-O", "vmdk", "-o", `subformat=${kind}`, source, path]);
    const [parts, raw] = [await openDisks(path), await openDisks(source)];
    try {
      const [[disk], [expected]] = [parts.disks, raw.disks];
      expect(disk!.size).toBe(SIZE);
      for (const place of PLACES)
        for (const start of [place - 5000, place, place - 65_536].filter((at) => at >= 0)) {
          const length = Math.min(100_000, SIZE - start);
          expect(disk!.read(start, length).equals(expected!.read(start, length)), `${start}`).toBe(true);
        }
    } finally {
      parts.close();
      raw.close();
    }
    // A part that is missing is named.
    const alone = join(directory, "alone.vmdk");
    copyFileSync(path, alone);
    await expect(openDisks(alone)).rejects.toThrow(/"a-[sf]001\.vmdk" cannot be opened/);
  });
});
