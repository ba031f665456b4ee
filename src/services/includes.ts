import { expandGlob } from "../image/glob.ts";
import { type Image, readText } from "../image/image.ts";
import { type Line, linesOf } from "./lines.ts";

/** The cost limit for reading one configuration; a line costs 1. Real ones stay below one hundredth of it. */
const BUDGET = 250_000;
/** The cost of a path lookup, and the number of characters that cost as much as a line. */
const PATH_COST = 10;
const CHARACTERS = 100;
/** sudo's own limit, the highest known one. */
const DEEPEST = 128;

/**
 * Why a service cannot be read: its configuration includes too much, or more than its program itself accepts. The
 * service then has no settings, since part of a configuration may mean the opposite of the whole.
 */
export class UnreadableService extends Error {
  override readonly name = "UnreadableService";
  /** The file that the user should check. */
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Reads the files of one configuration that include each other, and counts the cost: with links and recursive includes, a
 * few bytes can expand to many. One instance is shared by the whole reading.
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
   * @param main the file with which reading starts, for messages
   * @param deepest the maximum depth of includes; the main file has depth 0
   */
  constructor(image: Image, main: string, deepest = DEEPEST) {
    this.#image = image;
    this.#main = main;
    this.#deepest = deepest;
  }

  /** Reads a file, which may include others. @throws UnreadableService if they are nested too deeply. */
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

  /** A file's lines; [] if it does not exist. Every call counts. @throws UnreadableService */
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

  /** The paths that match a pattern, see expandGlob. @throws UnreadableService */
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
        "its includes are too large to read; remove includes that lead back to an including file or directory",
      );
  }
}
