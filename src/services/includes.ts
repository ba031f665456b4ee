import { expandGlob } from "../image/glob.ts";
import { type Image, readText } from "../image/image.ts";
import { type Line, linesOf } from "./lines.ts";

/** What one reading of a configuration may cost: a line costs 1. Real ones stay below a hundredth of it. */
const BUDGET = 250_000;
/** What looking at a path costs, and how many characters cost as much as a line. */
const PATH_COST = 10;
const CHARACTERS = 100;
/** sudo's own limit, the highest of those that are known. */
const DEEPEST = 128;

/**
 * Why a service cannot be read: what its configuration includes is too much, or more than its program itself accepts.
 * Nothing is said of the service then, since part of a configuration may mean the opposite of the whole.
 */
export class UnreadableService extends Error {
  override readonly name = "UnreadableService";
  /** The file that the user is to look at. */
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Reads the files of one configuration that include each other, and counts what that costs: links and files that include
 * themselves make few bytes stand for many. One of these is shared by all of a reading.
 */
export class Includes {
  readonly #image: Image;
  readonly #main: string;
  readonly #files = new Map<string, readonly Line[]>();
  readonly #globs = new Map<string, readonly string[]>();
  readonly #deepest: number;
  #left = BUDGET;
  #depth = -1;

  /**
   * @param main the file where the reading starts, for the message
   * @param deepest how deep files may include each other; the main file has depth 0
   */
  constructor(image: Image, main: string, deepest = DEEPEST) {
    this.#image = image;
    this.#main = main;
    this.#deepest = deepest;
  }

  /** Reads a file, which may include others in turn. @throws UnreadableService where they nest too deep. */
  nested<T>(path: string, read: () => T): T {
    if (++this.#depth > this.#deepest)
      throw new UnreadableService(
        path,
        `it is included more than ${this.#deepest} files deep; remove the include that leads back to it`,
      );
    const result = read();
    this.#depth--;
    return result;
  }

  /** A file's lines; [] when there is no such file. Each time counts. @throws UnreadableService */
  lines(path: string): readonly Line[] {
    let lines = this.#files.get(path);
    if (lines === undefined) {
      const text = readText(this.#image, path) ?? "";
      this.#spend(text.length / CHARACTERS);
      lines = linesOf(text);
      this.#files.set(path, lines);
    }
    this.#spend(PATH_COST + lines.length);
    return lines;
  }

  /** The paths that a pattern names, see expandGlob. @throws UnreadableService */
  glob(pattern: string): readonly string[] {
    let paths = this.#globs.get(pattern);
    if (paths === undefined) {
      paths = expandGlob(this.#image, pattern, (looks) => this.#spend(looks * PATH_COST));
      this.#globs.set(pattern, paths);
    }
    this.#spend(PATH_COST + paths.length);
    return paths;
  }

  /** The names in a directory. @throws UnreadableService */
  list(directory: string): readonly string[] {
    const names = this.#image.list(directory);
    this.#spend(PATH_COST + names.length);
    return names;
  }

  #spend(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0)
      throw new UnreadableService(
        this.#main,
        "what it includes is too much to read; remove includes that lead back to a file or directory on the way",
      );
  }
}
