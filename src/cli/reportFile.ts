import { randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  lstatSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { onInterrupt } from "./interrupt.ts";

/** The number of links to follow, as in the kernel. */
const MOST_LINKS = 40;

/**
 * The regular file that exists at a path or would be created there, with links followed. Undefined for anything that is
 * written to directly: devices, pipes, and this program's own standard output. @throws the file system's error.
 */
export function regularFile(path: string): string | undefined {
  let place = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    place = join(realpathSync(dirname(place)), basename(place));
    // /dev/stdout may lead to a file that the shell continues to write to.
    if (place.startsWith("/proc/")) return undefined;
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat === undefined || stat.isFile()) return place;
    if (!stat.isSymbolicLink()) return undefined;
    place = resolve(dirname(place), readlinkSync(place));
  }
  return undefined;
}

/**
 * Writes a report to a temporary file in the same directory, which then replaces the file, so that only complete reports
 * carry its name. An earlier file stays if writing fails or is interrupted. @throws the file system's error.
 */
export async function writeReportFile(path: string, text: string, fill = fillWith): Promise<void> {
  const place = regularFile(path);
  if (place === undefined) return writeFileSync(path, text);
  await replaceFile(
    place,
    (handle) => fill(handle, text),
    likeEarlier,
    () => overwrite(place, text),
  );
}

/**
 * Writes bytes that only their owner may read, in the same way. @param place as `regularFile` gives it
 * @throws the file system's error.
 */
export async function writePrivateFile(place: string, bytes: Buffer): Promise<void> {
  await replaceFile(
    place,
    (handle) => handle.writeFile(bytes),
    async () => {},
  );
}

/** @param settle gives the new file what it takes from the earlier one @param otherwise writes where nothing can be replaced */
async function replaceFile(
  place: string,
  fill: (handle: FileHandle) => Promise<void>,
  settle: (handle: FileHandle, earlier: Stats) => Promise<void>,
  otherwise?: () => void,
): Promise<void> {
  const earlier = lstatSync(place, { throwIfNoEntry: false });
  // A write-protected file is not replaced, even where the directory would permit it.
  if (earlier !== undefined) accessSync(place, constants.W_OK);
  const beside = join(dirname(place), `.cloud-init-lint-${randomBytes(6).toString("hex")}`);
  const remove = () => rmSync(beside, { force: true });
  const settled = onInterrupt(remove);
  try {
    const handle = await open(beside, "wx", otherwise === undefined ? 0o600 : 0o666);
    try {
      await fill(handle);
      if (earlier !== undefined) await settle(handle, earlier);
    } finally {
      await handle.close();
    }
    await rename(beside, place);
  } catch (error) {
    remove();
    if (earlier === undefined || otherwise === undefined || !mayNotReplace(error)) throw error;
    otherwise();
  } finally {
    settled();
  }
}

async function fillWith(handle: FileHandle, text: string): Promise<void> {
  await handle.writeFile(text);
}

async function likeEarlier(handle: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid);
  await handle.chmod(mode & 0o7777);
}

/** Whether a file can be written but not replaced: its directory is protected, another user owns it, it is a mount. */
function mayNotReplace(error: unknown): boolean {
  return ["EACCES", "EPERM", "EROFS", "EBUSY"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function overwrite(place: string, text: string): void {
  try {
    writeFileSync(place, text);
  } catch (error) {
    // Half a report could be mistaken for a complete one.
    truncateSync(place);
    throw error;
  }
}
