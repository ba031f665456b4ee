/** That a boot in the sandbox opens no file of the host and that nothing is written there, by what the kernel tells. */
import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";

const ROOT = join(roots, "sid");
const scratch = mkdtempSync(join(tmpdir(), "host-files-"));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Opened {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
  readonly insideRoot: boolean;
}

/** Runs a command; the files that it opens and writes in the file systems of the host, of the root and of `scratch`. */
function watch(...command: string[]) {
  const script = join(import.meta.dirname, "watchFiles.py");
  const { stdout, stderr } = spawnSync("python3", [script, ["/", ROOT, scratch].join(":"), ...command], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    timeout: 120_000,
  });
  if (stdout === "") throw new Error(stderr);
  const { status, opened, written } = JSON.parse(stdout) as { status: number; opened: Opened[]; written: string[] };
  const inside = opened.filter(({ insideRoot }) => insideRoot);
  return { status, stderr, inside, foreign: inside.filter((file) => !isOfRoot(file)), written };
}

/** Whether what a process saw as a path is the file of that path below ROOT. */
function isOfRoot({ path, device, inode }: Opened): boolean {
  const status = lstatSync(ROOT + path, { throwIfNoEntry: false });
  return status?.dev === device && status.ino === inode;
}

const needed = { ...realRoots, ...programs("python3", "unshare", "setpriv", "prlimit", "nsenter", "ip", "mount") };

describeReal("the files of the host", needed, () => {
  test("are seen when a process with another root opens or writes them", () => {
    const canary = join(scratch, "canary");
    writeFileSync(canary, "");
    const script = 'mount --bind "$2" "$1/mnt"; chroot "$1" sh -c "cat /mnt/canary; echo seen >/mnt/canary"';
    const { foreign, written } = watch("unshare", "--mount", "sh", "-ec", script, "sh", ROOT, scratch);
    expect(readFileSync(canary, "utf8")).toBe("seen\n");
    expect(foreign.map(({ inode }) => inode)).toContain(lstatSync(canary).ino);
    expect(written).toHaveLength(1);
  });

  test("are neither opened by the image nor written by anything", () => {
    const seed = mkdtempSync(join(scratch, "seed-"));
    writeFileSync(join(seed, "meta-data"), "instance-id: i-0001\nlocal-hostname: web1\n");
    writeFileSync(
      join(seed, "user-data"),
      "#cloud-config\npackage_update: true\nlocale: de_DE.UTF-8\nntp: {enabled: true}\nruncmd: [[cp, /etc/hosts, /root]]\n",
    );
    const words = ["dist/cloud-init-lint.cjs", "verify", ROOT, "--seed", seed];
    const { status, stderr, inside, foreign, written } = watch(process.execPath, ...words);
    expect({ status, stderr, foreign, written }).toEqual({
      status: 0,
      stderr: expect.stringContaining("did what was predicted"),
      foreign: [],
      written: [],
    });
    expect(inside.length).toBeGreaterThan(500);
  });
});
