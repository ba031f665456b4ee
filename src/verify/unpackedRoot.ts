import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DiskError } from "../disk/disk.ts";
import { MOST_TEMPORARY, Room, temporaryDirectory } from "../disk/temporary.ts";
import { type Image, ImageError } from "../image/image.ts";
import { unpack } from "../image/unpack.ts";
import { missingPrograms } from "./hostPrograms.ts";

/**
 * Makes a directory that only root can enter, and removes it with all that is in it when standard input ends: also when the
 * program is killed. Directories that are left of earlier runs, killed together with this script, go first; those in use are
 * locked.
 */
const KEEPER = `
umask 077
trap '' HUP INT TERM PIPE
for left in "\${1%-*}"-*; do
  if [ -d "$left" ] && [ -O "$left" ] && [ ! -L "$left" ]; then flock -n "$left" rm -rf -- "$left"; fi
done
mkdir -- "$1" && exec 3<"$1" && flock 3 && [ -d "$1" ] || exit 1
echo made
read -r _
exec 2>/dev/null
rm -rf -- "$1"
`;

/** How an image is unpacked. */
export interface UnpackOptions {
  /** The most bytes that it may take. */
  readonly most: number | undefined;
  /** Called now and then with the bytes that were written. */
  readonly written: (bytes: number) => void;
}

/**
 * What `use` makes of the directory into which an image is unpacked for as long as that takes.
 * @throws {ImageError} status 4 if it cannot be unpacked, and what `use` throws
 */
export async function withUnpacked<T>(
  image: Image,
  { most = MOST_TEMPORARY, written }: UnpackOptions,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const missing = missingPrograms({ flock: "util-linux" });
  if (missing !== undefined) throw new ImageError(4, `${image.source} cannot be unpacked: it needs ${missing}`);
  const temporary = temporaryDirectory();
  const directory = join(temporary, `cloud-init-lint-unpacked-${randomBytes(8).toString("hex")}`);
  const refuse = (why: string) => new ImageError(4, `${image.source} cannot be unpacked: ${why}`);
  // A session of its own, since Ctrl-C on the terminal reaches a whole group of processes.
  const keeper = spawn("sh", ["-c", KEEPER, "keeper", directory], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => keeper.on("close", () => resolve()).on("error", () => resolve()));
  try {
    const failure = await madeBy(keeper);
    if (failure !== undefined) throw refuse(`no directory can be made in ${temporary} (${failure}); set TMPDIR`);
    const root = `${directory}/root`;
    try {
      mkdirSync(root);
      await unpack(image, root, new Room(temporary, "a temporary directory", most), written);
    } catch (error) {
      if (error instanceof DiskError) throw refuse(error.message);
      throw error;
    }
    return await use(root);
  } finally {
    keeper.stdin.end();
    await ended;
  }
}

/** Waits until the directory is made. Returns why it was not. */
function madeBy(keeper: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let errors = "";
    keeper.stdin!.on("error", () => {});
    keeper.stdout!.on("data", () => resolve(undefined));
    keeper.stderr!.on("data", (data: Buffer) => {
      errors += data.toString("utf8");
    });
    keeper.on("error", (error) => resolve(error.message));
    keeper.on("close", () => resolve(errors.trimEnd().split("\n").at(-1) || "unknown error"));
  });
}
