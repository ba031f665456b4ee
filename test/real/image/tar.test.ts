import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { openImage } from "../../../src/image/open.ts";
import { bothWays, contents, keepAll } from "../../image/contents.ts";
import { tree } from "../../image/tree.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

const isRoot = asRoot.root === true;
const needs = programs("tar", "mkfifo", "python3");

describeReal("archives of real programs give what the directory gives", needs, () => {
  /** A tree with all that formats differ in. */
  function hardTree(): string {
    const long = "n".repeat(120);
    const root = tree({
      "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
      "etc/empty": "",
      "etc/link": { link: "/etc/passwd" },
      "etc/ümläut–name": "x",
      [`deep/${long}/${long}/${long}/file`]: "long",
      [`deep/${"p".repeat(90)}/${"q".repeat(60)}`]: "split in two",
      "deep/longlink": { link: `/${"l".repeat(60)}/${"m".repeat(80)}` },
      "lib/block": "b".repeat(512),
      "lib/blocks": "c".repeat(5000),
      "lib/setuid": "s",
    });
    chmodSync(join(root, "lib/setuid"), 0o4755);
    linkSync(join(root, "lib/blocks"), join(root, "lib/zz-hardlink"));
    mkdirSync(join(root, "tmp"));
    chmodSync(join(root, "tmp"), 0o1777);
    execFileSync("mkfifo", [join(root, "tmp/pipe")]);
    return root;
  }

  test.each<[string, string, string[], RegExp?]>([
    ["GNU tar, its own form", "tar", ["--format=gnu"]],
    ["GNU tar, its old form", "tar", ["--format=oldgnu"]],
    ["GNU tar, PAX", "tar", ["--format=pax"]],
    ["GNU tar, ustar", "tar", ["--format=ustar", "--exclude=nnn*", "--exclude=longlink"], /nnn|longlink/],
    ["GNU tar, version 7", "tar", ["--format=v7", "--exclude=deep", "--exclude=pipe"], /^\/deep|pipe/],
    ["GNU tar, reading sparse files as such", "tar", ["--sparse"]],
    ["GNU tar, PAX sparse 0.0", "tar", ["--format=pax", "--sparse-version=0.0"]],
    ["GNU tar, PAX sparse 0.1", "tar", ["--format=pax", "--sparse-version=0.1"]],
    ["GNU tar, PAX sparse 1.0", "tar", ["--format=pax", "--sparse-version=1.0"]],
    ["GNU tar, small volumes' label", "tar", ["--label=an image"]],
    ["Python's tarfile", "python3", []],
  ])("%s", async (_name, program, options, excluded) => {
    const root = hardTree();
    // A file of holes between some bytes, and one that ends with a hole; more pieces than a header has room for.
    for (const [name, size] of [
      ["etc/sparse", 30 * 8192],
      ["etc/hole", 100_000],
    ] as const) {
      writeFileSync(join(root, name), "");
      truncateSync(join(root, name), size);
    }
    execFileSync("python3", [
      "-c",
      "import sys\nwith open(sys.argv[1], 'r+b') as f:\n  for i in range(0, 30):\n    f.seek(i * 8192); f.write(b'data %d' % i)",
      join(root, "etc/sparse"),
    ]);
    const archive = join(tree({}), "x.tar");
    const sparse = options.some((option) => option.startsWith("--sparse-version")) ? ["--sparse"] : [];
    if (program === "python3")
      execFileSync("python3", [
        "-c",
        "import tarfile, sys\nt = tarfile.open(sys.argv[1], 'w')\nt.add(sys.argv[2], '.')\nt.close()",
        archive,
        root,
      ]);
    else execFileSync("tar", ["-C", root, ...sparse, ...options, "--numeric-owner", "-cf", archive, "."]);
    const expected = Object.fromEntries(
      Object.entries(contents(openDirectory(root))).filter(([path]) => excluded?.test(path) !== true),
    );
    expect(Object.keys(expected).length).toBeGreaterThan(10);
    for (const image of await bothWays(readFileSync(archive))) {
      expect(contents(image)).toEqual(expected);
      expect(image.problems).toEqual([]);
    }
  });

  test.runIf(isRoot)("owners with large numbers", async () => {
    for (const format of ["gnu", "pax"]) {
      const archive = join(tree({}), "x.tar");
      const root = tree({ "etc/x": "" });
      execFileSync("tar", [
        "-C",
        root,
        `--format=${format}`,
        "--owner=x:4000000000",
        "--group=y:3000000",
        "-cf",
        archive,
        ".",
      ]);
      const image = await openImage(archive, keepAll);
      expect(image.stat("/etc/x")).toMatchObject({ uid: 4_000_000_000, gid: 3_000_000 });
    }
  });

  test("a name that is not UTF-8 is listed, and asking for it is a problem, as in a directory", async () => {
    const name = Buffer.from("caf\xe9", "latin1");
    const root = tree({ "etc/x": "" });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/etc/`), name]), "x");
    const archive = join(tree({}), "x.tar");
    execFileSync("tar", ["-C", root, "-cf", archive, "."]);
    const images = [openDirectory(root), ...(await bothWays(readFileSync(archive)))];
    for (const image of images) {
      expect(image.list("/etc")).toEqual(["caf\ufffd", "x"]);
      expect(image.stat("/etc/caf\ufffd")).toBeUndefined();
      expect(image.problems).toEqual([{ path: "/etc/caf\ufffd", reason: "its name is not UTF-8" }]);
    }
  });
});
