import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWithoutJournal } from "../../../src/filesystem/ext/ext.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "./compare.ts";
import { commit, mkfs, opened } from "./extImage.ts";
import { mounted } from "./mount.ts";
import { randomTree } from "./randomTree.ts";

/** Arguments of mkfs.ext4, and options of the mount that leaves a journal. */
const KINDS = [
  ["-b 1024 -J size=1", ""],
  ["-J size=4", ",data=journal"],
  ["-b 1024 -J size=1 -O ^metadata_csum,^64bit", ",data=journal"],
  ["-b 1024 -J size=2 -O ^metadata_csum,64bit", ",journal_checksum"],
  ["-t ext3 -b 1024 -J size=1", ",data=journal"],
  ["-b 1024 -J size=4 -O ^metadata_csum", ",data=journal,journal_checksum"],
  ["-b 2048 -J size=4 -O ^metadata_csum", ",data=writeback,journal_async_commit"],
] as const;

const MAGIC = Buffer.from("c03b3998", "hex");

describeReal("ext's journal", { ...asRoot, ...programs("mkfs.ext4", "mount", "python3") }, () => {
  test.each(KINDS)("is replayed as by the kernel: mkfs.ext4 %s, mount -o loop%s", (options, mount) => {
    const directory = tree({});
    const [image, dirty, recovered] = ["disk", "dirty", "recovered"].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    mkfs(image, options);
    const random = new Random(`${seed} ${options} ${mount}`);
    mounted(image, `rw,commit=300${mount}`, (root) => {
      for (const name of ["a", "b"]) {
        // What is removed is revoked, and its blocks are used again.
        if (name === "b") rmSync(join(root, "a"), { recursive: true });
        const part = join(root, name);
        mkdirSync(part);
        randomTree(part, random, { content: 200_000, hole: 2 ** 32 + 5000, entries: 100 });
        // Blocks that look like the log's own; a file that is written over.
        writeFileSync(join(root, `${name}-escaped`), Buffer.concat([MAGIC, Buffer.alloc(9000, name), MAGIC]));
        writeFileSync(join(root, "again"), name.repeat(random.below(5000)));
        commit(join(root, "again"));
      }
      copyFileSync(image, dirty);
    });
    copyFileSync(dirty, recovered);
    const found = mounted(recovered, "rw", (root) =>
      opened(dirty, (filesystem) => ({ ...compare(filesystem, root), filesystem })),
    );
    expect(found.differences).toEqual([]);
    expect(found.paths).toBeGreaterThan(100);
    expect(found.filesystem.problems).toEqual([]);
    expect(found.filesystem.warnings).toEqual([]);
    // The journal was needed.
    const without = mounted(recovered, "ro", (root) =>
      opened(dirty, (filesystem) => compare(filesystem, root), openWithoutJournal),
    );
    expect(without.differences).not.toEqual([]);
  });
});
