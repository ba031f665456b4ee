import { expect, test } from "vitest";
import { cachedDisk } from "../../../src/disk/cache.ts";
import type { Disk } from "../../../src/disk/disk.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import { btrfs } from "../../../src/filesystem/btrfs/btrfs.ts";
import type { Filesystem } from "../../../src/filesystem/filesystem.ts";
import { partsOf } from "../../../src/image/disks/parts.ts";
import { rootsOf } from "../../../src/image/disks/roots.ts";
import { Random } from "../../fuzz/random.ts";
import { printSample, sample, seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { attached, blank, changeAsBtrfsCan, made, mountedDevices, run, sh } from "./btrfsImage.ts";
import { compare } from "./compare.ts";
import { mounted } from "./mount.ts";
import { randomTree } from "./randomTree.ts";

/** Arguments of mkfs.btrfs. */
const MAKING = [
  ["", "-n 4096", "-n 8192", "-n 32768", "-n 65536"],
  ["", "", "--mixed", "-m single", "-m dup -d dup"],
  ["", "--csum xxhash", "--csum sha256", "--csum blake2"],
  ["", "-O ^no-holes", "-O ^skinny-metadata", "-O ^extref", "-R ^free-space-tree", "-R quota"],
] as const;

/** Options of the mount that writes. */
const WRITING = [
  [
    "",
    "compress=zstd",
    "compress-force=zstd:1",
    "compress-force=zstd:15",
    "compress=zlib",
    "compress-force=zlib:9",
    "compress-force=lzo",
  ],
  ["", "max_inline=0", "max_inline=4095", "nodatasum", "nodatacow", "autodefrag"],
] as const;

/** Names whose entries share an item, since they have the same CRC-32C. */
const SAME_HASH = ["1ohbym5e6u", "utbirmzj5"] as const;

const needs = { ...asRoot, ...programs("mkfs.btrfs", "btrfs", "btrfstune", "mount", "losetup", "chattr", "python3") };

describeReal("btrfs", needs, () => {
  const count = sample(0, 6, 150);
  printSample("random btrfs", count, 150);

  test.each(Array.from({ length: count }, (_, index) => index))("reads like the kernel's mount, %i", (index) => {
    const random = new Random(`${seed} btrfs ${index}`);
    const making = MAKING.map((options) => random.pick(options)).filter(Boolean);
    // Mixed block groups have nodes as large as sectors.
    if (making.includes("--mixed") && making[0]!.startsWith("-n")) making.shift();
    const writing = WRITING.map((options) => random.pick(options)).filter(Boolean);
    const image = made(making.join(" "));
    mounted(image, ["rw", ...writing].join(","), (directory) => {
      randomTree(directory, random, { content: 2_000_000 });
      changeAsBtrfsCan(directory, random);
    });
    const unverified = making.includes("--csum blake2") ? [expect.stringContaining("blake2b")] : [];
    opened([image], ([disk]) => {
      const filesystem = btrfs.open(cachedDisk(disk!));
      expect(mounted(image, "ro", (directory) => compare(filesystem, directory))).toMatchObject({ differences: [] });
      expect(mounted(image, "ro,subvolid=5", (top) => compareSubvolumes(filesystem, top))).toEqual([]);
      expect({ made: making, ...state(filesystem) }).toMatchObject({ problems: [], warnings: unverified });
      expect(blkid(image)).toMatchObject({ UUID: filesystem.uuid, TYPE: "btrfs" });
    });
  });

  test.each([
    ["raid1", "raid1", 2],
    ["raid1c3", "raid1c3", 3],
    ["raid0", "raid1", 2],
    ["raid0", "raid0", 3],
    ["raid10", "raid10", 4],
    ["raid5", "raid1", 3],
    ["raid6", "raid6", 5],
    ["single", "raid1", 2],
  ])("several devices: data %s, metadata %s, %i of them", (data, metadata, number) => {
    const images = Array.from({ length: number }, (_, index) => blank(`disk${index}`));
    attached(images, (devices) => {
      run("mkfs.btrfs", "-q", "-d", data, "-m", metadata, "-L", "many", ...devices);
      mountedDevices(devices, "rw,compress=zstd", (directory) => {
        randomTree(directory, new Random(`${seed} ${data}`), { content: 9_000_000, entries: 50 });
        sh(directory, "mkdir etc; echo ID=debian > etc/os-release");
      });
      opened(images, (disks) => {
        const together = disks.map((disk) => btrfs.open(disk, disks));
        const alone = disks.map((disk) => attempt(() => btrfs.open(disk)));
        const differences = mountedDevices(devices, "ro", (directory) => ({
          together: [together[0]!, together.at(-1)!].map((filesystem) => compare(filesystem, directory).differences),
          alone: alone.map((one) => typeof one === "string" || compare(one, directory).differences.slice(0, 1)),
        }));
        expect(differences.together).toEqual([[], []]);
        expect(rootsOf(partsOf(disks).parts)).toHaveLength(1);
        expect(together.map(state)).toEqual(disks.map(() => ({ problems: [], warnings: [], label: "many" })));
        // One device is enough where it holds a copy of all.
        const missing = /device \d of the file system \([-0-9a-f]+\) is missing/;
        for (const [index, one] of alone.entries()) {
          if (data.startsWith("raid1") && data !== "raid10") expect(differences.alone[index]).toEqual([]);
          else if (typeof one === "string") expect(one).toMatch(missing);
          else if (number > 0 && data !== "single") expect(String(differences.alone[index])).toMatch(missing);
          if (typeof one !== "string")
            expect(one.warnings).toEqual([expect.stringMatching(/^lacks device \d .* of its \d devices/)]);
        }
      });
    });
  });

  test("a file system on a seed device, with it and without", () => {
    const [seedImage, image] = [made(""), blank("sprout")];
    mounted(seedImage, "rw", (directory) => sh(directory, "seq 30000 > seed; mkdir a; echo small > a/b"));
    run("btrfstune", "-S", "1", seedImage);
    attached([seedImage, image], (devices) => {
      mountedDevices(devices.slice(0, 1), "ro", (directory) => {
        run("btrfs", "device", "add", devices[1]!, directory);
        run("mount", "-o", "remount,rw", directory);
        sh(directory, "seq 40000 > own; echo more >> a/b");
      });
      opened([seedImage, image], ([seedDisk, disk]) => {
        const both = btrfs.open(disk!, [seedDisk!]);
        const differences = mountedDevices([devices[1]!, devices[0]!], "ro", (directory) => compare(both, directory));
        expect(differences).toEqual({ paths: 5, differences: [] });
        expect(state(both)).toMatchObject({ problems: [], warnings: [] });
        const alone = btrfs.open(disk!);
        expect(alone.warnings).toEqual([expect.stringMatching(/^lacks seed device 1 \(.*\) of its 2 devices/)]);
        expect(alone.root.child("own")!.read(0, 8).toString()).toBe("1\n2\n3\n4\n");
        expect(() => alone.root.child("seed")!.read(0, 8)).toThrow(/device 1 .* is missing/);
      });
    });
  });

  test("a changed UUID, and a label", () => {
    const image = made("-L label");
    mounted(image, "rw", (directory) => sh(directory, "seq 3000 > a"));
    for (const way of ["-u", "-m"]) {
      run("btrfstune", "-f", way, image);
      opened([image], ([disk]) => {
        const filesystem = btrfs.open(disk!);
        expect(mounted(image, "ro", (directory) => compare(filesystem, directory).differences)).toEqual([]);
        expect(blkid(image)).toMatchObject({ UUID: filesystem.uuid, LABEL: "label" });
        expect(state(filesystem)).toMatchObject({ problems: [], warnings: [] });
      });
    }
  });

  test("a damaged superblock, and copies of metadata and data of which one is damaged", () => {
    const image = made("-m dup -d dup");
    mounted(image, "rw", (directory) => randomTree(directory, new Random(`${seed} damage`), { content: 2_000_000 }));
    const chunks = run("btrfs", "inspect-internal", "dump-tree", "-t", "chunk", image)
      .split(/CHUNK_ITEM/)
      .slice(1);
    const [first, second] = [0, 1].map((stripe) =>
      chunks.map((text) => ({
        length: Number(/length (\d+)/.exec(text)![1]),
        offset: Number(new RegExp(`stripe ${stripe} devid 1 offset (\\d+)`).exec(text)![1]),
      })),
    ) as [Range[], Range[]];
    opened([image], ([disk]) => {
      mounted(image, "ro", (directory) => {
        for (const ranges of [first, second]) {
          const filesystem = btrfs.open(cachedDisk(damagedAt(disk!, ranges)));
          expect(compare(filesystem, directory).differences).toEqual([]);
          expect(filesystem.problems).toEqual([]);
        }
        const superblock = [{ offset: 2 ** 16 + 100, length: 50 }];
        const copy = btrfs.open(cachedDisk(damagedAt(disk!, superblock)));
        expect(compare(copy, directory).differences).toEqual([]);
        expect(copy.problems).toEqual(["its superblock is damaged; the copy at byte 67108864 was used"]);
      });
    });
  });

  test("data whose checksum is wrong are reported", () => {
    const image = made("-d single");
    mounted(image, "rw", (directory) => sh(directory, "seq 3000 > a"));
    opened([image], ([disk]) => {
      const other: Disk = {
        size: disk!.size,
        read(offset, length) {
          const bytes = Buffer.from(disk!.read(offset, length));
          const place = bytes.indexOf("1000\n1001\n");
          if (place !== -1) bytes.write("2", place);
          return bytes;
        },
      };
      const filesystem = btrfs.open(other);
      expect(filesystem.root.child("a")!.read(0, 20_000).toString()).toContain("999\n2000\n1001");
      expect(filesystem.problems).toEqual([
        expect.stringMatching(/^data at the logical address \d+ has a wrong checksum$/),
      ]);
    });
  });

  test("a log that is not replayed is said", () => {
    const image = made("");
    const copy = blank("copy");
    mounted(image, "rw,commit=300", (directory) => {
      sh(directory, "echo old > a; sync -f a; echo new > a; sync a");
      run("cp", "--sparse=always", image, copy);
    });
    opened([copy], ([disk]) => {
      const filesystem = btrfs.open(disk!);
      expect(filesystem.warnings).toEqual([expect.stringContaining("its log was not replayed")]);
      const options = "ro,rescue=nologreplay";
      expect(mounted(copy, options, (directory) => compare(filesystem, directory).differences)).toEqual([]);
    });
  });

  test("names with the same hash", () => {
    const [one, other] = SAME_HASH;
    const image = made("");
    mounted(image, "rw", (directory) =>
      sh(directory, `echo one > ${one}; echo other > ${other}; mkdir a; echo > a/${one}`),
    );
    opened([image], ([disk]) => {
      const { root } = btrfs.open(disk!);
      expect(root.child(one)!.read(0, 9).toString()).toBe("one\n");
      expect(root.child(other)!.read(0, 9).toString()).toBe("other\n");
      expect(root.child("a")!.child(other)).toBeUndefined();
    });
  });
});

/** Opens files while something is done with them. */
function opened(images: readonly string[], action: (disks: readonly Disk[]) => void): void {
  const files = images.map((image) => fileDisk(image));
  try {
    action(files);
  } finally {
    for (const file of files) file.close();
  }
}

/** What differs of the subvolumes below the top level's mount, by their paths and IDs. */
function compareSubvolumes(filesystem: Filesystem, top: string): string[] {
  const list = run("btrfs", "subvolume", "list", top).trim().split("\n");
  const subvolumes = list.map((line) => /^ID (\d+) .* path (.*)$/.exec(line)!.slice(1) as [string, string]);
  expect(subvolumes.length).toBeGreaterThan(4);
  return [...subvolumes, ["5", ""] as const].flatMap(([id, path]) => {
    const byId = filesystem.subvolume!({ id: Number(id) });
    const byPath = filesystem.subvolume!({ path: path === "" ? "/" : path });
    if (byId === undefined || byPath === undefined) return [`${path} is missing`];
    if (byId.id !== byPath.id) return [`${path} is ${byPath.id} instead of ${byId.id}`];
    return compare({ root: byId }, `${top}/${path}`).differences;
  });
}

function state({ problems, warnings, label }: Filesystem) {
  return { problems, warnings, label };
}

function attempt<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    return (error as Error).message;
  }
}

interface Range {
  readonly offset: number;
  readonly length: number;
}

/** A disk with other bytes in some ranges. */
function damagedAt(disk: Disk, ranges: readonly Range[]): Disk {
  return {
    size: disk.size,
    read(offset, length) {
      const bytes = Buffer.from(disk.read(offset, length));
      for (const range of ranges) {
        const from = Math.max(range.offset, offset);
        const to = Math.min(range.offset + range.length, offset + length);
        for (let at = from; at < to; at++) bytes[at - offset] = bytes[at - offset]! ^ 0x55;
      }
      return bytes;
    },
  };
}

function blkid(image: string): Record<string, string> {
  const lines = run("blkid", "-p", "-o", "export", image).trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split("=", 2) as [string, string]));
}
