import type { Image } from "../../image/image.ts";
import { type PythonSource, readSource } from "../../python/source/source.ts";
import type { CloudInit } from "../distro.ts";

/** Longer files, in bytes, are not read: cloud-init's longest one has 120,000. */
const LONGEST = 1_000_000;

/** The image's own cloud-init, which distributions patch: read as text, never run. */
export class Library {
  /** The directory of the Python package. */
  readonly path: string;
  readonly #image: Image;
  readonly #sources = new Map<string, PythonSource | undefined>();

  constructor(image: Image, path: string) {
    this.#image = image;
    this.path = path;
  }

  /** The text of a file, by its path in the package; undefined if it is missing or too long. */
  text(file: string): string | undefined {
    const path = `${this.path}/${file}`;
    const stat = this.#image.stat(path);
    return stat === undefined || stat.size > LONGEST ? undefined : this.#image.read(path)?.toString("utf8");
  }

  /** The same as Python source; undefined for source that cannot be read as well. */
  source(file: string): PythonSource | undefined {
    if (!this.#sources.has(file)) {
      const text = this.text(file);
      this.#sources.set(file, text === undefined ? undefined : readSource(text));
    }
    return this.#sources.get(file);
  }
}

const libraries = new WeakMap<Image, Map<string, Library>>();

/** The library of an image as it is before its boot; undefined if it has none in a form that can be read. */
export function libraryOf(image: Image, { library }: CloudInit): Library | undefined {
  if (library === undefined) return undefined;
  const known = libraries.get(image) ?? new Map<string, Library>();
  libraries.set(image, known);
  const found = known.get(library) ?? new Library(image, library);
  known.set(library, found);
  return found;
}
