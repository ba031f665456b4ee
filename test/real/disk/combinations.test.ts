import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDisks } from "../../../src/disk/open.ts";
import { machineDisks } from "../../../src/image/disks/machine.ts";
import { isFilesystem, partsOf } from "../../../src/image/disks/parts.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { printSample, sample, seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "../filesystem/compare.ts";
import { mkfs } from "../filesystem/extImage.ts";
import { randomOptions } from "../filesystem/extOptions.ts";
import { mounted } from "../filesystem/mount.ts";
import { randomTree } from "../filesystem/randomTree.ts";
import { diskFile, isSeveral, MAKERS, MAKING_PROGRAMS, WRAPPERS } from "./diskFiles.ts";

const MIB = 2 ** 20;
const TREE = { content: 2_000_000, hole: 2 ** 27 + 5000 };

const call = (program: string, args: readonly string[], input?: string) =>
  execFileSync(program, args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });

function blank(path: string, size: number): void {
  writeFileSync(path, "");
  truncateSync(path, size);
}

/** Makes a file system with a random tree in it in a file. Returns with which options. */
const FILESYSTEMS: Readonly<Record<string, (path: string, random: Random) => string>> = {
  ext: (path, random) => {
    const options = randomOptions(random);
    mkfs(path, options);
    try {
      mounted(path, "rw", () => {});
    } catch {
      // The kernel does not know all that mkfs can make.
      return FILESYSTEMS.ext!(path, random);
    }
    mounted(path, "rw", (directory) => randomTree(directory, random, TREE));
    return options;
  },
  xfs: (path, random) => {
    const options = [
      ["-m", `crc=1,reflink=${random.below(2)},finobt=${random.below(2)},bigtime=${random.below(2)}`],
      ["-i", `size=${random.pick([512, 1024, 2048])},sparse=${random.below(2)}`],
      ["-n", `size=${random.pick([4096, 8192, 65536])}`],
      ["-b", "size=4096"],
    ].flat();
    blank(path, 320 * MIB);
    call("mkfs.xfs", ["-q", ...options, path]);
    mounted(path, "rw", (directory) => randomTree(directory, random, TREE));
    return options.join(" ");
  },
  btrfs: (path, random) => {
    const options = [
      "-n",
      random.pick(["4096", "16384", "65536"]),
      "--csum",
      random.pick(["crc32c", "xxhash", "sha256"]),
    ];
    const compress = random.pick(["no", "zlib", "lzo", "zstd"]);
    blank(path, 200 * MIB);
    call("mkfs.btrfs", ["-q", ...options, path]);
    mounted(path, `rw,compress-force=${compress}`, (directory) => randomTree(directory, random, TREE));
    return `${options.join(" ")} ${compress}`;
  },
  squashfs: (path, random) => {
    const directory = tree({});
    randomTree(directory, random, { ...TREE, hole: 2 ** 22 + 5000 });
    const options = [
      "-comp",
      random.pick(["gzip", "xz", "lzo", "lz4", "zstd"]),
      "-b",
      random.pick(["4K", "128K", "1M"]),
    ];
    call("mksquashfs", [directory, path, "-noappend", "-no-progress", ...options]);
    // A partition's size is a whole number of sectors.
    truncateSync(path, Math.ceil(statSync(path).size / 4096) * 4096);
    return options.join(" ");
  },
};

/** Puts a file system into a disk, as disk.raw beside it. */
const LAYOUTS: Readonly<Record<string, (path: string, disk: string, random: Random) => void>> = {
  "no table": (path, disk) => copyFileSync(path, disk),
  MBR: (path, disk) => partitioned(path, disk, (size) => ["label: dos", "size=1M,type=83", `size=${size},type=83`], 2),
  "logical partition": (path, disk) =>
    partitioned(
      path,
      disk,
      (size) => ["label: dos", "size=1M,type=83", "type=5", "size=1M,type=83", `size=${size},type=83`],
      6,
    ),
  GPT: (path, disk) => partitioned(path, disk, (size) => ["label: gpt", "size=2M,type=U", `size=${size},type=L`], 2),
  LVM: (path, disk, random) => {
    const size = Math.max(2, Math.ceil(statSync(path).size / MIB));
    blank(disk, (size + 40) * MIB);
    const device = call("losetup", ["-f", "--show", disk]).trim();
    const lvm = [
      "--driverloaded",
      "n",
      "--config",
      `devices { filter=["a|${device}|","r|.*|"] use_devicesfile=0 } activation { udev_sync=0 }`,
    ];
    const create = (name: string, extents: number, ...more: string[]) =>
      call("lvcreate", [...lvm, "-q", "-an", "-Zn", "-Wn", "-l", String(extents), "-n", name, "vg", ...more]);
    try {
      call("pvcreate", [...lvm, "-q", device]);
      call("vgcreate", [...lvm, "-q", "-s", "1M", "vg", device]);
      // What is removed before the end leaves the volume in two pieces.
      create("first", 3);
      create("hole", 5);
      create("root", Math.floor(size / 2));
      call("lvremove", [...lvm, "-q", "-y", "vg/hole"]);
      call("lvextend", [...lvm, "-q", "-l", String(size), "--alloc", random.pick(["normal", "anywhere"]), "vg/root"]);
      const { report } = JSON.parse(
        call("pvs", [
          ...lvm,
          "--reportformat",
          "json",
          "--segments",
          "-o",
          "lv_name,seg_start,pvseg_start,pvseg_size,pe_start",
          "--units",
          "b",
          "--nosuffix",
        ]),
      );
      for (const { lv_name, ...row } of report[0].pvseg as Record<string, string>[]) {
        if (lv_name !== "root") continue;
        const to = Number(row.pe_start) / 512 + Number(row.pvseg_start) * 2048;
        const from = Number(row.seg_start) / 512;
        call("dd", [
          `if=${path}`,
          `of=${disk}`,
          "bs=512",
          `skip=${from}`,
          `seek=${to}`,
          `count=${Number(row.pvseg_size) * 2048}`,
          "conv=notrunc,sparse",
        ]);
      }
    } finally {
      call("losetup", ["-d", device]);
    }
  },
};

function partitioned(path: string, disk: string, script: (sectors: number) => string[], number: number): void {
  const { size } = statSync(path);
  blank(disk, size + 10 * MIB);
  call("sfdisk", ["-q", disk], `${script(Math.ceil(size / 512)).join("\n")}\n`);
  const { partitiontable } = JSON.parse(call("sfdisk", ["-J", disk]));
  const { start } = partitiontable.partitions.find(({ node }: { node: string }) => node === `${disk}${number}`);
  call("dd", [`if=${path}`, `of=${disk}`, "bs=512", `seek=${start}`, "conv=notrunc,sparse"]);
}

const needs = {
  ...asRoot,
  ...MAKING_PROGRAMS,
  ...programs("mkfs.ext4", "mkfs.xfs", "mkfs.btrfs", "mksquashfs", "sfdisk", "lvcreate", "losetup", "mount", "python3"),
};

describeReal("a file system in a disk file of any kind reads like the kernel's mount of it", needs, () => {
  const count = sample(0, 12, 500);
  printSample("random disks", count, 500);
  // What is written to has other data at random places.
  const pick = (list: object, random: Random) =>
    random.pick(Object.keys(list).filter((name) => name !== "qcow2 written to"));

  test.each(Array.from({ length: count }, (_, index) => index))("%i", async (index) => {
    const random = new Random(`${seed} combination ${index}`);
    const kind = Object.keys(FILESYSTEMS)[index % Object.keys(FILESYSTEMS).length]!;
    const [layout, name] = [pick(LAYOUTS, random), pick(MAKERS, random)];
    const wrapper = isSeveral(name) || random.chance(2) ? "none" : pick(WRAPPERS, random);
    const directory = tree({});
    const path = join(directory, "filesystem");
    const options = FILESYSTEMS[kind]!(path, random);
    LAYOUTS[layout]!(path, join(directory, "disk.raw"), random);
    const file = diskFile(directory, name, wrapper, random);
    const opened = await openDisks(file);
    try {
      const what = `${kind} ${options}; ${layout}; ${name}; ${wrapper}`;
      const { parts, problems } = partsOf(machineDisks([opened]).disks);
      expect(problems, what).toEqual([]);
      const [filesystem, ...others] = parts.map(({ content }) => content).filter(isFilesystem);
      expect(filesystem, what).toBeDefined();
      expect(others, what).toEqual([]);
      const { paths, differences } = mounted(path, "ro", (there) => compare(filesystem!, there));
      expect(differences, what).toEqual([]);
      expect([...filesystem!.problems, ...filesystem!.warnings], what).toEqual([]);
      expect(paths).toBeGreaterThan(100);
    } finally {
      opened.close();
      rmSync(directory, { recursive: true });
    }
  });
});
