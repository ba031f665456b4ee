import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { type Aws, startAws } from "../../aws/server.ts";
import { AMI, image } from "../../aws/world.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

const MIB = 2 ** 20;
const STRIPE = 64 * 1024;
const [FIRST, SECOND, VAR] = ["snap-00000001", "snap-00000002", "snap-00000003"];
const VAR_UUID = "0c6f7a3e-5d0b-4c9a-8e1f-2b7d9a6c4e10";

const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-aws-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const call = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** Puts a file system on a logical volume that is striped over two files. */
async function striped(filesystem: string, files: readonly [string, string]): Promise<void> {
  for (const file of files) {
    writeFileSync(file, "");
    truncateSync(file, 48 * MIB);
  }
  const devices = files.map((file) => call("losetup", "-f", "--show", file).trim());
  try {
    const filter = devices.map((device) => `"a|${device}|"`).join(",");
    const config = `devices { filter=[${filter},"r|.*|"] use_devicesfile=0 } activation { udev_sync=0 }`;
    const lvm = (program: string, ...args: string[]) =>
      call(program, "--driverloaded", "n", "--config", config, "-q", ...args);
    lvm("pvcreate", ...devices);
    lvm("vgcreate", "-s", "1M", "vg", ...devices);
    lvm("lvcreate", "-an", "-Zn", "-Wn", "-i", "2", "-I", "64k", "-L", "64M", "-n", "root", "vg");
  } finally {
    for (const device of devices) call("losetup", "-d", device);
  }
  const bytes = readFileSync(filesystem);
  for (const [index, file] of files.entries()) {
    const disk = await open(file, "r+");
    // LVM's data begin at 1 MiB.
    for (let at = index * STRIPE; at < bytes.length; at += 2 * STRIPE)
      await disk.write(bytes, at, STRIPE, MIB + (at - index * STRIPE) / 2);
    await disk.close();
  }
}

/** What the program prints, and its exit status. */
async function lint(env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ stdout: string; status: number }> {
  try {
    const { stdout } = await promisify(execFile)("bin/cloud-init-lint.js", args, {
      env: { PATH: process.env.PATH, ...env },
    });
    return { stdout, status: 0 };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { stdout: stdout + stderr, status: code };
  }
}

const NEEDED = { ...asRoot, ...programs("mkfs.ext4", "pvcreate", "vgcreate", "lvcreate", "losetup") };

describeReal("a root on LVM over two snapshots, with /var on a third", NEEDED, () => {
  test("has the findings of its directory, by the AMI and by its snapshots", async () => {
    const root = join(scratch, "root");
    cpSync("fixtures/debian-12-hardened", root, { recursive: true });
    writeFileSync(
      join(root, "etc/fstab"),
      `/dev/vg/root / ext4 defaults 0 1\nUUID=${VAR_UUID} /var ext4 defaults 0 2\n`,
    );
    const asDirectory = await lint({}, root, "-f", "json", "--datasource", "Ec2");
    const files = ["first", "second", "var"].map((name) => join(scratch, name)) as [string, string, string];
    call("mkfs.ext4", "-q", "-U", VAR_UUID, "-d", join(root, "var"), files[2], "16M");
    renameSync(join(root, "var"), join(scratch, "content-of-var"));
    await mkdir(join(root, "var"));
    call("mkfs.ext4", "-q", "-d", root, join(scratch, "root.ext4"), "64M");
    await striped(join(scratch, "root.ext4"), [files[0], files[1]]);

    const mapping = [VAR, SECOND, FIRST].map((snapshotId, index) => ({
      deviceName: `/dev/sd${"bca"[index]}`,
      ebs: { snapshotId },
    }));
    const contents = [FIRST, SECOND, VAR].map((id, index) => [id, { content: files[index]! }] as const);
    const aws: Aws = await startAws({
      images: { [AMI]: image({ rootDeviceName: "/dev/sda", blockDeviceMapping: mapping }) },
      snapshots: Object.fromEntries(contents),
    });
    try {
      for (const source of [`ami:${AMI}`, `ebs:${VAR}+${FIRST}+${SECOND}`]) {
        const { stdout, status } = await lint(aws.environment, source, "-f", "json", "--datasource", "Ec2");
        expect([status, stdout.replace(JSON.stringify(source), JSON.stringify(root))]).toEqual([1, asDirectory.stdout]);
      }
      // Half a volume group is not a root, and a system without its /var is not read as if that were empty.
      const half = await lint(aws.environment, `ebs:${FIRST}+${VAR}`);
      expect([half.status, half.stdout]).toEqual([4, expect.stringContaining('pass all disks, joined by "+"')]);
      const withoutVar = await lint(aws.environment, `ebs:${FIRST}+${SECOND}`);
      expect([withoutVar.status, withoutVar.stdout]).toEqual([4, expect.stringContaining(VAR_UUID)]);
    } finally {
      await aws.close();
    }
  });
});
