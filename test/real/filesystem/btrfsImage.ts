import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Random } from "../../fuzz/random.ts";
import { tree } from "../../image/tree.ts";

/** A file of 600 MB with a new file system, most of it a hole. */
export function made(options: string): string {
  const image = blank("disk");
  run("mkfs.btrfs", "-q", ...options.split(" ").filter(Boolean), image);
  return image;
}

/** A file of 600 MB that is a hole. */
export function blank(name: string): string {
  const image = join(tree({}), name);
  writeFileSync(image, "");
  truncateSync(image, 600 * 2 ** 20);
  return image;
}

/** Runs a program, and returns what it prints. */
export function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs a script in a directory. */
export function sh(directory: string, script: string): string {
  return execFileSync("sh", ["-e", "-c", script], {
    cwd: directory,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Has a loop device for each image file while something is done. Needs root. */
export function attached<T>(images: readonly string[], action: (devices: readonly string[]) => T): T {
  const devices: string[] = [];
  try {
    for (const image of images) devices.push(run("losetup", "-f", "--show", image).trim());
    return action(devices);
  } finally {
    for (const device of devices) run("losetup", "-d", device);
  }
}

/** Mounts a file system of several devices while something is done there. */
export function mountedDevices<T>(devices: readonly string[], options: string, action: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), "cloud-init-lint-mount-"));
  try {
    const all = [options, ...devices.map((device) => `device=${device}`)].join(",");
    run("mount", "-t", "btrfs", "-o", all, devices[0]!, directory);
    try {
      return action(directory);
    } finally {
      run("sync", "-f", directory);
      run("umount", directory);
    }
  } finally {
    rmdirSync(directory);
  }
}

/**
 * Does to a file system full of files what only btrfs has: subvolumes, nested ones, snapshots, shared extents, files
 * that are not copied on write, files compressed in different ways, another default subvolume.
 */
export function changeAsBtrfsCan(directory: string, random: Random): void {
  const number = (limit: number) => random.below(limit);
  sh(
    directory,
    `
      files=$(find . -xdev -type f -size +8k -size -2000k -regex '[-a-zA-Z0-9./]*' | sort | head -8)
      mkdir -p opt plain; chattr +C plain; chown 5:6 opt
      btrfs subvolume create sub
      btrfs subvolume create sub/nested
      btrfs subvolume create "opt/with blank"
      n=0
      for file in $files; do
        n=$((n + 1))
        cp --reflink=always "$file" sub/clone$n
        cp --reflink=always "$file" opt/clone$n
        cp --reflink=never "$file" plain/file$n || :
        cp --reflink=never "$file" sub/nested/file$n
        dd if=/dev/urandom of=opt/clone$n bs=1000 seek=$((n + ${number(20)})) count=${1 + number(9)} conv=notrunc 2>&1
        [ $n != 3 ] || truncate -s ${number(9000)} sub/clone$n
        [ $n != 4 ] || truncate -s +${number(900_000)} sub/clone$n
      done
      for kind in zlib lzo zstd none; do
        : > sub/$kind; btrfs property set sub/$kind compression $kind || :
        yes "$kind $n" | head -c ${number(300_000)} >> sub/$kind
        : > sub/small-$kind; btrfs property set sub/small-$kind compression $kind || :
        yes "$kind" | head -c ${number(3000)} >> sub/small-$kind
      done
      sync -f .
      btrfs subvolume snapshot sub snapshot
      btrfs subvolume snapshot -r . opt/all
      btrfs subvolume create gone; echo a > gone/a; btrfs subvolume delete -c gone
      echo later > sub/later; rm -f sub/clone1; echo more >> snapshot/clone2
      btrfs filesystem defragment -r -czstd opt/clone* 2>&1 || :
    `,
  );
  execFileSync("python3", ["-c", CLONE, ...Array.from({ length: 6 }, () => String(number(2 ** 30)))], {
    cwd: directory,
  });
  if (random.chance(2)) sh(directory, `btrfs subvolume set-default ${random.pick(["sub", "snapshot", "opt/all"])}`);
}

/** Shares parts of extents between files, by random numbers. */
const CLONE = `
import fcntl, os, struct, sys

numbers = list(map(int, sys.argv[1:]))
source = os.open("opt", os.O_RDONLY)
files = sorted(name for name in os.listdir("opt") if name.startswith("clone"))
target = os.open("parts", os.O_RDWR | os.O_CREAT)
at = 0
for index, number in enumerate(numbers * 3):
    if not files: break
    file = os.open("opt/" + files[(number + index) % len(files)], os.O_RDONLY)
    blocks = os.fstat(file).st_size // 4096
    if blocks == 0: continue
    start = (number // 7 + index) % blocks
    length = 1 + (number // 11 + index) % (blocks - start)
    try: fcntl.ioctl(target, 0x4020940d, struct.pack("qQQQ", file, start * 4096, length * 4096, at * 4096))
    except OSError as error:
        if error.errno != 22: raise
    at += length + number % 3
    os.close(file)
`;
