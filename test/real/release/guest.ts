import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { roots } from "../describeReal.ts";
import { OUT } from "./built.ts";

/** Runs in mounts of its own, which end with it. */
const OUTER = `set -e
mount -t overlay none -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/guest"
mount --bind /proc "$2/guest/proc"
mount --bind /dev/null "$2/guest/dev/null"
mount --bind "$3" "$2/guest/mnt"
cd "$2/guest"
eval "$5"
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot . sh -c "$4"`;

/**
 * Runs a script of sh as root in a copy of a real root, which has no Node; its changes are dropped.
 * @param inside the script; what `npm run executable` and `npm run packages` make is in /mnt
 * @param outside what is done to the copy before it, in its directory; what they make is in "$3"
 */
export function inGuest(suite: string, inside: string, outside = "") {
  const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-guest-"));
  try {
    for (const name of ["upper", "work", "guest"]) mkdirSync(join(scratch, name));
    const args = ["--mount", "--propagation", "private", "sh", "-c", OUTER, "sh"];
    const { status, stdout, stderr } = spawnSync(
      "unshare",
      [...args, join(roots, suite), scratch, OUT, inside, outside],
      { encoding: "utf8", maxBuffer: 2 ** 28 },
    );
    return { status, stdout, stderr };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
