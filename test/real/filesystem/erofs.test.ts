import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedDisk } from "../../../src/disk/cache.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import { erofs } from "../../../src/filesystem/erofs/erofs.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "./compare.ts";
import { mounted } from "./mount.ts";
import { randomTree } from "./randomTree.ts";

/** Arguments of mkfs.erofs. */
const KINDS = [
  "",
  "--chunksize=65536 -Eforce-chunk-indexes",
  "-zlz4hc,9 -C65536",
  "-zlz4 -Elegacy-compress -C16384",
  "-zlz4hc -Eztailpacking",
  "-zlz4hc -Efragments -Elegacy-compress",
  "-zlz4hc -Eall-fragments,dedupe -C65536",
];

describeReal("erofs", { ...asRoot, ...programs("mkfs.erofs", "mount", "python3") }, () => {
  test.each(KINDS)("reads like the kernel's mount: mkfs.erofs %s", (options) => {
    const root = tree({});
    // Longer names are cut by erofs-utils 1.5.
    randomTree(root, new Random(`${seed} ${options}`), { content: 1_000_000, hole: 2 ** 22 + 5000, longestName: 254 });
    // Programs are what filters are for.
    execFileSync("cp", ["/bin/ls", "/usr/bin/find", process.execPath.replace(/node$/, "npm"), root], {
      stdio: "ignore",
    });
    const image = join(tree({}), "disk");
    execFileSync("mkfs.erofs", [...options.split(" ").filter(Boolean), image, root], { stdio: "pipe" });
    const disk = fileDisk(image);
    try {
      const filesystem = erofs.open(cachedDisk(disk));
      const { paths, differences } = mounted(image, "ro", (directory) => compare(filesystem, directory));
      expect(differences).toEqual([]);
      expect(paths).toBeGreaterThan(100);
    } finally {
      disk.close();
      rmSync(image);
    }
  });
});
