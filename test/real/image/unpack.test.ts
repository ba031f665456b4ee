import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Room } from "../../../src/disk/temporary.ts";
import { openImage } from "../../../src/image/open.ts";
import { unpack } from "../../../src/image/unpack.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

const scratch = mkdtempSync(join(tmpdir(), "unpack-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const run = (script: string) => execFileSync("sh", ["-ec", script], { cwd: scratch, encoding: "utf8", stdio: "pipe" });

/** A system with all kinds of entries, and large, sparse and empty files. */
const MAKE = `
mkdir source; cd source
mkdir -p etc/cloud usr/bin var/log/journal dev home/alice
echo ID=debian >etc/os-release; echo root:x:0:0::/root:/bin/sh >etc/passwd; : >etc/fstab; : >etc/empty
head -c 40000000 /dev/urandom >usr/bin/large
truncate -s 300M var/log/lastlog; echo end >>var/log/lastlog
printf 'a%.0s' $(seq 200000) >usr/bin/text; head -c 100000 /dev/zero >>usr/bin/text; echo >>usr/bin/text
cp usr/bin/text usr/bin/ping; ln usr/bin/ping usr/bin/ping6; ln usr/bin/ping etc/ping
ln -s ../usr/bin/ping etc/link; ln -s /nowhere/at/all etc/broken; ln -s . etc/loop
mknod dev/null c 1 3; mkfifo dev/pipe
chown -h 1000:1001 etc/link; chown -R 1000:1001 home/alice; chown 70000:70001 etc/passwd
chmod 4755 usr/bin/ping; chmod 2755 var/log/journal; chmod 1777 home; chmod 000 etc/empty; chmod 700 home/alice
touch "etc/ä b" "etc/new
line"
find . -depth ! -type l -exec touch -d '2021-03-04 05:06:07' {} +
touch -d '1999-12-31 23:59:59' etc/passwd etc
`;

const LIST = "find . ! -type c ! -type p ! -name lost+found -printf '%P|%y|%m|%U|%G|%s|%l|%n|%Ts\\n'";

/** What is in a directory, and the room that it takes. Devices and pipes are not among it, nor are sizes of directories. */
function look(directory: string) {
  const entries = run(`cd ${directory}; ${LIST}`)
    .replace(/^(.*\|d\|.*?\|.*?\|.*?)\|\d+\|\|\d+\|/gm, "$1|")
    .split("\n")
    .sort();
  const digests = run(`cd ${directory}; find . -type f -exec sha256sum {} +`).split("\n").sort();
  return { entries, digests, megabytes: Number(run(`du -sm ${directory}`).split("\t")[0]) };
}

const FORMS: Readonly<Record<string, string>> = {
  "tar.ustar": "tar --format=ustar -C source -cf $1 .",
  "sparse.tar": "tar --format=pax -S -C source -cf $1 .",
  "old.tar.gz": "tar --format=oldgnu -S -C source -czf $1 .",
  "tar.xz": "tar -C source -cf - . | xz -0 >$1",
  "ext4.img": "mkfs.ext4 -q -d source $1 600M",
  "ext4.qcow2": "mkfs.ext4 -q -d source x.img 600M; qemu-img convert -c -O qcow2 x.img $1",
  "ext4.img.zst": "mkfs.ext4 -q -d source x.img 600M; zstd -q -o $1 x.img",
  squashfs: "mksquashfs source $1 -quiet -no-progress",
  "erofs.img": "mkfs.erofs --quiet $1 source",
  "btrfs.img": "truncate -s 700M $1; mkfs.btrfs -q -r source $1",
};

const needed = {
  ...asRoot,
  ...programs("tar", "xz", "zstd", "mkfs.ext4", "qemu-img", "mksquashfs", "mkfs.erofs", "mkfs.btrfs"),
};

describeReal("an unpacked image", needed, () => {
  beforeAll(() => {
    run(MAKE);
  });

  test.each(Object.keys(FORMS))(
    "of %s is the directory that it was made of",
    async (name) => {
      run(`set -- ${name}; ${FORMS[name]}; rm -f x.img`);
      const image = await openImage(join(scratch, name), () => false, { isWhole: true });
      const directory = join(scratch, `unpacked-${name}`);
      mkdirSync(directory);
      await unpack(image, directory, new Room(scratch, "a directory", 2 ** 30));
      expect(image.problems).toEqual([]);
      image.close?.();
      const [made, source] = [look(directory), look("source")];
      expect(made.digests).toEqual(source.digests);
      // mkfs makes the root directory itself.
      const own = ({ entries }: typeof made) => entries.filter((line) => !line.startsWith("|"));
      expect(own(made)).toEqual(own(source));
      // A hole stays one.
      expect(made.megabytes).toBeLessThan(60);
      run(`rm -r ${directory} ${name}`);
    },
    120_000,
  );
});
