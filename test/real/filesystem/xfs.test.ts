import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedDisk } from "../../../src/disk/cache.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import type { Filesystem } from "../../../src/filesystem/filesystem.ts";
import { xfs } from "../../../src/filesystem/xfs/xfs.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { sample, seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "./compare.ts";
import { mounted } from "./mount.ts";
import { protofile } from "./protofile.ts";
import { randomTree } from "./randomTree.ts";

/** Arguments of mkfs.xfs, of file systems that any kernel mounts. */
const MOUNTED = [
  "",
  "-b size=1024 -n size=4096 -i size=512",
  "-b size=2048 -n size=65536",
  "-s size=4096 -m rmapbt=1 -i size=2048",
  "-m bigtime=0,finobt=0,reflink=0,inobtcount=0 -i sparse=0",
  "-i nrext64=1 -n size=16384 -d agcount=2",
  // Of 3 TiB, so that numbers of inodes do not fit into 32 bits.
  "-l size=64m -d agcount=31",
];

/** Of file systems that kernels may not mount: of version 4, of blocks larger than a page, of names without case. */
const COPIED = [
  "-m crc=0",
  "-m crc=0 -b size=512 -n size=4096,ftype=1",
  "-m crc=0 -b size=1024 -n size=16384 -i size=512,projid32bit=0 -l version=1",
  "-m crc=0 -b size=65536",
  "-b size=65536",
  "-n version=ci",
];

/** How many random trees of each. */
const seeds = Array.from({ length: sample(1, 1, 25) }, (_, index) => seed + index);

describeReal(
  "XFS",
  { ...asRoot, ...programs("mkfs.xfs", "xfs_db", "xfs_io", "xfs_logprint", "mount", "python3") },
  () => {
    const combinations = (kinds: readonly string[]) => kinds.flatMap((kind) => seeds.map((number) => [kind, number]));

    test.each(combinations(MOUNTED))("reads like the kernel's mount: mkfs.xfs %s, tree %i", (options, number) => {
      const image = make(`${options}`, /agcount=31/.test(`${options}`) ? 3 * 2 ** 20 : 128);
      const hole = 2 ** 32 + 5000;
      mounted(image, "rw", (directory) =>
        randomTree(directory, new Random(`${number} ${options}`), { content: 2_000_000, hole }),
      );
      expectLikeMount(image);
    });

    test.each(combinations(COPIED))("reads what mkfs.xfs put into it: mkfs.xfs %s, tree %i", (options, number) => {
      const source = join(tree({}), "source");
      mkdirSync(source);
      const random = new Random(`${number} ${options}`);
      // mkfs.xfs up to 6.1 leaves out the headers of targets that are not in the inode, so that the kernel refuses them.
      const longestLink = `${options}`.includes("crc=0") ? 1023 : 300;
      randomTree(source, random, { content: 2_000_000, plainNames: true, attributes: false, longestLink });
      const prototype = join(tree({}), "prototype");
      writeFileSync(prototype, protofile(source));
      const image = make(`${options} -p ${prototype}`, /65536/.test(`${options}`) ? 1500 : 128);
      expectSame(image, source);
    });

    test("reads files of many extents and directories of many entries", () => {
      const image = make("-b size=1024", sample(128, 128, 800));
      mounted(image, "rw", (directory) =>
        execFileSync("python3", ["-c", MANY, directory, `${sample(6000, 6000, 100_000)}`]),
      );
      expect(forkOf(image, "/scattered").format).toBe("3 (btree)");
      expect(Number(forkOf(image, "/scattered").level)).toBeGreaterThan(1);
      expect(forkOf(image, "/entries")).toMatchObject({ format: "3 (btree)" });
      expectLikeMount(image);
    });

    test("reads what was made before its UUID changed", () => {
      const image = make("", 64);
      mounted(image, "rw", (directory) =>
        randomTree(directory, new Random(`${seed} uuid`), { content: 500_000, hole: 2 ** 32 + 5000 }),
      );
      const uuid = "11111111-2222-4333-8444-555555555555";
      execFileSync("xfs_db", ["-x", "-c", `uuid ${uuid}`, image], { stdio: "pipe" });
      expect(opened(image, (filesystem) => filesystem.uuid)).toBe(uuid);
      expectLikeMount(image);
    });

    test("reads blocks that files share", () => {
      const image = make("-m reflink=1", 64);
      mounted(image, "rw", (directory) => {
        writeFileSync(join(directory, "one"), Buffer.alloc(300_000, "one "));
        execFileSync("cp", ["--reflink=always", join(directory, "one"), join(directory, "two")]);
        execFileSync("xfs_io", ["-c", "pwrite -S 0x61 100000 10", "-c", "fsync", join(directory, "two")]);
      });
      expectLikeMount(image);
    });

    test.each(["", "-l su=256k,size=32m", "-s size=4096"])("an unclean log is reported: mkfs.xfs %s", (options) => {
      const image = make(options, /256k/.test(options) ? 320 : 64);
      expectLog(image, "CLEAN", []);
      const copies = { busy: `${image}.busy`, frozen: `${image}.frozen` };
      for (let round = 0; round < sample(1, 1, 8); round++) {
        mounted(image, "rw", (directory) => {
          for (let file = 0; file < 300; file++) writeFileSync(join(directory, `${round}-${file}`), `${file}`);
          execFileSync("sync");
          copyFileSync(image, copies.busy);
          execFileSync("xfs_freeze", ["-f", directory]);
          try {
            copyFileSync(image, copies.frozen);
          } finally {
            execFileSync("xfs_freeze", ["-u", directory]);
          }
        });
        expectLog(copies.busy, "DIRTY", [UNCLEAN]);
        // What the kernel would do again changes the superblock alone.
        expectLog(copies.frozen, "DIRTY", []);
        mounted(image, "ro,norecovery", (directory) => expectSame(copies.frozen, directory));
        expectLog(image, "CLEAN", []);
      }
    });

    test("a log on another device is reported", () => {
      const log = join(tree({}), "log");
      writeFileSync(log, "");
      truncateSync(log, 16 * 2 ** 20);
      const image = make(`-l logdev=${log},size=16m`, 64);
      expect(opened(image, ({ warnings }) => warnings)).toEqual([
        "keeps its log on another device, so the latest changes may be missing",
      ]);
    });
  },
);

const UNCLEAN = "was not unmounted cleanly; its log is not replayed, so the latest changes may be missing";

/** A file system of this many MiB. mkfs.xfs makes one of less than 300 MiB only for those who test it. */
function make(options: string, size: number): string {
  const image = join(tree({}), "disk");
  writeFileSync(image, "");
  truncateSync(image, size * 2 ** 20);
  const env = { ...process.env, TEST_DIR: "x", TEST_DEV: "x", QA_CHECK_FS: "x" };
  execFileSync("mkfs.xfs", ["-q", ...options.split(" ").filter(Boolean), image], { env, stdio: "pipe" });
  return image;
}

function opened<T>(image: string, action: (filesystem: Filesystem) => T): T {
  const disk = fileDisk(image);
  try {
    return action(xfs.open(cachedDisk(disk)));
  } finally {
    disk.close();
  }
}

function expectLikeMount(image: string): void {
  mounted(image, "ro,norecovery", (directory) => expectSame(image, directory));
}

function expectSame(image: string, directory: string): void {
  opened(image, (filesystem) => {
    const { paths, differences } = compare(filesystem, directory);
    expect(differences).toEqual([]);
    expect(filesystem.problems).toEqual([]);
    expect(paths).toBeGreaterThan(1);
  });
}

/** What xfs_logprint says of the log, and what we warn of. */
function expectLog(image: string, state: string, warnings: readonly string[]): void {
  expect(execFileSync("xfs_logprint", ["-t", image], { encoding: "utf8" })).toContain(`state: <${state}>`);
  expect(opened(image, (filesystem) => filesystem.warnings)).toEqual(warnings);
}

/** How an inode has its data, as xfs_db prints it. */
function forkOf(image: string, path: string): Record<string, string | undefined> {
  const commands = [`path ${path}`, "print core.format", "print u3.bmbt.level"].flatMap((command) => ["-c", command]);
  const printed = execFileSync("xfs_db", ["-r", ...commands, image], { encoding: "utf8" });
  return {
    format: /^core.format = (.*)$/m.exec(printed)?.[1],
    level: /^u3.bmbt.level = (.*)$/m.exec(printed)?.[1],
  };
}

/** A file with holes between its blocks, and a directory whose names come and go while others take the room between. */
const MANY = `
import os, sys

directory, count = sys.argv[1], int(sys.argv[2])
scattered = os.open(f"{directory}/scattered", os.O_CREAT | os.O_WRONLY)
os.mkdir(f"{directory}/entries")
os.close(os.open(f"{directory}/file", os.O_CREAT | os.O_WRONLY))
between = os.open(f"{directory}/between", os.O_CREAT | os.O_WRONLY)
for index in range(count):
    os.pwrite(scattered, b"%d" % index, index * 2048)
    os.link(f"{directory}/file", f"{directory}/entries/" + "n" * (index % 90) + f"-{index}")
    if index % 40 == 0:
        os.pwrite(between, b"x" * 1024, index * 1024)
        os.fsync(between)
    if index % 5 == 0:
        os.unlink(f"{directory}/entries/" + "n" * (index // 2 % 90) + f"-{index // 2}") if index // 2 % 5 else None
`;
