import { closeSync, constants, fstatSync, openSync, read, readSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { checkInside, type Disk, DiskError } from "./disk.ts";
import { quoted } from "./marks.ts";

/** A disk that stays open until it is closed. */
export type FileDisk = Disk & { close(): void };

/** A file on this machine as a disk. It is opened read-only, once, until `close`. @throws the file system's error */
export function fileDisk(path: string): FileDisk {
  return openedDisk(openFile(path));
}

/** The file that was opened last to see what it is, and that is likely to be read next. */
let waiting: { readonly path: string; readonly file: number } | undefined;

/**
 * A file's first bytes: `length` of them, fewer at its end. It stays open for `openFile` until `closeWaiting`.
 * @throws the file system's error
 */
export function headOfFile(path: string, length: number): Buffer {
  const file = openFile(path);
  waiting = { path, file };
  const head = Buffer.alloc(length);
  return head.subarray(0, readSync(file, head, 0, length, 0));
}

/** Closes the file whose head was read, if nobody took it. */
export function closeWaiting(): void {
  if (waiting !== undefined) closeSync(waiting.file);
  waiting = undefined;
}

/** Opens a file for reading, unless it is open since its head was read: then that is given away. @throws as openSync */
export function openFile(path: string): number {
  const last = waiting;
  waiting = undefined;
  if (last !== undefined) {
    const [now, then] = [statSync(path, { throwIfNoEntry: false }), fstatSync(last.file)];
    if (last.path === path && now?.ino === then.ino && now.dev === then.dev) return last.file;
    closeSync(last.file);
  }
  return openSync(path, "r");
}

const SECTOR = 512;

/** The size of an open file in bytes. That of a block device is where reading ends, since nothing else of Node says it. */
function sizeOf(file: number): number {
  const stat = fstatSync(file);
  if (!stat.isBlockDevice()) return stat.size;
  const sector = Buffer.alloc(SECTOR);
  const holds = (count: number) => count === 0 || readSync(file, sector, 0, SECTOR, (count - 1) * SECTOR) === SECTOR;
  let [least, most] = [0, 1];
  while (holds(most) && most < Number.MAX_SAFE_INTEGER / SECTOR / 4) [least, most] = [most, most * 2];
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (holds(middle)) least = middle;
    else most = middle;
  }
  return least * SECTOR;
}

const readNext = promisify(read);

/** How much of a file is read at a time. */
const CHUNK = 256 * 1024;

/**
 * A file from its beginning to its end; it may be a pipe. Each piece is valid until the next one is asked for: a new one each
 * time would be left as garbage, of which Node lets tens of megabytes pile up.
 */
export async function* chunksOfFile(path: string): AsyncGenerator<Buffer> {
  const file = openFile(path);
  try {
    const memory = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await readNext(file, memory, 0, CHUNK, null);
      if (bytesRead === 0) return;
      yield memory.subarray(0, bytesRead);
    }
  } finally {
    closeSync(file);
  }
}

/** An open file as a disk; `close` closes it. */
export function openedDisk(file: number): FileDisk {
  const size = sizeOf(file);
  let isOpen = true;
  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      if (!isOpen) throw new Error("the disk was closed");
      const bytes = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const count = readSync(file, bytes, done, length - done, offset + done);
        if (count === 0) throw new DiskError("it became shorter while it was read");
        done += count;
      }
      return bytes;
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

/**
 * The file of this name beside a disk file, which names it. Links are not followed: they could lead anywhere.
 * @throws {DiskError} if it is no file beside it
 */
export function siblingOf(path: string, name: string): FileDisk {
  if (/[/\\\0]|^\.*$/.test(name)) throw new DiskError(`it consists of files in other directories: ${quoted(name)}`);
  let file: number;
  try {
    file = openSync(join(dirname(path), name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DiskError(`its part ${quoted(name)} cannot be opened (${code}); put it into the same directory`);
  }
  if (fstatSync(file).isFile()) return openedDisk(file);
  closeSync(file);
  throw new DiskError(`its part ${quoted(name)} is not a file`);
}
