import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../../cli/run.ts";
import { copyFixture } from "../../fixtures/fixtureImages.ts";
import { tree } from "../../image/tree.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { mounted } from "../filesystem/mount.ts";

const MIB = 1024 * 1024;
const needs = {
  ...asRoot,
  ...programs("mkfs.ext4", "sfdisk", "mkfs.vfat", "mkswap", "cryptsetup", "dd", "strace", "losetup"),
};

/** A file system, or other content of a partition. */
interface Content {
  readonly size: number;
  /** A type of sfdisk. */
  readonly type?: string;
  readonly make: (path: string) => void;
}

const call = (program: string, ...args: string[]) => void execFileSync(program, args, { stdio: "pipe" });

const UUIDS = ["11111111-2222-3333-4444-555555555550", "11111111-2222-3333-4444-555555555551"];

const ext4 = (directory: string, size = 24, ...options: string[]): Content => ({
  size,
  make: (path) => call("mkfs.ext4", "-q", "-F", "-d", directory, ...options, path),
});
const vfat: Content = { size: 4, type: "U", make: (path) => call("mkfs.vfat", "-i", "AAAABBBB", path) };
const swap: Content = { size: 4, type: "S", make: (path) => call("mkswap", "-q", path) };
const luks: Content = {
  size: 20,
  make: (path) =>
    void execFileSync(
      "cryptsetup",
      ["-q", "luksFormat", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", path, "-"],
      {
        input: "x",
        stdio: ["pipe", "pipe", "pipe"],
      },
    ),
};

/** A disk file with these partitions. */
function disk(label: "gpt" | "dos", contents: readonly Content[], name = "disk.img"): string {
  const path = join(tree({}), name);
  const size = contents.reduce((sum, content) => sum + content.size + 1, 4);
  writeFileSync(path, "");
  truncateSync(path, size * MIB);
  const part = ({ size: mebibytes, type }: Content) => `size=${mebibytes}M${type === undefined ? "" : `,type=${type}`}`;
  execFileSync("sfdisk", ["-q", path], {
    input: `label: ${label}\n${contents.map(part).join("\n")}\n`,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const table = JSON.parse(execFileSync("sfdisk", ["-J", path], { encoding: "utf8" }));
  for (const [index, { start }] of table.partitiontable.partitions.entries()) {
    const content = contents[index]!;
    const file = `${path}.${index}`;
    writeFileSync(file, "");
    truncateSync(file, content.size * MIB);
    content.make(file);
    call("dd", `if=${file}`, `of=${path}`, "bs=512", `seek=${start}`, "conv=notrunc,sparse");
    rmSync(file);
  }
  return path;
}

/** A copy of an example with an fstab, and directories that are to be moved to other file systems. */
function root(fstab: string, name = "debian-12-hardened"): string {
  const directory = tree({});
  copyFixture(name, directory);
  writeFileSync(join(directory, "etc/fstab"), fstab);
  for (const point of ["home", "boot/efi", "proc", "usr", "var", "mnt"])
    mkdirSync(join(directory, point), { recursive: true });
  return directory;
}

/** A copy without what is below some directories, and copies of those. */
function split(whole: string, ...points: string[]): string[] {
  const rest = tree({});
  cpSync(whole, rest, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  const parts = points.map((point) => {
    const part = tree({});
    rmSync(part, { recursive: true });
    renameSync(join(rest, point), part);
    mkdirSync(join(rest, point));
    return part;
  });
  return [rest, ...parts];
}

/** What a command says of an image, without its name. */
async function said(command: string, source: string, ...options: string[]) {
  const { status, out, err } = await run(command, source, "-f", "json", ...options);
  return { status, out: out.replaceAll(source, "IMAGE"), err: err.replaceAll(source, "IMAGE") };
}

async function sameAs(directory: string, image: string, ...options: string[]): Promise<void> {
  for (const command of ["lint", "plan"])
    expect(await said(command, image, ...options)).toEqual(await said(command, directory));
}

describeReal("a disk file is linted as the directory with its files", needs, () => {
  test("without a partition table", async () => {
    const whole = root("");
    const path = join(tree({}), "disk.img");
    writeFileSync(path, "");
    truncateSync(path, 24 * MIB);
    ext4(whole).make(path);
    await sameAs(whole, path);
  });

  test("with an EFI partition and swap, as those of distributions", async () => {
    const whole = root(
      `UUID=${UUIDS[0]} / ext4 errors=remount-ro 0 1\nUUID=AAAA-BBBB /boot/efi vfat umask=0077 0 1\n/dev/vda3 none swap sw 0 0\n`,
    );
    await sameAs(whole, disk("gpt", [vfat, ext4(whole, 24, "-U", UUIDS[0]!), swap]));
  });

  test.each<[string, "gpt" | "dos", string]>([
    ["by UUID", "gpt", `UUID=${UUIDS[0]} /var ext4 defaults 0 2\nUUID="${UUIDS[1]}" /usr auto ro 0 2\n`],
    ["by label", "gpt", "LABEL=va-r /var ext4 defaults 0 2\nLABEL=usr /usr ext4 ro 0 2\n"],
    ["by device", "dos", "/dev/sda2 /var ext4 defaults 0 2\n/dev/nvme0n1p3 /usr ext4 ro 0 2\n"],
    [
      "by link",
      "dos",
      `/dev/disk/by-uuid/${UUIDS[0]} /var ext4 defaults 0 2\n/dev/disk/by-label/usr /usr ext4 ro 0 2\n`,
    ],
  ])("mounts what its fstab names %s", async (_, label, fstab) => {
    const whole = root(fstab);
    const [rest, usr, vars] = split(whole, "usr", "var");
    const path = disk(label, [
      ext4(rest!),
      ext4(vars!, 24, "-U", UUIDS[0]!, "-L", "va-r"),
      ext4(usr!, 24, "-U", UUIDS[1]!, "-L", "usr"),
    ]);
    await sameAs(whole, path);
  });

  test("mounts partitions by their type where fstab says nothing", async () => {
    const whole = root("");
    const [rest, usr, vars] = split(whole, "usr", "var");
    const type = (content: Content, guid: string) => ({ ...content, type: guid });
    const path = disk("gpt", [
      type(ext4(usr!), "8484680C-9521-48C6-9C11-B0720656F69E"),
      type(ext4(vars!), "4D21B016-B534-45C2-A9FB-5C16E091FD2D"),
      type(ext4(rest!), "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"),
    ]);
    await sameAs(whole, path);
  });

  test("mounts below mounts, links on the way, and binds", async () => {
    const whole = root(
      "LABEL=lib /var/lib ext4 defaults 0 2\nLABEL=var /var ext4 defaults 0 2\n/mnt/etc-cloud /etc/cloud none bind 0 0\n",
    );
    const [rest, vars, cloud] = split(whole, "var", "etc/cloud");
    const [ofVar, lib] = split(vars!, "lib");
    cpSync(cloud!, join(rest!, "mnt/etc-cloud"), { recursive: true });
    cpSync(cloud!, join(whole, "mnt/etc-cloud"), { recursive: true });
    await sameAs(whole, disk("gpt", [ext4(rest!), ext4(ofVar!, 24, "-L", "var"), ext4(lib!, 24, "-L", "lib")]));
  });

  test("over several disks of one machine", async () => {
    const whole = root("LABEL=var /var ext4 defaults 0 2\n");
    const [rest, vars] = split(whole, "var");
    const folder = tree({});
    const [first, second] = [join(folder, "one.img"), join(folder, "two.img")];
    copyFileSync(disk("gpt", [ext4(rest!)]), first);
    copyFileSync(disk("dos", [ext4(vars!, 24, "-L", "var")]), second);
    await sameAs(whole, `${first}+${second}`);
    // Alone the first lacks what its fstab names.
    expect(await said("lint", first)).toMatchObject({ status: 4, err: expect.stringContaining("LABEL=var") });
  });
});

/** A root in a btrfs, made of subvolumes. @param make fills the mounted top with them and returns the root's directory */
function btrfsRoot(name: string, make: (top: string, id: string) => string): { directory: string; image: string } {
  const directory = tree({});
  const image = join(tree({}), "disk.img");
  writeFileSync(image, "");
  truncateSync(image, 160 * MIB);
  call("mkfs.btrfs", "-q", image);
  const id = execFileSync("blkid", ["-s", "UUID", "-o", "value", image], { encoding: "utf8" }).trim();
  mounted(image, "rw,compress=zstd", (top) => {
    const made = make(top, id);
    copyFixture(`${name}-hardened`, directory);
    copyFileSync(join(made, "etc/fstab"), join(directory, "etc/fstab"));
    // What the seed asks for is in the plan.
    const seed = join(directory, "var/lib/cloud/seed/nocloud");
    for (const path of [seed, join(directory, "home")]) mkdirSync(path, { recursive: true });
    writeFileSync(join(seed, "meta-data"), "instance-id: i-of-the-seed\n");
    writeFileSync(join(seed, "user-data"), "#cloud-config\nhostname: of-the-seed\n");
    const [rest, vars] = split(directory, "var");
    cpSync(rest!, made, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    const [holder] = ["var", "@/var"].filter((path) => existsSync(join(top, path)));
    cpSync(vars!, join(top, holder!), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    if (existsSync(join(top, "root"))) call("btrfs", "subvolume", "snapshot", made, join(top, "root-of-before"));
  });
  return { directory, image };
}

describeReal(
  "a disk with subvolumes is linted as the directory",
  { ...needs, ...programs("mkfs.btrfs", "btrfs", "blkid") },
  () => {
    const subvolume = (path: string) => {
      mkdirSync(join(path, ".."), { recursive: true });
      call("btrfs", "subvolume", "create", path);
    };

    test("named ones beside each other, as Fedora has them, and a snapshot of the root", async () => {
      const { directory, image } = btrfsRoot("fedora-42", (top, id) => {
        for (const name of ["root", "home", "var"]) subvolume(join(top, name));
        mkdirSync(join(top, "root/etc"));
        writeFileSync(
          join(top, "root/etc/fstab"),
          `UUID=${id} / btrfs subvol=root 0 0\nUUID=${id} /home btrfs subvol=home 0 0\nUUID=${id} /var btrfs subvol=var 0 0\n`,
        );
        return join(top, "root");
      });
      await sameAs(directory, image);
    });

    test("a snapshot that is the default one, as openSUSE has it", async () => {
      const { directory, image } = btrfsRoot("opensuse-leap-15.6", (top, id) => {
        subvolume(join(top, "@"));
        const snapshot = join(top, "@/.snapshots/1/snapshot");
        for (const path of [snapshot, join(top, "@/var"), join(top, "@/home")]) subvolume(path);
        call("btrfs", "subvolume", "set-default", snapshot);
        mkdirSync(join(snapshot, "etc"));
        writeFileSync(
          join(snapshot, "etc/fstab"),
          `UUID=${id} / btrfs defaults 0 0\nUUID=${id} /home btrfs subvol=/@/home 0 0\nUUID=${id} /var btrfs subvol=/@/var 0 0\n`,
        );
        return snapshot;
      });
      await sameAs(directory, image);
    });
  },
);

describeReal("what a disk lacks is said", needs, () => {
  describe("a mount that cannot be read", () => {
    test.each<[string, string, string, number]>([
      ["whose paths a lint reads", "/dev/sda2 /var ext4 defaults 0 2\n", "/var", 4],
      ["that may fail", "/dev/sda2 /var ext4 defaults,nofail 0 2\n", "", 0],
      ["that is not mounted", "/dev/sda2 /var ext4 noauto 0 2\n", "", 0],
      ["whose paths nobody reads", "/dev/sda2 /mnt/data ext4 defaults 0 2\n", "", 0],
      // Its finding is about the order of the boot.
      ["from the network", "server:/export /var nfs defaults 0 0\n", "", 1],
    ])("%s", async (_, fstab, path, status) => {
      const image = disk("gpt", [ext4(root(fstab, "debian-12")), luks]);
      const { err, ...answer } = await said("lint", image);
      expect(answer.status).toBe(status);
      if (status === 4)
        expect(err).toContain(
          `IMAGE: ${path} was not read: partition 2, which /etc/fstab:1 mounts here, is encrypted (LUKS)`,
        );
      else expect(err).not.toContain("was not read");
    });
  });

  test("of several roots none is guessed", async () => {
    const [one, two] = [root(""), root("", "fedora-42")];
    const path = disk("gpt", [ext4(one), ext4(two, 40)]);
    const { status, err } = await said("lint", path);
    expect(status).toBe(2);
    expect(err).toBe(
      "cloud-init-lint: IMAGE contains 2 root file systems; choose one: --root 1 is partition 1 (ext4), Debian GNU/Linux 12 (bookworm); --root 2 is partition 2 (ext4), Fedora Linux 42 (Cloud Edition)\n",
    );
    await sameAs(one, path, "--root", "1");
    await sameAs(two, path, "--root", "2");
    expect(await said("lint", path, "--root", "3")).toMatchObject({
      status: 2,
      err: expect.stringContaining("--root 3: IMAGE has no such root file system"),
    });
  });

  test.each<[string, () => readonly Content[], number, string]>([
    ["nothing but swap", () => [swap], 3, "contains no root file system: partition 1 is swap"],
    ["data", () => [ext4(tree({ "data/x": "" }))], 3, "partition 1 is ext4 without a system"],
    ["an encrypted root", () => [vfat, luks], 4, "no root file system can be read: partition 1"],
  ])("%s", async (_, contents, status, text) => {
    const { status: ended, err } = await said("lint", disk("gpt", contents()));
    expect([ended, err]).toEqual([status, expect.stringContaining(text)]);
  });

  test("a block device, by its name and as standard input", async () => {
    const tree = root("");
    const device = execFileSync("losetup", ["-rf", "--show", disk("gpt", [ext4(tree)])], { encoding: "utf8" }).trim();
    try {
      await sameAs(tree, device);
      const program = ["-c", `exec '${process.execPath}' bin/cloud-init-lint.js - < ${device}`];
      expect(spawnSync("sh", program, { encoding: "utf8" })).toMatchObject({ status: 1, stderr: "" });
    } finally {
      execFileSync("losetup", ["-d", device]);
    }
  });

  test("the file is opened once, for reading, and stays as it is", () => {
    const path = disk("gpt", [ext4(root(""))]);
    const state = () => [execFileSync("sha256sum", [path], { encoding: "utf8" }), statSync(path).mtimeMs];
    const before = state();
    const log = join(tree({}), "strace");
    const program = [
      "-f",
      "-qq",
      "-e",
      "trace=openat,open",
      "-o",
      log,
      process.execPath,
      "bin/cloud-init-lint.js",
      path,
    ];
    expect(spawnSync("strace", program).status).toBe(1);
    const opened = readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line.includes(path));
    expect(opened).toEqual([expect.stringContaining("O_RDONLY")]);
    expect(state()).toEqual(before);
  });
});
