import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { startAws } from "../../aws/server.ts";
import { AMI, image, SNAPSHOT } from "../../aws/world.ts";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { mounted } from "../filesystem/mount.ts";

const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-aws-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const call = (program: string, ...args: string[]) => void execFileSync(program, args, { stdio: "pipe" });

/** How a root is put on a disk, and how many blocks of 512 KiB a lint of it reads at most. */
const FILESYSTEMS: Readonly<Record<string, { readonly most: number; make(root: string, disk: string): void }>> = {
  ext4: { most: 80, make: (root, disk) => call("mkfs.ext4", "-q", "-F", "-d", root, disk) },
  xfs: {
    most: 80,
    make(root, disk) {
      call("mkfs.xfs", "-q", disk);
      mounted(disk, "nouuid", (directory) => call("cp", "-a", `${root}/.`, directory));
    },
  },
  btrfs: { most: 80, make: (root, disk) => call("mkfs.btrfs", "-q", "--rootdir", root, disk) },
};

/** What the program prints, and the most memory that it used, in MiB. */
async function lint(env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ stdout: string; memory: number }> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["-r", "./test/real/printPeakMemory.cjs", "bin/cloud-init-lint.js", ...args, "-f", "json", "--exit-zero"],
    { env: { PATH: process.env.PATH, ...env }, maxBuffer: 2 ** 26 },
  );
  expect(stderr).toMatch(/^[\d.]+\n$/);
  return { stdout, memory: Number(stderr) };
}

describeReal("a real root in a snapshot", { ...realRoots, ...programs("mkfs.ext4", "mkfs.xfs", "mkfs.btrfs") }, () => {
  const cases = ["bookworm", "trixie"].flatMap((suite) =>
    Object.keys(FILESYSTEMS).map((type) => [suite, type] as const),
  );
  test.each(cases)("%s on %s has the findings of its directory, from few blocks", async (suite, type) => {
    const root = join(roots, suite);
    const disk = join(scratch, `${suite}.${type}`);
    writeFileSync(disk, "");
    truncateSync(disk, 8 * 2 ** 30);
    const { most, make } = FILESYSTEMS[type]!;
    make(root, disk);
    const aws = await startAws({ images: { [AMI]: image() }, snapshots: { [SNAPSHOT]: { content: disk } }, delay: 20 });
    try {
      const byId = await lint(aws.environment, `ami:${AMI}`);
      const asDirectory = await lint({}, root, "--datasource", "Ec2");
      expect(byId.stdout.replace(`"ami:${AMI}"`, JSON.stringify(root))).toBe(asDirectory.stdout);
      const count = (operation: string) => aws.calls.filter((one) => one.operation === operation).length;
      expect(count("ListSnapshotBlocks")).toBeLessThanOrEqual(2);
      expect(count("GetSnapshotBlock")).toBeLessThanOrEqual(most);
      expect(byId.memory).toBeLessThan(150);
    } finally {
      await aws.close();
      rmSync(disk);
    }
  });
});
