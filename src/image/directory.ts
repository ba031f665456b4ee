import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { readInto } from "../disk/readInto.ts";
import type { Stored } from "./container/layer.ts";
import { type Entries, imageOf } from "./entries.ts";
import { type FileKind, type Image, ImageError, type Stat } from "./image.ts";
import { readLimit, tooLarge } from "./limits.ts";
import { Problems } from "./problems.ts";
import { reasonOf } from "./reason.ts";
import { sortNames } from "./sort.ts";

/**
 * The root filesystem in a directory on this machine; "/" is the machine itself.
 * @throws {ImageError} status 3 if the directory does not exist, 4 if it cannot be read.
 */
export function openDirectory(root: string): Image {
  let host: string;
  try {
    host = realpathSync.native(root);
    if (!statSync(host).isDirectory())
      throw new ImageError(3, `${root} is neither a directory, a file nor a block device`);
    opendirSync(`${host}/.`).closeSync();
  } catch (error) {
    if (error instanceof ImageError) throw error;
    if (isMissing(error)) throw new ImageError(3, `${root}: ${whyMissing(root)}`);
    throw new ImageError(4, `${root} cannot be read: ${reasonOf(error)}`);
  }
  const problems = new Problems();
  return { ...imageOf(root, directoryEntries(host === "/" ? "" : host, problems), problems), directory: root };
}

/** `host` is the real path of the root. Requested paths contain no links, so nothing leads outside. */
function directoryEntries(host: string, problems: Problems): Entries {
  /** The result of `action`; undefined if `path` does not exist, or if it cannot be read, which is a problem. */
  function attempt<T>(path: string, action: (hostPath: string) => T | undefined): T | undefined {
    try {
      return action(host + path);
    } catch (error) {
      if (!isMissing(error)) problems.add(path, reasonOf(error));
      return undefined;
    }
  }

  return {
    lstat(path) {
      const found = attempt(path, (hostPath) => lstatSync(hostPath, { throwIfNoEntry: false }));
      if (found === undefined && path.includes("\ufffd")) problems.add(path, "its name is not UTF-8");
      return found && statOf(found);
    },
    readlink: (path) => attempt(path, (hostPath) => readlinkSync(hostPath)),
    list: (path) => attempt(path, (hostPath) => sortNames(readdirSync(hostPath))) ?? [],
    read: (path) => attempt(path, readFile),
    whole: (path) =>
      attempt(path, (hostPath) => {
        const { dev, ino, mtimeMs } = lstatSync(hostPath);
        const read = (offset: number, length: number) =>
          withFile(hostPath, (file) => {
            const bytes = Buffer.allocUnsafe(length);
            return bytes.subarray(0, readInto(bytes, file, offset));
          });
        return { id: `${dev}:${ino}`, mtime: mtimeMs / 1000, read };
      }),
  };
}

/** A file of a directory on this machine, opened whenever it is read. `path` contains no links. */
export function hostFile(root: string, path: string): Stored {
  const hostPath = `${realpathSync.native(root)}${path}`;
  return {
    size: withFile(hostPath, (_, size) => size),
    read: (offset, length) =>
      withFile(hostPath, (file) => {
        const bytes = Buffer.allocUnsafe(length);
        return bytes.subarray(0, readInto(bytes, file, offset));
      }),
    readInto: (buffer, offset) => withFile(hostPath, (file) => readInto(buffer, file, offset)),
  };
}

/** A regular file's bytes. */
function readFile(hostPath: string): Buffer | undefined {
  return withFile(hostPath, (file, size) => {
    if (size > readLimit(hostPath)) throw new Error(tooLarge(hostPath, size));
    const content = Buffer.allocUnsafe(size);
    return content.subarray(0, readInto(content, file, 0));
  });
}

/** Opens a regular file. Neither follows a link nor waits for a pipe, in case the file has been replaced by one. */
function withFile<T>(hostPath: string, use: (file: number, size: number) => T): T {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(hostPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { size, mode } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new Error("not a regular file");
    return use(file, size);
  } finally {
    closeSync(file);
  }
}

function statOf({ mode, size, uid, gid }: Stats): Stat {
  return { kind: kindOf(mode), size, mode: mode & 0o7777, uid, gid };
}

function kindOf(mode: number): FileKind {
  const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK } = constants;
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFLNK:
      return "symlink";
    default:
      return "special";
  }
}

/** Why a path does not exist. */
function whyMissing(path: string): string {
  try {
    return `a symbolic link to ${readlinkSync(path)}, which does not exist`;
  } catch {
    return "no such file or directory";
  }
}

/** Whether an error means that the entry does not exist, including names that no filesystem allows. */
function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG" || code === "ERR_INVALID_ARG_VALUE";
}
