import { execFileSync } from "node:child_process";
import { copyFileSync, linkSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";
import { sample, seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { compare } from "./compare.ts";
import { commit, mkfs, opened } from "./extImage.ts";
import { mounted } from "./mount.ts";
import { randomTree } from "./randomTree.ts";

/** With three long names in a block, more than 15,500 blocks need a tree of three levels. */
const ENTRIES = sample(0, 5000, 60_000);

const disk = () => join(tree({}), "disk");

/** Runs commands of debugfs that change an image. */
function debugfs(image: string, ...commands: string[]): void {
  execFileSync("debugfs", ["-w", "-f", "-", image], { input: commands.join("\n"), stdio: ["pipe", "pipe", "pipe"] });
}

describeReal("features of ext", { ...asRoot, ...programs("mkfs.ext4", "debugfs", "mount", "python3") }, () => {
  test("what is encrypted is named, and all else read", () => {
    const image = disk();
    mkfs(image, "-O encrypt");
    mounted(image, "rw", (root) => {
      writeFileSync(join(root, "plain"), "plain");
      mkdirSync(join(root, "secret"));
      execFileSync("python3", ["-c", ENCRYPT, join(root, "secret")], { stdio: "pipe" });
      writeFileSync(join(root, "secret/file"), "secret");
    });
    opened(image, ({ root, problems }) => {
      expect(`${root.child("plain")?.read(0, 10)}`).toBe("plain");
      const secret = root.child("secret")!;
      expect(secret.stat.kind).toBe("directory");
      for (const action of [() => [...secret.names()], () => secret.child("file")])
        expect(action).toThrow("it is encrypted (fscrypt)");
      expect(problems).toEqual([]);
    });
  });

  test("directories that ignore case find names as their folding has it", () => {
    const image = disk();
    mkfs(image, "-O casefold -E encoding=utf8");
    const [content, names] = [join(tree({ content: "x" }), "content"), ["Grüße", "ΛΟΓΟΣ", "cafe\u0301", "K"]];
    debugfs(image, "mkdir folded", "sif folded flags 0x40080000", "mkdir other", `write ${content} other/Name`);
    debugfs(image, "cd folded", ...names.map((name) => `write ${content} ${name}`));
    opened(image, ({ root }) => {
      const folded = root.child("folded")!;
      const child = (name: string) => folded.child(Buffer.from(name).toString("latin1"))?.id;
      const bytes = names.map((name) => Buffer.from(name).toString("latin1"));
      expect([...folded.names()].sort()).toEqual(bytes.toSorted());
      for (const [index, others] of [
        ["GRÜSSE", "grüße"],
        ["λογος", "λογοσ"],
        ["CAFÉ", "café"],
        ["k", "K"],
      ].entries())
        for (const name of others) expect(child(name), name).toBe(folded.child(bytes[index]!)!.id);
      expect(child("gruße")).toBeUndefined();
      expect(root.child("other")!.child("name")).toBeUndefined();
      expect(root.child("other")!.child("Name")).toBeDefined();
    });
  });

  test("fs-verity's tree behind a file is no part of it", () => {
    const image = disk();
    mkfs(image, "-O verity");
    const content = "verified\n".repeat(3000);
    mounted(image, "rw", (root) => writeFileSync(join(root, "file"), content + "tree".repeat(5000)));
    debugfs(image, "sif file flags 0x180000", `sif file size ${content.length}`);
    opened(image, ({ root }) => {
      const file = root.child("file")!;
      expect(file.read(0, 1e6).toString()).toBe(content);
      expect(file.stat.size).toBe(content.length);
    });
  });

  test("a directory may be large, and values of attributes inodes of their own", () => {
    const image = disk();
    mkfs(image, "-b 1024 -O large_dir,ea_inode,inline_data -I 512 -N 2000", 60 * 2 ** 20);
    mounted(image, "rw", (root) => {
      randomTree(root, new Random(`large ${seed}`), { content: 500_000, entries: 10 });
      execFileSync("python3", ["-c", LARGE, root, String(ENTRIES)]);
    });
    const found = mounted(image, "ro", (root) => opened(image, (filesystem) => compare(filesystem, root)));
    expect(found.differences).toEqual([]);
    expect(found.paths).toBeGreaterThan(ENTRIES);
  });

  test("fast commits that would have to be replayed are a warning", () => {
    const [image, dirty] = [disk(), disk()];
    mkfs(image, "-b 1024 -O fast_commit -J size=4");
    mounted(image, "rw,commit=300", (root) => {
      const file = join(root, "file");
      writeFileSync(file, "old");
      commit(file);
      // The first commit of a mount is a whole one.
      linkSync(file, join(root, "link"));
      commit(file);
      copyFileSync(image, dirty);
      renameSync(file, join(root, "renamed"));
    });
    const warnings = opened(dirty, (filesystem) => filesystem.warnings);
    expect(warnings).toEqual(["the fast commits in its journal are not replayed"]);
    expect(opened(image, (filesystem) => filesystem.warnings)).toEqual([]);
  });

  // With metadata_csum the log has the second kind of checksums, which kernels no longer write, otherwise the first.
  test.each(["metadata_csum,64bit", "metadata_csum,^64bit", "^metadata_csum,64bit", "^metadata_csum,^64bit"])(
    "the journal that debugfs writes is replayed: %s",
    (features) => {
      const image = disk();
      const block = Buffer.alloc(1024, "content of a block\n");
      mkfs(image, `-b 1024 -O ${features}`);
      mounted(image, "rw", (root) => writeFileSync(join(root, "file"), Buffer.alloc(3000, "old\n")));
      const blocks = execFileSync("debugfs", ["-R", "blocks file", image], { stdio: "pipe" }).toString().trim();
      const [first] = blocks.split(" ");
      const content = join(tree({}), "content");
      writeFileSync(content, block);
      debugfs(image, "jo -c -v 2", `jw -b ${first} ${content}`, "jc");
      const recovered = disk();
      copyFileSync(image, recovered);
      const theirs = mounted(recovered, "rw", (root) => readFileSync(join(root, "file")));
      expect(theirs.subarray(0, 1024)).toEqual(block);
      opened(image, ({ root, warnings, problems }) => {
        expect(root.child("file")!.read(0, 5000)).toEqual(theirs);
        expect([warnings, problems]).toEqual([[], []]);
      });
    },
  );
});

/** Makes a directory encrypted, with a key of zeros (fs/crypto: FS_IOC_ADD_ENCRYPTION_KEY, FS_IOC_SET_ENCRYPTION_POLICY). */
const ENCRYPT = `
import fcntl, os, struct, sys
directory = os.open(sys.argv[1], os.O_RDONLY)
key = bytearray(struct.pack("<II32sI36s64s", 2, 0, b"", 64, b"", b"k" * 64))
fcntl.ioctl(directory, 0xC0506617, key)
fcntl.ioctl(directory, 0x800C6613, bytearray(struct.pack("<BBBB4s16s", 2, 1, 4, 3, b"", bytes(key[8:24]))))
`;

/** Many names of one file for each of some files, and large attributes. */
const LARGE = `
import os, sys
root, count = sys.argv[1], int(sys.argv[2])
os.mkdir(root + "/large")
for index in range(count):
    name = "%s/large/%s%d" % (root, "long-name-" * 24, index)
    if index % 50000 == 0:
        first = name
        open(name, "w").close()
    else:
        os.link(first, name)
for index in range(20):
    path = "%s/attributes%d" % (root, index)
    open(path, "w").write("x" * index * 20)
    os.setxattr(path, "user.large", b"y" * 5000)
`;
