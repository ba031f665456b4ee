import { createHash } from "node:crypto";
import { closeSync, copyFileSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type OpenedDisks, openDisks } from "../../../src/disk/open.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { all, seed } from "../../samples.ts";
import { describeReal, programs } from "../describeReal.ts";
import { diskFile, isSeveral, MAKERS, MAKING_PROGRAMS, run, WRAPPERS } from "./diskFiles.ts";

const SECTOR = 512;
const MIB = 2 ** 20;

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

describeReal("disk files of every kind give the bytes that they were made of", MAKING_PROGRAMS, () => {
  const names = Object.keys(MAKERS);
  const rounds = Array.from({ length: all ? 500 : 2 * names.length }, (_, index) => index);
  test.each(rounds)("%i", async (round) => {
    const random = new Random(`disk ${seed} ${round}`);
    const name = names[round % names.length]!;
    // The first round of each is of the file itself.
    const wrapper = isSeveral(name) || round < names.length ? "none" : random.pick(Object.keys(WRAPPERS));
    const directory = tree({});
    writeDisk(join(directory, "disk.raw"), random);
    const file = diskFile(directory, name, wrapper, random);
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
