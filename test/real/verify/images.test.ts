/** `verify` on what is no directory: disks, archives and container images are unpacked, and nothing of that remains. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sample, seedOf } from "../../samples.ts";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { processesWith, until } from "./processes.ts";
import { PROGRAM, run } from "./verifyRoot.ts";

const ROOT = join(roots, "bookworm");
const scratch = mkdtempSync(join(tmpdir(), "verify-images-"));
// In memory: ext4 looks long for free inodes where many files were removed just now.
const temporary = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "verify-images-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
  rmSync(temporary, { recursive: true });
});

const runThere = (program: string, ...words: string[]) => execFileSync(program, words, { cwd: scratch, stdio: "pipe" });

/** What is left of the image after a run. */
const left = () => readdirSync(temporary);

function verify(image: string, ...words: string[]) {
  return run(process.execPath, [PROGRAM, "verify", join(scratch, image), ...words], { TMPDIR: temporary });
}

const needed = {
  ...realRoots,
  ...programs(
    "unshare",
    "setpriv",
    "nsenter",
    "ip",
    "mount",
    "flock",
    "mkfs.ext4",
    "qemu-img",
    "tar",
    "zstd",
    "sfdisk",
    "debugfs",
  ),
};

describeReal("verify unpacks", needed, () => {
  beforeAll(() => {
    // /var is on another partition, as its fstab says.
    mkdirSync(join(scratch, "upper/etc"), { recursive: true });
    mkdirSync(join(scratch, "work"));
    mkdirSync(join(scratch, "merged"));
    writeFileSync(
      join(scratch, "upper/etc/fstab"),
      "LABEL=root / ext4 defaults 0 1\nLABEL=var /var ext4 defaults 0 2\n",
    );
    const make = [
      `mount -t overlay -o "lowerdir=${ROOT},upperdir=upper,workdir=work" overlay merged`,
      "mkfs.ext4 -q -L var -d merged/var var.img 512M",
      "rm -rf merged/var/*",
      "mkfs.ext4 -q -L root -d merged root.img 1500M",
      "truncate -s 2100M disk.raw",
      'printf "start=1M,size=1500M,type=L\\nsize=512M,type=L\\n" | sfdisk -q disk.raw',
      "dd if=root.img of=disk.raw bs=1M seek=1 conv=notrunc,sparse status=none",
      "dd if=var.img of=disk.raw bs=1M seek=1501 conv=notrunc,sparse status=none",
      "qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2",
      "rm root.img var.img",
    ];
    runThere("unshare", "--mount", "sh", "-ec", make.join("\n"));
    runThere("sh", "-ec", `tar -C ${ROOT} -cf root.tar . && zstd -q root.tar`);
  }, 300_000);

  test("a disk with partitions", () => {
    const { status, stdout, stderr } = verify("disk.qcow2", "-f", "json");
    const { agrees, changes, image } = JSON.parse(stdout);
    expect(changes.filter(({ outcome }: { outcome: string }) => outcome !== "predicted")).toEqual([]);
    expect(changes.length).toBeGreaterThan(5);
    expect([status, agrees, image.source]).toEqual([0, true, join(scratch, "disk.qcow2")]);
    expect(stderr).toContain("running this image's cloud-init as root in a sandbox");
    expect(left()).toEqual([]);
  }, 180_000);

  test("a compressed archive, also from standard input", () => {
    const { status, stdout } = verify("root.tar.zst", "-f", "json");
    expect([status, JSON.parse(stdout).agrees]).toEqual([0, true]);
    const input = openSync(join(scratch, "root.tar.zst"), "r");
    const piped = spawnSync(process.execPath, [PROGRAM, "verify", "-", "-f", "json"], {
      encoding: "utf8",
      env: { ...process.env, TMPDIR: temporary },
      stdio: [input, "pipe", "pipe"],
    });
    expect([piped.status, JSON.parse(piped.stdout).changes]).toEqual([0, JSON.parse(stdout).changes]);
    expect(left()).toEqual([]);
  }, 180_000);

  test("a container image, whose upper layer replaces and removes files", () => {
    const layers = join(scratch, "container");
    mkdirSync(join(layers, "own/etc/cloud/cloud.cfg.d"), { recursive: true });
    writeFileSync(join(layers, "own/etc/cloud/cloud.cfg.d/95-own.cfg"), "timezone: Asia/Tokyo\n");
    writeFileSync(join(layers, "own/etc/cloud/.wh.templates"), "");
    runThere("sh", "-ec", "cp root.tar container/first.tar; tar -C container/own -czf container/second.tar .");
    const digest = (file: string) =>
      `sha256:${createHash("sha256")
        .update(execFileSync("sh", ["-c", `zcat -f "$1"`, "sh", join(layers, file)], { maxBuffer: 2 ** 30 }))
        .digest("hex")}`;
    const config = {
      architecture: "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: ["first.tar", "second.tar"].map(digest) },
    };
    writeFileSync(join(layers, "config.json"), JSON.stringify(config));
    const manifest = [{ Config: "config.json", RepoTags: ["own:1"], Layers: ["first.tar", "second.tar"] }];
    writeFileSync(join(layers, "manifest.json"), JSON.stringify(manifest));
    runThere(
      "tar",
      "-C",
      "container",
      "-cf",
      "container.tar",
      "config.json",
      "manifest.json",
      "first.tar",
      "second.tar",
    );
    const { status, stdout } = verify("container.tar", "-f", "json");
    const { changes, agrees } = JSON.parse(stdout);
    expect(changes).toContainEqual(expect.objectContaining({ path: "/etc/localtime", outcome: "predicted" }));
    // Without templates there is nothing to write package sources and hosts from.
    expect(changes.map(({ path }: { path: string }) => path)).not.toContain("/etc/apt/sources.list");
    expect([status, agrees]).toEqual([0, true]);
    expect(left()).toEqual([]);
  }, 180_000);

  test("a damaged disk, and says what is missing", () => {
    const disk = join(scratch, "damaged.raw");
    runThere("cp", "--sparse=always", "disk.raw", "damaged.raw");
    const blocks = execFileSync("debugfs", ["-R", "blocks /usr/share/zoneinfo/Antarctica", `${disk}?offset=1048576`], {
      encoding: "utf8",
      stdio: "pipe",
    });
    const file = openSync(disk, "r+");
    writeSync(file, Buffer.alloc(512, 0xff), 0, 512, 2 ** 20 + 4096 * Number(blocks.trim().split(" ")[0]));
    closeSync(file);
    const { status, stdout, stderr } = verify("damaged.raw");
    expect(stderr).toContain("/usr/share/zoneinfo/Antarctica was not read: it is damaged");
    expect(stdout).toContain("did what was predicted");
    expect([status, left()]).toEqual([4, []]);
  }, 180_000);

  test("no more than it may, and only where there is room", () => {
    const limited = verify("disk.qcow2", "--max-temporary", "50M");
    expect([limited.status, limited.stdout]).toEqual([4, ""]);
    expect(limited.stderr).toBe(
      `cloud-init-lint: ${join(scratch, "disk.qcow2")} cannot be unpacked: it needs a temporary directory of more than 50 MiB; allow more with --max-temporary\n`,
    );
    expect(left()).toEqual([]);
    const script = `mount -t tmpfs -o size=400m tmpfs "$1"; "$2" ${PROGRAM} verify "$3" || echo "status $?"; ls "$1"`;
    const words = ["--mount", "sh", "-ec", script, "sh", temporary, process.execPath, join(scratch, "disk.qcow2")];
    const full = spawnSync("unshare", words, { encoding: "utf8", env: { ...process.env, TMPDIR: temporary } });
    expect(full.stdout).toBe("status 4\n");
    expect(full.stderr).toContain(`there is too little room for its temporary directory in ${temporary}; set TMPDIR\n`);
    const nowhere = spawnSync(process.execPath, [PROGRAM, "verify", join(scratch, "disk.qcow2")], {
      encoding: "utf8",
      env: { ...process.env, TMPDIR: join(scratch, "nowhere") },
    });
    expect([nowhere.status, nowhere.stdout]).toEqual([4, ""]);
    expect(nowhere.stderr).toMatch(
      /no directory can be made in \S+nowhere \(.*No such file or directory\); set TMPDIR\n$/,
    );
  }, 180_000);

  test("and leaves nothing when it is killed", async () => {
    const points = sample(0, 6, 50);
    let random = seedOf(19);
    for (let point = 0; point < points; point++) {
      random = (random * 48271) % 2147483647;
      const name = "VERIFY_RUN";
      const value = randomUUID();
      const child = spawn(process.execPath, [PROGRAM, "verify", join(scratch, "disk.qcow2")], {
        env: { ...process.env, [name]: value, TMPDIR: temporary },
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => child.on("close", resolve));
      await sleep(300 + (random % 5000));
      child.kill((["SIGKILL", "SIGINT", "SIGTERM"] as const)[point % 3]!);
      await ended;
      await until(() => processesWith(`${name}=${value}`).length === 0);
      expect([processesWith(`${name}=${value}`), left()]).toEqual([[], []]);
    }
  }, 600_000);

  test("and removes what an earlier run left, but nothing that is in use", () => {
    const [old, inUse, link] = ["01", "02", "03"].map((name) => join(temporary, `cloud-init-lint-unpacked-${name}`));
    for (const directory of [old!, inUse!]) mkdirSync(join(directory, "root"), { recursive: true });
    symlinkSync(scratch, link!);
    const script = `exec flock "$1" "$2" ${PROGRAM} verify "$3" --max-temporary 1M`;
    const words = ["-c", script, "sh", inUse!, process.execPath, join(scratch, "disk.qcow2")];
    const { stderr } = spawnSync("sh", words, { encoding: "utf8", env: { ...process.env, TMPDIR: temporary } });
    expect(stderr).toContain("a temporary directory of more than 1 MiB");
    expect(left().map((name) => join(temporary, name))).toEqual([inUse, link]);
  });
});
