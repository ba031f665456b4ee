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
    const homes = readHomes(this.#image);
    const missing = new Set<string>();
    for (const asked of this.#asked) {
      // Keys have several names, of which few exist: their directory tells whether they were packed.
      const path = this.#image.realpath(asked)?.replace(/(\/\.ssh)\/.*/s, "$1");
      if (path === undefined || isForeseen(path) || VOLATILE.test(path) || this.#image.lstat(path) !== undefined)
        continue;
      if (homes.all.some((home) => isWithin(home, path))) continue;
      if (homes.ofNobody.some((home) => isWithin(path, `${home}/.ssh`))) continue;
      missing.add(path);
    }
    // Of a path and what is above it, the path; of several in a directory that is not there either, the directory.
    const deepest = [...missing].filter((path) => ![...missing].some((other) => other.startsWith(`${path}/`)));
    const directories = deepest.map((path) => this.#missingDirectory(path));
    const shared = directories.filter((directory, at) => directories.indexOf(directory) !== at);
    return [...new Set(deepest.map((path, at) => shared.find((one) => one === directories[at]) ?? path))].sort();
  }

  /** The uppermost directory of a path that is missing, but none of the root's own; or the path. */
  #missingDirectory(path: string): string {
    const parent = path.slice(0, path.lastIndexOf("/"));
    const isOfRoot = parent.lastIndexOf("/") <= 0;
    return isOfRoot || this.#image.lstat(parent) !== undefined ? path : this.#missingDirectory(parent);
  }

  #noted(path: string): string {
    this.#asked.add(path);
    return path;
  }
}

const SECRETS_LEFT_OUT: ImageProblem = {
  path: "/etc/shadow",
  reason: "it is not in the archive; who is not root cannot pack it, nor what else only root reads",
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

/** The homes of all accounts, and of those that nobody logs in to: they often do not exist. */
function readHomes(image: Image): { all: string[]; ofNobody: string[] } {
  const homes: { all: string[]; ofNobody: string[] } = { all: [], ofNobody: [] };
  for (const line of (readText(image, "/etc/passwd") ?? "").split("\n")) {
    const [, , , , , directory = "", shell = ""] = line.split(":");
    const home = directory.startsWith("/") ? image.realpath(directory)?.replace(/\/$/, "") : undefined;
    if (home === undefined) continue;
    homes.all.push(home);
    if (/\/(nologin|false|sync|halt|shutdown)$/.test(shell)) homes.ofNobody.push(home);
  }
  return homes;
}

/** Whether `path` is `directory` or below it. */
function isWithin(path: string, directory: string): boolean {
  return `${path}/`.startsWith(`${directory}/`);
}
