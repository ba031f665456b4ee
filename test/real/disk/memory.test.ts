import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeReal, programs } from "../describeReal.ts";
import { run } from "./diskFiles.ts";

const NEEDED = programs("mkfs.ext4", "debugfs", "qemu-img", "gzip", "bzip2", "xz", "zstd", "tar");

/** A compressed image: that of its beginning and, 15 times, that of 256 MB of zeros, which makes a whole one too. */
const inParts = (compress: string, name: string) =>
  `head -c 256M disk.raw | ${compress} > ${name}; head -c 256M /dev/zero | ${compress} > zeros; for i in $(seq 15); do cat zeros >> ${name}; done`;

/** What makes the image of each kind from disk.raw, as a shell's command. */
const KINDS: Readonly<Record<string, string>> = {
  "disk.raw": "true",
  "disk.qcow2": "qemu-img convert -c -O qcow2 disk.raw disk.qcow2",
  "disk.vmdk": "qemu-img convert -O vmdk -o subformat=streamOptimized disk.raw disk.vmdk",
  "disk.vhdx": "qemu-img convert -O vhdx disk.raw disk.vhdx",
  "disk.gz": inParts("gzip -1", "disk.gz"),
  "disk.bz2": inParts("bzip2", "disk.bz2"),
  "disk.xz": inParts("xz -T 2 --lzma2=preset=0,dict=8MiB", "disk.xz"),
  "disk.zst": inParts("zstd -q", "disk.zst"),
  "long.zst": inParts("zstd -q --long=27", "long.zst"),
  "disk.tar.gz": "tar --sparse -czf disk.tar.gz disk.raw",
};

describeReal("the peak of memory for an image of 4 GB", NEEDED, () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
    run("mkfs.ext4", ["-q", "-d", resolve("fixtures/debian-12-hardened"), "disk.raw", "4G"], directory);
    // Something that takes room when it is compressed too.
    writeFileSync(join(directory, "filler"), randomBytes(32 * 2 ** 20));
    run("debugfs", ["-w", "-R", "write filler filler", "disk.raw"], directory);
    rmSync(join(directory, "filler"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  // A window of 128 MB takes what it takes.
  test.each(Object.entries(KINDS))("%s: under 150 MB", { timeout: 300_000 }, (name, command) => {
    execFileSync("sh", ["-ec", command], { cwd: directory });
    const program = [resolve("dist/cloud-init-lint.cjs"), name, "-f", "json"];
    const { stderr, status } = spawnSync(
      process.execPath,
      ["-r", resolve("test/real/printPeakMemory.cjs"), ...program],
      {
        cwd: directory,
        encoding: "utf8",
      },
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^[\d.]+\n$/);
    expect(Number(stderr)).toBeLessThan(name === "long.zst" ? 150 + 128 : 150);
    if (name !== "disk.raw") rmSync(join(directory, name));
  });
});
