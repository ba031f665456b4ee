import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedDisk } from "../../../src/disk/cache.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import { squashfs } from "../../../src/filesystem/squashfs/squashfs.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "./compare.ts";
import { mounted } from "./mount.ts";
import { randomTree } from "./randomTree.ts";

/** Arguments of mksquashfs. */
const KINDS = [
  "-comp gzip",
  "-comp xz",
  "-comp xz -Xbcj x86 -b 1M",
  "-comp lzo -b 4K",
  "-comp lz4",
  "-comp lz4 -Xhc -no-fragments",
  "-comp zstd -b 1M",
  "-comp zstd -noI -noF",
  "-comp gzip -noI -noD -noF -noX",
  "-comp gzip -always-use-fragments -no-duplicates",
];

describeReal("squashfs", { ...asRoot, ...programs("mksquashfs", "mount", "python3") }, () => {
  test.each(KINDS)("reads like the kernel's mount: mksquashfs %s", (options) => {
    const root = tree({});
    randomTree(root, new Random(`${seed} ${options}`), { content: 1_000_000, hole: 2 ** 22 + 5000 });
    // Programs are what filters are for.
    execFileSync("cp", ["/bin/ls", "/usr/bin/find", process.execPath.replace(/node$/, "npm"), root], {
      stdio: "ignore",
    });
    const image = join(tree({}), "disk");
    execFileSync("mksquashfs", [root, image, "-noappend", "-no-progress", ...options.split(" ")], { stdio: "pipe" });
    const disk = fileDisk(image);
    try {
      const filesystem = squashfs.open(cachedDisk(disk));
      const { paths, differences } = mounted(image, "ro", (directory) => compare(filesystem, directory));
      expect(differences).toEqual([]);
      expect(paths).toBeGreaterThan(100);
    } finally {
      disk.close();
      rmSync(image);
    }
  });
});
