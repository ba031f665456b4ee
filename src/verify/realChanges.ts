import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from "node:fs";

/** A path that differs between the image before and after its real boot. */
export interface RealChange {
  readonly path: string;
  readonly op: "created" | "modified" | "deleted";
  readonly kind: "file" | "symlink" | "directory" | "special";
  /** After the boot; before it if the path is deleted. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Only mode or owner differ. */
  readonly sameContent: boolean;
  /** A file's bytes or a link's target after the boot; undefined for what has none or is larger than LARGEST. */
  readonly content: Buffer | undefined;
}

/** The size up to which files are compared, and that of all contents of a boot together. Holes count. */
const LARGEST = 32 * 1024 * 1024;
const MOST = 256 * 1024 * 1024;

/** Why what a boot left cannot be compared. */
export class ChangesError extends Error {
  override readonly name = "ChangesError";
}

/** The bytes that the contents of a boot may still have. */
export class Contents {
  #left = MOST;

  /** @throws ChangesError if there are more */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0)
      throw new ChangesError(`it wrote files of more than ${MOST / 1024 ** 2} MB, too much to compare`);
  }
}

/**
 * What an overlay's upper layer changes, from the image `before` to the merged one `after`, in an order in which it can be
 * done again. The directories are the host's, and no link in them is followed.
 * @param point where the layer is in the image
 * @throws ChangesError
 */
export function realChanges(
  before: string,
  upper: string,
  after: string,
  point = "",
  contents = new Contents(),
): RealChange[] {
  const changes: RealChange[] = [];

  function add(path: string, op: RealChange["op"], status: Stats, sameContent = false): void {
    const { uid, gid } = status;
    const kind = kindOf(status);
    const content = op === "deleted" ? undefined : contentOf(after + path, kind);
    if (content !== undefined) contents.take(content.length);
    changes.push({ path: point + path, op, kind, mode: status.mode & 0o7777, uid, gid, sameContent, content });
  }

  function deleted(path: string, status: Stats): void {
    if (status.isDirectory())
      for (const name of namesIn(before + path)) deleted(`${path}/${name}`, lstatSync(`${before}${path}/${name}`));
    add(path, "deleted", status);
  }

  function created(path: string, status: Stats): void {
    add(path, "created", status);
    if (status.isDirectory())
      for (const name of namesIn(after + path)) created(`${path}/${name}`, lstatSync(`${after}${path}/${name}`));
  }

  function walk(path: string): void {
    // Whiteouts and opaque directories both show as names that are missing in the merged view.
    const names = new Set(namesIn(upper + path));
    if (statusOf(before + path)?.isDirectory() === true) {
      const left = new Set(namesIn(after + path));
      for (const name of namesIn(before + path)) if (!left.has(name)) names.add(name);
    }
    for (const name of [...names].sort()) compare(`${path}/${name}`);
  }

  function compare(path: string): void {
    const old = statusOf(before + path);
    const now = statusOf(after + path);
    if (now === undefined) {
      if (old !== undefined) deleted(path, old);
      return;
    }
    if (old === undefined) {
      created(path, now);
      return;
    }
    const isOther = old.mode !== now.mode || old.uid !== now.uid || old.gid !== now.gid;
    if (old.isDirectory() && now.isDirectory()) {
      if (isOther) add(path, "modified", now, true);
      walk(path);
    } else if (old.isDirectory() || now.isDirectory()) {
      deleted(path, old);
      created(path, now);
    } else {
      const kind = kindOf(now);
      const [content, past] = [contentOf(after + path, kind), contentOf(before + path, kindOf(old))];
      const isSame =
        kindOf(old) === kind && (content === undefined ? old.size === now.size : past?.equals(content) === true);
      if (!isSame || isOther) add(path, "modified", now, isSame);
    }
  }

  walk("");
  return changes;
}

/**
 * The names in a directory.
 * @throws ChangesError for names that are not UTF-8, by which nothing can be looked up, and paths that are too long for it
 */
function namesIn(directory: string): string[] {
  const names = readdirSync(directory);
  for (const name of names) {
    const path = `${directory}/${name}`;
    if (Buffer.byteLength(path) >= LONGEST_PATH) throw new ChangesError("it made a path that is too long to compare");
    if (name.includes("\ufffd") && statusOf(path) === undefined)
      throw new ChangesError(`it made a file whose name is not UTF-8 (${name}), which cannot be compared`);
  }
  return names;
}

/** PATH_MAX. */
const LONGEST_PATH = 4096;

function statusOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function kindOf(status: Stats): RealChange["kind"] {
  if (status.isFile()) return "file";
  if (status.isSymbolicLink()) return "symlink";
  return status.isDirectory() ? "directory" : "special";
}

function contentOf(path: string, kind: RealChange["kind"]): Buffer | undefined {
  if (kind === "symlink") return readlinkSync(path, "buffer");
  if (kind !== "file") return undefined;
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return fstatSync(file).size > LARGEST ? undefined : readFileSync(file);
  } finally {
    closeSync(file);
  }
}
