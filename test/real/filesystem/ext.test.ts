import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedDisk } from "../../../src/disk/cache.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import { ext } from "../../../src/filesystem/ext/ext.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "./compare.ts";
import { mounted } from "./mount.ts";
import { randomTree } from "./randomTree.ts";

/** Arguments of mkfs.ext4. */
const KINDS = ["", "-b 1024", "-t ext2", "-t ext3", "-O inline_data -I 512"];

describeReal("ext file systems", { ...asRoot, ...programs("mkfs.ext4", "mount", "python3") }, () => {
  test.each(KINDS)("read like the kernel's mount: mkfs.ext4 %s", (options) => {
    const image = join(tree({}), "disk");
    writeFileSync(image, "");
    truncateSync(image, 40 * 2 ** 20);
    execFileSync("mkfs.ext4", ["-q", ...options.split(" ").filter(Boolean), image], { stdio: "pipe" });
    mounted(image, "rw", (directory) =>
      randomTree(directory, new Random(`${seed} ${options}`), { content: 2_000_000, hole: 2 ** 32 + 5000 }),
    );
    const disk = fileDisk(image);
    try {
      const filesystem = ext.open(cachedDisk(disk));
      const { paths, differences } = mounted(image, "ro", (directory) => compare(filesystem, directory));
      expect(differences).toEqual([]);
      expect(filesystem.problems).toEqual([]);
      expect(paths).toBeGreaterThan(100);
    } finally {
      disk.close();
    }
  });
});
