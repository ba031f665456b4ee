import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../fuzz/random.ts";
import { programs } from "../describeReal.ts";
import { withFooter } from "./vmdkFooter.ts";

const SECTOR = 512;

export function run(program: string, args: readonly string[], directory?: string): Buffer {
  return execFileSync(program, args, { cwd: directory, maxBuffer: 2 ** 30, stdio: ["ignore", "pipe", "inherit"] });
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
export const MAKERS: Readonly<Record<string, Maker>> = {
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
export const WRAPPERS: Readonly<Record<string, (random: Random) => readonly string[]>> = {
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
export const isSeveral = (name: string) => name.startsWith("vmdk monolithicFlat") || name.startsWith("vmdk twoGb");

/** What makes and wraps them. */
export const MAKING_PROGRAMS = programs("qemu-img", "qemu-io", "tar", "gzip", "xz", "zstd", "bzip2");

/** Makes a disk file from disk.raw in a directory, with a program around it or "none". Returns its path. */
export function diskFile(directory: string, name: string, wrapper: string, random: Random): string {
  const file = join(directory, MAKERS[name]!(directory, random));
  const [program, ...options] = WRAPPERS[wrapper]!(random);
  if (program === undefined) return file;
  const packed = `${file}.packed`;
  writeFileSync(packed, run(program, [...options, "-c", file]));
  return packed;
}
