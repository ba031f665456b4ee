import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDisks } from "../../../src/disk/open.ts";
import { withLog } from "../../disk/vhdxLog.ts";
import { tree } from "../../image/tree.ts";
import { describeReal, programs } from "../describeReal.ts";

const PROGRAM = join(import.meta.dirname, "../../../dist/cloud-init-lint.cjs");

function run(program: string, args: readonly string[], directory: string): Buffer {
  return execFileSync(program, args, { cwd: directory, maxBuffer: 2 ** 30, stdio: ["ignore", "pipe", "pipe"] });
}

/** An image of a fixture on a bare ext4, raw and in some other forms. */
function images(): string {
  const directory = tree({});
  run(
    "mkfs.ext4",
    ["-q", "-d", join(import.meta.dirname, "../../../fixtures/debian-12"), "disk.raw", "32M"],
    directory,
  );
  run("qemu-img", ["convert", "-c", "-O", "qcow2", "disk.raw", "disk.qcow2"], directory);
  run("qemu-img", ["convert", "-O", "vmdk", "-o", "subformat=streamOptimized", "disk.raw", "disk.vmdk"], directory);
  writeFileSync(join(directory, "disk.vmdk.xz"), run("xz", ["-0", "-c", "disk.vmdk"], directory));
  return directory;
}

const NEEDED = programs("mkfs.ext4", "qemu-img", "xz", "strace");

describeReal("a lint of a disk file", NEEDED, () => {
  test.each(["disk.raw", "disk.qcow2", "disk.vmdk", "disk.vmdk.xz"])("%s only reads it", (name) => {
    const directory = images();
    const path = join(directory, name);
    const hash = () => createHash("sha256").update(readFileSync(path)).digest("hex");
    const [before, { mtimeMs }] = [hash(), statSync(path)];
    const temporary = tree({});
    const log = join(directory, "log");
    const calls = "trace=open,openat,creat,unlink,unlinkat,rename,renameat,renameat2,ftruncate,truncate";
    const { status, stderr } = spawnSync(
      "strace",
      ["-f", "-o", log, "-s", "4096", "-e", calls, process.execPath, PROGRAM, path, "-f", "json"],
      { encoding: "utf8", env: { ...process.env, TMPDIR: temporary } },
    );
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const lines = readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line.includes(directory));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/ openat\(AT_FDCWD, "[^"]+", O_RDONLY(\|O_\w+)*\) += \d+/);
    expect([hash(), statSync(path).mtimeMs]).toEqual([before, mtimeMs]);
    // Nothing is left behind.
    expect(readdirSync(temporary)).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const)(
    "leaves no temporary file after %s",
    async (signal) => {
      const temporary = tree({});
      const child = spawn(process.execPath, [PROGRAM, "-"], {
        stdio: ["pipe", "ignore", "ignore"],
        env: { ...process.env, TMPDIR: temporary },
      });
      const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on("exit", (_, by) => resolve(by)));
      // A raw disk that does not end.
      child.stdin.on("error", () => {});
      child.stdin.write(Buffer.concat([Buffer.alloc(510), Buffer.from("55aa", "hex"), Buffer.alloc(2 ** 20, 7)]));
      const deadline = Date.now() + 60_000;
      const isOpen = () =>
        readdirSync(`/proc/${child.pid}/fd`).some((fd) => linkOf(`/proc/${child.pid}/fd/${fd}`).startsWith(temporary));
      while (!isOpen() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(isOpen()).toBe(true);
      expect(readdirSync(temporary)).toEqual([]);
      child.kill(signal);
      expect(await ended).toBe(signal);
      expect(readdirSync(temporary)).toEqual([]);
    },
  );
});

/** What a descriptor in /proc refers to; "" if it was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

describeReal("the log of a VHDX", programs("qemu-img"), () => {
  test("is replayed as qemu-img replays it", async () => {
    const directory = tree({});
    const source = join(directory, "disk.raw");
    writeFileSync(source, Buffer.alloc(3 * 2 ** 20, "some data, "));
    truncateSync(source, 8 * 2 ** 20);
    run("qemu-img", ["convert", "-O", "vhdx", "-o", "block_size=1M", "disk.raw", "disk.vhdx"], directory);
    const clean = readFileSync(join(directory, "disk.vhdx"));
    const block = clean.indexOf("some data, ");
    const bytes = withLog(clean, [
      [
        [block + 8192, Buffer.alloc(4096, "earlier ")],
        [block + 65536, 8192],
      ],
      [
        [block, Buffer.alloc(4096, "changed ")],
        [block + 8192, Buffer.alloc(4096, "later ")],
      ],
    ]);
    const path = join(directory, "dirty.vhdx");
    writeFileSync(path, bytes);
    const opened = await openDisks(path);
    try {
      const ours = Buffer.from(opened.disks[0]!.read(0, opened.disks[0]!.size));
      expect(readFileSync(path).equals(bytes)).toBe(true);
      run("qemu-img", ["check", "-q", "-r", "all", "dirty.vhdx"], directory);
      run("qemu-img", ["convert", "-O", "raw", "dirty.vhdx", "replayed.raw"], directory);
      const theirs = readFileSync(join(directory, "replayed.raw"));
      expect(theirs.toString("latin1", 0, 8)).toBe("changed ");
      expect(ours.equals(theirs)).toBe(true);
    } finally {
      opened.close();
    }
  });
});
