import { type Image, type ImageProblem, readText, type Stat } from "../image/image.ts";
import { isForeseen } from "./needs.ts";

/** What every machine has, and no archive of the paths that a lint needs. */
const OF_A_WHOLE_ROOT = ["/dev", "/proc", "/sys", "/tmp"];

/** What a boot makes anew, wherever a link leads there. */
const VOLATILE = /^\/(dev|proc|sys|run|tmp)(\/|$)/;

/**
 * An archive of part of a machine, such as tar makes of the paths that `needs` prints: it remembers what was asked for,
 * since what only a configuration or a link names may be on the machine and not in the archive.
 */
class PartialImage implements Image {
  readonly source: string;
  readonly #image: Image;
  readonly #asked = new Set<string>();

  constructor(image: Image) {
    this.#image = image;
    this.source = image.source;
  }

  get problems(): readonly ImageProblem[] {
    return lacksSecrets(this.#image) ? [...this.#image.problems, SECRETS_LEFT_OUT] : this.#image.problems;
  }
  addProblem(path: string, reason: string): void {
    this.#image.addProblem(path, reason);
  }
  stat(path: string): Stat | undefined {
    return this.#image.stat(this.#noted(path));
  }
  lstat(path: string): Stat | undefined {
    return this.#image.lstat(this.#noted(path));
  }
  read(path: string): Buffer | undefined {
    return this.#image.read(this.#noted(path));
  }
  list(path: string): readonly string[] {
    return this.#image.list(this.#noted(path));
  }
  readlink(path: string): string | undefined {
    return this.#image.readlink(this.#noted(path));
  }
  realpath(path: string): string | undefined {
    return this.#image.realpath(this.#noted(path));
  }

  /** See `pathsLeftOut`. */
  leftOut(): string[] {
    const keys = readKeyDirectories(this.#image);
    const missing = new Set<string>();
    for (const asked of this.#asked) {
      // Keys have several names, of which few exist: their directory tells whether they were packed.
      const path = this.#image.realpath(asked)?.replace(/(\/\.ssh)\/.*/s, "$1");
      if (path === undefined || isForeseen(path) || VOLATILE.test(path) || this.#image.lstat(path) !== undefined)
        continue;
      if (!keys.ofNobody.has(path)) missing.add(path);
    }
    // Of a path and what is above it, the path; of several in a directory that is not there either, the directory.
    const sorted = [...missing].sort();
    const groups = new Map<string, string[]>();
    for (const path of sorted) {
      if (isAbove(path, keys.ofAll) || isAbove(path, sorted)) continue;
      const directory = this.#missingDirectory(path);
      const group = groups.get(directory);
      if (group === undefined) groups.set(directory, [path]);
      else group.push(path);
    }
    return [...groups].map(([directory, [path = "", ...more]]) => (more.length > 0 ? directory : path)).sort();
  }

  /** The uppermost directory of a path that is missing, but none of the root's own; or the path. */
  #missingDirectory(path: string): string {
    for (let end = path.indexOf("/", path.indexOf("/", 1) + 1); end > 0; end = path.indexOf("/", end + 1))
      if (this.#image.lstat(path.slice(0, end)) === undefined) return path.slice(0, end);
    return path;
  }

  #noted(path: string): string {
    this.#asked.add(path);
    return path;
  }
}

const SECRETS_LEFT_OUT: ImageProblem = {
  path: "/etc/shadow",
  reason: "it is not in the archive; pack it as root, with any other files that only root can read",
};

/** An archive's image, made to tell what the archive leaves out if it holds part of a machine only. */
export function tellingLeftOut(image: Image): Image {
  return OF_A_WHOLE_ROOT.some((path) => image.lstat(path) !== undefined) ? image : new PartialImage(image);
}

/**
 * The paths that were asked for, links resolved, that an archive of part of a machine does not hold and that are not
 * among those that a lint needs of any machine. Sorted; none for a whole root.
 */
export function pathsLeftOut(image: Image): readonly string[] {
  return image instanceof PartialImage ? image.leftOut() : [];
}

/** Whether /etc/passwd says that the passwords are in a file that the archive does not hold. */
function lacksSecrets(image: Image): boolean {
  return image.lstat("/etc/shadow") === undefined && /^[^:\n]*:x:/m.test(readText(image, "/etc/passwd") ?? "");
}

/** The .ssh in the homes of all accounts, sorted, and of those that nobody logs in to: few exist. */
function readKeyDirectories(image: Image): { ofAll: string[]; ofNobody: Set<string> } {
  const all = new Set<string>();
  const ofNobody = new Set<string>();
  for (const line of (readText(image, "/etc/passwd") ?? "").split("\n")) {
    const [, , , , , directory = "", shell = ""] = line.split(":");
    const home = directory.startsWith("/") ? image.realpath(directory)?.replace(/\/$/, "") : undefined;
    if (home === undefined) continue;
    all.add(`${home}/.ssh`);
    if (/\/(nologin|false|sync|halt|shutdown)$/.test(shell)) ofNobody.add(`${home}/.ssh`);
  }
  return { ofAll: [...all].sort(), ofNobody };
}

/** Whether one of the sorted paths is below `path`. */
function isAbove(path: string, sorted: readonly string[]): boolean {
  const prefix = `${path}/`;
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! < prefix) from = middle + 1;
    else to = middle;
  }
  return sorted[from]?.startsWith(prefix) === true;
}
