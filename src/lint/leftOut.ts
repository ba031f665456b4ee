import { type Image, type ImageProblem, readText, type WholeEntry } from "../image/image.ts";
import { WatchedImage } from "../image/watched.ts";
import { isForeseen } from "./needs.ts";

/** Paths that every machine has, but no archive of the paths that lint needs. */
const OF_A_WHOLE_ROOT = ["/dev", "/proc", "/sys", "/tmp"];

/** Directories that every boot recreates, so a link into them is fine. */
const VOLATILE = /^\/(dev|proc|sys|run|tmp)(\/|$)/;

/**
 * An archive of part of a machine, such as one of the paths that `needs` prints. It records the requested paths, since
 * files that only a configuration or a link names may exist on the machine but not in the archive.
 */
class PartialImage extends WatchedImage {
  readonly #asked = new Set<string>();

  protected note(path: string): void {
    this.#asked.add(path);
  }

  get remote(): Image["remote"] {
    return this.image.remote;
  }
  close(): void {
    this.image.close?.();
  }
  override get problems(): readonly ImageProblem[] {
    return lacksSecrets(this.image) ? [...this.image.problems, SECRETS_LEFT_OUT] : this.image.problems;
  }
  whole(path: string): WholeEntry | undefined {
    return this.image.whole?.(path);
  }

  /** See `pathsLeftOut`. */
  leftOut(): string[] {
    const keys = readKeyDirectories(this.image);
    const missing = new Set<string>();
    for (const asked of this.#asked) {
      // Few of a key's possible names exist; their directory shows whether keys were packed.
      const path = this.image.realpath(asked)?.replace(/(\/\.ssh)\/.*/s, "$1");
      if (path === undefined || isForeseen(path) || VOLATILE.test(path) || this.image.lstat(path) !== undefined)
        continue;
      if (!keys.ofNobody.has(path)) missing.add(path);
    }
    // Keeps a path instead of its parents, and a missing directory instead of several paths in it.
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

  /** The uppermost missing directory of a path, except directories in the root; otherwise the path. */
  #missingDirectory(path: string): string {
    for (let end = path.indexOf("/", path.indexOf("/", 1) + 1); end > 0; end = path.indexOf("/", end + 1))
      if (this.image.lstat(path.slice(0, end)) === undefined) return path.slice(0, end);
    return path;
  }
}

const SECRETS_LEFT_OUT: ImageProblem = {
  path: "/etc/shadow",
  reason: "it is not in the archive; pack it as root, with any other files that only root can read",
};

/** An archive's image, which records what the archive lacks if it contains only part of a machine. */
export function tellingLeftOut(image: Image): Image {
  return OF_A_WHOLE_ROOT.some((path) => image.lstat(path) !== undefined) ? image : new PartialImage(image);
}

/**
 * The requested paths, with links resolved, that an archive of part of a machine lacks and that are not among the paths
 * that lint needs from every machine. Sorted; none for a complete root.
 */
export function pathsLeftOut(image: Image): readonly string[] {
  return image instanceof PartialImage ? image.leftOut() : [];
}

/** Whether /etc/passwd refers to passwords in a file that the archive lacks. */
function lacksSecrets(image: Image): boolean {
  return image.lstat("/etc/shadow") === undefined && /^[^:\n]*:x:/m.test(readText(image, "/etc/passwd") ?? "");
}

/** The .ssh directories in the homes of all accounts, sorted, including accounts without a login, where few exist. */
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
