/**
 * A read-only root filesystem, wherever its bytes are. Every path is absolute in the image; symbolic links resolve
 * inside it as if chrooted, so nothing outside is ever opened, and special files are never opened.
 */
export interface Image {
  /** What the user named: a directory, a tar ... For messages and reports only. */
  readonly source: string;
  /** What could not be read (the run then ends with status 4). Grows while the image is read. */
  readonly problems: readonly ImageProblem[];
  /** Says what else could not be read whole, and why. One problem is kept for each path. */
  addProblem(path: string, reason: string): void;
  /** The file behind `path`, links followed; undefined when there is none or the links lead nowhere. */
  stat(path: string): Stat | undefined;
  /** The entry itself: the last component is not followed. */
  lstat(path: string): Stat | undefined;
  /** A regular file's bytes; undefined when there is no such regular file or it cannot be read (see `problems`). */
  read(path: string): Buffer | undefined;
  /** Names in a directory, sorted by code point; [] when there is no such directory. */
  list(path: string): readonly string[];
  /** A symbolic link's text; undefined when `path` is no link. */
  readlink(path: string): string | undefined;
  /**
   * `path` with every link resolved, the last component's too. Components that do not exist are kept as they are, so
   * the answer is where a file would be created. Undefined for a loop of links.
   */
  realpath(path: string): string | undefined;
}

/** Kinds of directory entries; sockets, pipes and devices are all "special". */
export type FileKind = "file" | "directory" | "symlink" | "special";

/** A directory entry's facts. `size` in bytes, `mode` the permission bits (with setuid, setgid and sticky). */
export interface Stat {
  readonly kind: FileKind;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A file that could not be read whole, and why, in words for the user. */
export interface ImageProblem {
  readonly path: string;
  readonly reason: string;
}

/** A file's text (UTF-8, invalid bytes replaced), or undefined as `read` says. */
export function readText(image: Image, path: string): string | undefined {
  return image.read(path)?.toString("utf8");
}

/**
 * Why an image cannot be opened, in one line. `status` is the exit status: 2 no such use, 3 no image there, 4 it cannot
 * be read.
 */
export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly status: 2 | 3 | 4;

  constructor(status: 2 | 3 | 4, message: string) {
    super(message);
    this.status = status;
  }
}
