import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedDisk } from "../../../src/disk/cache.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import type { Filesystem, Inode } from "../../../src/filesystem/filesystem.ts";
import { vfat } from "../../../src/filesystem/vfat/vfat.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { seed } from "../../samples.ts";
import { describeReal, programs } from "../describeReal.ts";

/** A directory of what FAT can hold: long names, short ones in either case, files of all sizes, a large directory. */
function randomFiles(random: Random): string {
  const root = tree({});
  const folders = ["", "EFI", "EFI/BOOT", "loader/entries", "a long name of a folder, with blanks", "many"];
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  const names = [
    "SHORT.TXT",
    "lower.txt",
    "Mixed.Txt",
    "x",
    "no-extension-and-long",
    "two.dots.txt",
    "ünïcödé €.txt",
    "13letters.abc",
    `${"n".repeat(200)}.conf`,
  ];
  for (const folder of folders)
    for (const name of names)
      if (random.chance(2))
        writeFileSync(
          join(root, folder, name),
          Buffer.alloc(random.pick([0, 1, 511, 512, 2048, 5000, 70_000]), random.below(256)),
        );
  for (let index = 0; index < 300; index++) writeFileSync(join(root, "many", `entry number ${index}`), `${index}`);
  return root;
}

function contents(inode: Inode, path = ""): string[] {
  return [...inode.names()].toSorted().flatMap((name) => {
    const child = inode.child(name)!;
    const text = `${path}/${Buffer.from(name, "latin1").toString("utf8")}`;
    if (child.stat.kind === "directory") return [text, ...contents(child, text)];
    return [`${text} ${digest(child.read(0, child.stat.size))}`];
  });
}

function contentsOf(root: string, path = ""): string[] {
  return readdirSync(join(root, path))
    .toSorted()
    .flatMap((name) => {
      const text = `${path}/${name}`;
      if (statSync(join(root, text)).isDirectory()) return [text, ...contentsOf(root, text)];
      return [`${text} ${digest(readFileSync(join(root, text)))}`];
    });
}

const digest = (bytes: Buffer) => `${bytes.length} ${createHash("sha256").update(bytes).digest("hex")}`;

function open(image: string): Filesystem {
  const disk = cachedDisk(fileDisk(image));
  expect(vfat.matches(disk)).toBe(true);
  return vfat.open(disk);
}

describeReal("FAT reads as mtools wrote it", programs("mkfs.vfat", "mcopy", "blkid"), () => {
  test.each([
    ["FAT12", 4, ["-F", "12"]],
    ["FAT16", 20, ["-F", "16"]],
    ["FAT16 with large clusters", 64, ["-F", "16", "-s", "16"]],
    ["FAT32", 300, ["-F", "32"]],
    ["sectors of 4096 bytes", 64, ["-S", "4096"]],
    ["one table", 40, ["-f", "1"]],
  ])("%s", (kind, size, options) => {
    const random = new Random(`${seed} ${kind}`);
    const root = randomFiles(random);
    const image = join(tree({}), "disk");
    writeFileSync(image, "");
    truncateSync(image, size * 2 ** 20);
    execFileSync("mkfs.vfat", ["-n", "MY LABEL", "-i", "1234abcd", ...options, image], { stdio: "pipe" });
    const env = { ...process.env, MTOOLS_SKIP_CHECK: "1", LC_ALL: "C.UTF-8" };
    execFileSync("mcopy", ["-i", image, "-s", ...readdirSync(root).map((name) => join(root, name)), "::/"], {
      env,
      stdio: "pipe",
    });
    const filesystem = open(image);
    expect(contents(filesystem.root)).toEqual(contentsOf(root));
    const blkid = (key: string) =>
      execFileSync("blkid", ["-p", "-s", key, "-o", "value", image], { encoding: "utf8" }).trim();
    expect([filesystem.uuid, filesystem.label]).toEqual([blkid("UUID"), blkid("LABEL")]);
    const [folder] = readdirSync(root);
    expect(filesystem.root.child(folder!.toUpperCase())?.id).toBe(filesystem.root.child(folder!)?.id);
  });
});
