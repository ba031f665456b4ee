import { createHash } from "node:crypto";
import type { Image } from "../../image/image.ts";
import { type PythonSource, readSource, readValues } from "../../python/source/source.ts";
import type { CloudInit } from "../distro.ts";

/** Longer files, in bytes, are not read: cloud-init's longest one has 93,000. */
const LONGEST = 300_000;
/** Bytes of an image's files that are read as Python source. cloud-init's own that state facts have half as many. */
const MOST_READ = 3_000_000;

/** The image's own cloud-init, which distributions patch: read as text, never run. */
export class Library {
  /** The directory of the Python package. */
  readonly path: string;
  readonly #image: Image;

  constructor(image: Image, path: string) {
    this.#image = image;
    this.path = path;
  }

  /** Whether it has a file, by its path in the package. */
  has(file: string): boolean {
    return this.#image.stat(`${this.path}/${file}`)?.kind === "file";
  }

  /** Whether the whole package is there, and not only some of its files: what is missing then does not exist. */
  get isWhole(): boolean {
    return this.has("stages.py");
  }

  /** The text of a file, by its path in the package; undefined if it is missing or too long. */
  text(file: string): string | undefined {
    return this.#bytes(file)?.toString("utf8");
  }

  /** The same without the lines that are comments. */
  code(file: string): string | undefined {
    const bytes = this.#bytes(file);
    if (bytes === undefined) return undefined;
    const code = codes.get(bytes) ?? bytes.toString("utf8").replace(/^[ \t]*#.*$/gm, "");
    codes.set(bytes, code);
    return code;
  }

  /** Git's id of a file; undefined if it is missing or too long. */
  id(file: string): string | undefined {
    const bytes = this.#bytes(file);
    if (bytes === undefined) return undefined;
    const id = ids.get(bytes) ?? gitId(bytes);
    ids.set(bytes, id);
    return id;
  }

  /**
   * The same as Python source, of which nothing but the values of `names` is known where these are given; undefined for
   * source that cannot be read as well.
   */
  source(file: string, names?: readonly string[]): PythonSource | undefined {
    const bytes = this.#bytes(file);
    if (bytes === undefined) return undefined;
    const known = sources.get(bytes) ?? new Map<readonly string[] | undefined, PythonSource | undefined>();
    sources.set(bytes, known);
    if (!known.has(names)) {
      const read = (readOf.get(this.#image) ?? 0) + bytes.length;
      readOf.set(this.#image, read);
      const text = bytes.toString("utf8");
      known.set(names, read > MOST_READ ? undefined : names === undefined ? readSource(text) : readValues(names, text));
    }
    return known.get(names);
  }

  #bytes(file: string): Buffer | undefined {
    const path = `${this.path}/${file}`;
    const stat = this.#image.stat(path);
    return stat === undefined || stat.size > LONGEST ? undefined : this.#image.read(path);
  }
}

/** What is read of each file, for these names or whole: the same image boots again with each fix that is tried. */
const sources = new WeakMap<Buffer, Map<readonly string[] | undefined, PythonSource | undefined>>();
const codes = new WeakMap<Buffer, string>();
const ids = new WeakMap<Buffer, string>();
/** How many bytes have been read of each image. */
const readOf = new WeakMap<Image, number>();

/** The name that git gives to a file with these bytes. */
export function gitId(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** The library of an image as it is before its boot; undefined if it has none in a form that can be read. */
export function libraryOf(image: Image, { library }: CloudInit): Library | undefined {
  return library === undefined ? undefined : new Library(image, library);
}
