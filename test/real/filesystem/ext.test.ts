import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { sample, seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "./compare.ts";
import { mkfs, opened } from "./extImage.ts";
import { randomOptions } from "./extOptions.ts";
import { mounted } from "./mount.ts";
import { randomTree } from "./randomTree.ts";

/** Kinds that the kernel of many machines cannot mount, as arguments of mkfs.ext4, which also fills them. */
const FILLED = [
  "-b 65536",
  "-b 65536 -O ^64bit,^extent,metadata_csum_seed",
  "-b 16384 -t ext2",
  "-b 8192 -I 8192",
  "-O casefold -E encoding=utf8",
  "-b 1024 -O verity,encrypt,stable_inodes,project",
  "-r 0 -b 1024",
];

const COMBINATIONS = sample(0, 16, 170);

describeReal("ext file systems", { ...asRoot, ...programs("mkfs.ext4", "mount", "python3") }, () => {
  test.each(Array.from({ length: COMBINATIONS }, (_, index) => index))("read like the kernel's mount, %i", (index) => {
    const random = new Random(`ext ${seed} ${index}`);
    const image = join(tree({}), "disk");
    const options = made(image, random);
    mounted(image, "rw", (directory) => randomTree(directory, random, { content: 2_000_000 }));
    const found = opened(image, (filesystem) => ({
      ...mounted(image, "ro", (directory) => compare(filesystem, directory)),
      problems: filesystem.problems,
      warnings: filesystem.warnings,
    }));
    const { paths, ...wrong } = found;
    expect(wrong, options).toEqual({ differences: [], problems: [], warnings: [] });
    expect(paths).toBeGreaterThan(100);
  });

  test.each(FILLED)("read like the tree that mkfs.ext4 was given: %s", (options) => {
    const random = new Random(`ext ${seed} ${options}`);
    const directory = tree({});
    const image = join(tree({}), "disk");
    mkdirSync(join(directory, "lost+found"), 0o700);
    const tried = { content: 2_000_000, attributes: false, plainNames: true, longestLink: 1000 };
    randomTree(directory, random, tried);
    mkfs(image, `${options} -N 4000 -d ${directory}`, 100 * 2 ** 20);
    const { paths, ...wrong } = opened(image, (filesystem) => ({
      ...compare(filesystem, directory),
      problems: filesystem.problems,
      warnings: filesystem.warnings,
    }));
    expect(wrong).toEqual({ differences: [], problems: [], warnings: [] });
    expect(paths).toBeGreaterThan(100);
  });
});

/** Makes a file system with random options that mkfs.ext4 and the kernel accept, and returns these. */
function made(image: string, random: Random): string {
  for (let tries = 20; ; tries--) {
    const options = randomOptions(random);
    try {
      // Each piece of a scattered file takes a whole cluster.
      mkfs(image, options, (options.includes("bigalloc") ? 200 : 40) * 2 ** 20);
      mounted(image, "rw", () => {});
      return options;
    } catch (error) {
      if (tries === 1) throw error;
    }
  }
}
