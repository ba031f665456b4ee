import { cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run as runProgram } from "../../cli/run.ts";
import { rangeServer } from "../../disk/remote/rangeServer.ts";
import { Random } from "../../fuzz/random.ts";
import { dockerArchive, layoutDirectory } from "../../image/containers.ts";
import { packed } from "../../image/tarball.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { mounted } from "../filesystem/mount.ts";
import { diskFile, isSeveral, MAKERS, MAKING_PROGRAMS, run, WRAPPERS } from "./diskFiles.ts";

const ROOT = "fixtures/debian-12-hardened";

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  cpSync(ROOT, join(scratch, "tree"), { recursive: true });
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** A directory with disk.raw of a size. */
function emptyDisk(size: number): string {
  const directory = mkdtempSync(join(scratch, "disk-"));
  writeFileSync(join(directory, "disk.raw"), "");
  truncateSync(join(directory, "disk.raw"), size);
  return directory;
}

function ext4(): string {
  const directory = emptyDisk(16 * 2 ** 20);
  run("mkfs.ext4", ["-q", "-d", join(scratch, "tree"), join(directory, "disk.raw")]);
  return directory;
}

const disk = (name: string, wrapper: string) => () => diskFile(ext4(), name, wrapper, new Random("1"));

/** Every kind of image, in a file. What is compressed can only be downloaded as a whole. */
const KINDS: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(Object.keys(MAKERS).map((name) => [name, disk(name, "none")])),
  ...Object.fromEntries(
    Object.keys(WRAPPERS)
      .filter((wrapper) => wrapper !== "none")
      .flatMap((wrapper) => ["raw", "qcow2 version 3"].map((name) => [`${wrapper} of ${name}`, disk(name, wrapper)])),
  ),
  xfs() {
    const file = join(emptyDisk(320 * 2 ** 20), "disk.raw");
    run("mkfs.xfs", ["-q", file]);
    mounted(file, "nouuid", (directory) => run("cp", ["-a", `${join(scratch, "tree")}/.`, directory]));
    return file;
  },
  btrfs() {
    const file = join(emptyDisk(128 * 2 ** 20), "disk.raw");
    run("mkfs.btrfs", ["-q", "--rootdir", join(scratch, "tree"), file]);
    return file;
  },
  "docker save": () => {
    const directory = layoutDirectory(dockerArchive([{ layers: [packed(ROOT, ["etc", "usr", "var"])] }]));
    const file = join(mkdtempSync(join(scratch, "container-")), "image.tar");
    run("tar", ["-cf", file, "-C", directory, "."]);
    return file;
  },
};

describeReal(
  "images of all kinds behind URLs",
  { ...asRoot, ...MAKING_PROGRAMS, ...programs("mkfs.ext4", "mkfs.xfs", "mkfs.btrfs") },
  () => {
    test.each(Object.keys(KINDS))("%s has the findings of its file", async (name) => {
      const file = KINDS[name]!();
      const server = await rangeServer({ image: file });
      const url = server.url("image");
      const near = await runProgram(file, "-f", "json");
      const isWhole = /^(gzip|xz|zstd|bzip2|docker) /.test(name);
      const far = await runProgram(url, "-f", "json", ...(isWhole ? ["--download"] : []));
      if (isSeveral(name)) {
        expect([far.status, far.out, far.err]).toEqual([4, "", expect.stringContaining("consists of several files")]);
        return;
      }
      expect(JSON.parse(near.out).images[0].findings.length).toBeGreaterThan(0);
      expect({ ...far, out: far.out.replaceAll(url, file), err: far.err.replaceAll(url, file) }).toEqual(near);
    });
  },
);
