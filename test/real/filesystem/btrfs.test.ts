import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedDisk } from "../../../src/disk/cache.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import { btrfs } from "../../../src/filesystem/btrfs/btrfs.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "./compare.ts";
import { mounted } from "./mount.ts";
import { randomTree } from "./randomTree.ts";

/** Arguments of mkfs.btrfs, and options of the mount that writes. */
const KINDS: readonly (readonly [string, string])[] = [
  ["", ""],
  ["--mixed", "compress-force=zstd:15"],
  ["-n 65536 --csum sha256", "compress=zlib"],
  ["-n 4096 --csum xxhash -O ^no-holes", "compress-force=lzo"],
  ["-m single --csum blake2", "nodatacow"],
];

describeReal("btrfs", { ...asRoot, ...programs("mkfs.btrfs", "mount", "python3") }, () => {
  test.each(KINDS)("reads like the kernel's mount: mkfs.btrfs %s, written with %s", (making, writing) => {
    const image = join(tree({}), "disk");
    writeFileSync(image, "");
    truncateSync(image, 200 * 2 ** 20);
    execFileSync("mkfs.btrfs", ["-q", ...making.split(" ").filter(Boolean), image], { stdio: "pipe" });
    mounted(image, ["rw", writing].filter(Boolean).join(","), (directory) =>
      randomTree(directory, new Random(`${seed} ${making} ${writing}`), { content: 2_000_000 }),
    );
    const disk = fileDisk(image);
    try {
      const filesystem = btrfs.open(cachedDisk(disk));
      const { paths, differences } = mounted(image, "ro", (directory) => compare(filesystem, directory));
      expect(differences).toEqual([]);
      expect(filesystem.problems).toEqual([]);
      expect(paths).toBeGreaterThan(100);
    } finally {
      disk.close();
    }
  });
});
