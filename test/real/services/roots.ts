import { spawnSync } from "node:child_process";
import { roots } from "../describeReal.ts";

/** The Debian releases of test/real/make-roots.sh with the versions of what the services read. */
export const RELEASES = [
  { release: "bullseye", openssh: "1:8.4p1-5+deb11u7" },
  { release: "bookworm", openssh: "1:9.2p1-2+deb12u10" },
  { release: "trixie", openssh: "1:10.0p2-7+deb13u4" },
  { release: "sid", openssh: "1:10.6p1-1" },
] as const;

/** Runs a shell script in a throw-away overlay of a release's root, without a network; answers its standard output. */
export function runInRoot(release: string, script: string): string {
  // In a mount namespace of its own, so what is mounted over /mnt is seen by nobody else and gone with the last process.
  const setUp = `
    set -e
    mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir upper work root
    mount -t overlay overlay -o lowerdir="$1",upperdir=upper,workdir=work root
    mkdir -p root/run/sshd
    mount -t tmpfs tmpfs root/dev && mknod -m 666 root/dev/null c 1 3 && mknod -m 666 root/dev/urandom c 1 9
    exec chroot root /bin/sh`;
  const result = spawnSync("unshare", ["--mount", "--net", "sh", "-c", setUp, "sh", `${roots}/${release}`], {
    input: script,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  if (result.status !== 0) throw new Error(`${release}: status ${result.status}: ${result.stderr}`);
  return result.stdout;
}
