import type { RemoteUsage } from "../disk/remote/source.ts";
import type { Stat } from "../filesystem/filesystem.ts";

export type { FileKind, Stat } from "../filesystem/filesystem.ts";

/**
 * A read-only root filesystem from any source. Every path is absolute in the image; symbolic links resolve inside it as
 * if chrooted, so nothing outside is ever opened, and special files are never opened.
 */
export interface Image {
  /** The name that the user passed: a directory, an archive ... Used only in messages and reports. */
  readonly source: string;
  /** Whether it is an archive that somebody packed, which may hold only part of a machine. */
  readonly isArchive?: boolean;
  /** Whether it is a container image, which is for a platform. */
  readonly isContainer?: boolean;
  /** The directory on this machine that has the image's files at the same paths; undefined if there is none. */
  readonly directory?: string;
  /** What could not be read (the exit status is then 4). Grows while the image is read. */
  readonly problems: readonly ImageProblem[];
  /** The unmodified copy of /etc, where the system has one: /usr/etc of a deployment of ostree. */
  readonly pristineEtc?: string;
  /** What makes all of it doubtful although it can be read, as sentences for people: a log that is not replayed. */
  readonly doubts?: readonly string[];
  /** Closes the files that its disks are in, and removes temporary ones. Nothing of it can be read any more. */
  close?(): void;
  /** Of an image on another machine. */
  readonly remote?: RemoteAccess | undefined;
  /** Records what else could not be read completely, and why. One problem is kept for each path. */
  addProblem(path: string, reason: string): void;
  /** The file at `path`, with links followed; undefined if it does not exist or a link is broken. */
  stat(path: string): Stat | undefined;
  /** The entry itself; a link as the last component is not followed. */
  lstat(path: string): Stat | undefined;
  /** A regular file's bytes; undefined if it does not exist or cannot be read (see `problems`). */
  read(path: string): Buffer | undefined;
  /** Names in a directory, sorted by code point; [] if the directory does not exist. */
  list(path: string): readonly string[];
  /** A symbolic link's target as stored; undefined if `path` is not a link. */
  readlink(path: string): string | undefined;
  /**
   * `path` with every link resolved, including the last component. Components that do not exist are kept, so the result
   * is the path at which a file would be created. Undefined for a loop of links.
   */
  realpath(path: string): string | undefined;
  /** What unpacking needs of an entry besides its stat, by its path without links; undefined if it does not exist. */
  whole?(path: string): WholeEntry | undefined;
}

/** An entry of an image that can be unpacked. */
export interface WholeEntry {
  /** The same for all names of one file. */
  readonly id: unknown;
  /** When its content changed last, in seconds since 1970; undefined if that is not known. */
  readonly mtime: number | undefined;
  /** A file's bytes at an offset, fewer only at its end, of a file of any size. @throws {Error} if they cannot be read */
  read(offset: number, length: number): Buffer;
}

/** How an image on another machine is read: what is needed, when it is needed. */
interface RemoteAccess {
  /** The datasource, by cloud-init's name, of the machines that are made from it; undefined where it is not known. */
  readonly datasource: string | undefined;
  /** What was read so far. */
  usage(): RemoteUsage;
  /** Reads what is at paths of the image, side by side, before it is needed. They are relative to the root. */
  readAhead(paths: readonly string[]): Promise<void>;
}

/** A file that could not be read completely, and why, as a message for the user. */
export interface ImageProblem {
  readonly path: string;
  readonly reason: string;
}

/** A file's text (UTF-8, invalid bytes replaced); undefined as for `read`. */
export function readText(image: Image, path: string): string | undefined {
  return image.read(path)?.toString("utf8");
}

/**
 * Why an image cannot be opened, on one line. `status` is the exit status: 2 for wrong usage, 3 if there is no image,
 * 4 if it cannot be read.
 */
export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly status: 2 | 3 | 4;

  constructor(status: 2 | 3 | 4, message: string) {
    super(message);
    this.status = status;
  }
}
