import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedDisk } from "../../../src/disk/cache.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import type { Inode } from "../../../src/filesystem/filesystem.ts";
import { iso9660 } from "../../../src/filesystem/iso9660/iso9660.ts";
import { openImage } from "../../../src/image/open.ts";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "./compare.ts";
import { randomTree } from "./randomTree.ts";

/** Commands that make an image of a directory. */
const KINDS = [
  ["genisoimage", "-quiet", "-R", "-allow-leading-dots", "-o"],
  ["xorriso", "-as", "mkisofs", "-R", "-J", "-o"],
];

/** Without the directory that holds those which are too deep, where they stand only for the format. */
function withoutMoved(root: Inode): Inode {
  return { ...root, names: () => [...root.names()].filter((name) => name !== "rr_moved") };
}

describeReal("ISO 9660", { ...asRoot, ...programs("genisoimage", "xorriso", "python3") }, () => {
  test.each(KINDS)("reads what was written: %s %s %s %s", (program, ...options) => {
    const made = tree({});
    randomTree(made, new Random(`${seed} ${program} ${options}`), {
      content: 1_000_000,
      hole: 2 ** 22 + 5000,
      plainNames: true,
      longestName: 248,
      longestLink: 240,
      attributes: false,
    });
    // Programs differ in what they do of hard links.
    const root = join(tree({}), "root");
    execFileSync("cp", ["-a", "--no-preserve=links", made, root]);
    const image = join(tree({}), "disk");
    execFileSync(program!, [...options, image, root], { stdio: "pipe" });
    const disk = fileDisk(image);
    try {
      const { paths, differences } = compare({ root: withoutMoved(iso9660.open(cachedDisk(disk)).root) }, root);
      expect(differences).toEqual([]);
      expect(paths).toBeGreaterThan(100);
    } finally {
      disk.close();
      rmSync(image);
    }
  });
});

describeReal("a live system", programs("genisoimage", "mksquashfs", "mkfs.erofs", "mkfs.ext4"), () => {
  const system = (name: string) =>
    tree({ "etc/os-release": `PRETTY_NAME="${name}"\n`, "etc/cloud/cloud.cfg": `# ${name}\n` });

  function iso(files: Readonly<Record<string, (path: string) => void>>): string {
    const root = tree({});
    for (const [path, make] of Object.entries(files)) {
      mkdirSync(join(root, path, ".."), { recursive: true });
      make(join(root, path));
    }
    const image = join(tree({}), "live.iso");
    execFileSync("genisoimage", ["-quiet", "-R", "-o", image, root], { stdio: "pipe" });
    return image;
  }

  const squashfs = (root: string) => (path: string) =>
    execFileSync("mksquashfs", [root, path, "-noappend", "-no-progress"], { stdio: "pipe" });
  const erofs = (root: string) => (path: string) =>
    execFileSync("mkfs.erofs", ["-zlz4", path, root], { stdio: "pipe" });
  const ext4 = (root: string) => (path: string) =>
    execFileSync("mkfs.ext4", ["-q", "-d", root, path, "8M"], { stdio: "pipe" });

  const text = async (image: string, root?: number) => {
    const opened = await openImage(image, () => true, root === undefined ? {} : { root });
    return opened.read("/etc/cloud/cloud.cfg")?.toString();
  };

  test("its root is read from the file that holds it", async () => {
    expect(await text(iso({ "live/filesystem.squashfs": squashfs(system("Debian")) }))).toBe("# Debian\n");
    expect(await text(iso({ "arch/x86_64/airootfs.erofs": erofs(system("Arch")) }))).toBe("# Arch\n");
    const inner = tree({});
    mkdirSync(join(inner, "LiveOS"));
    ext4(system("Fedora"))(join(inner, "LiveOS/rootfs.img"));
    expect(await text(iso({ "LiveOS/squashfs.img": squashfs(inner) }))).toBe("# Fedora\n");
  });

  test("several are listed", async () => {
    const image = iso({ "casper/a.squashfs": squashfs(system("A")), "casper/b.squashfs": squashfs(system("B")) });
    await expect(text(image)).rejects.toThrow(
      /1 is casper\/a.squashfs on the disk \(squashfs\), A; .*2 is casper\/b.squashfs on the disk \(squashfs\), B/,
    );
    expect(await text(image, 2)).toBe("# B\n");
  });
});
