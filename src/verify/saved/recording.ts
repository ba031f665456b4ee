import type { Image, Stat } from "../../image/image.ts";
import { resolvePath } from "../../image/resolve.ts";
import { WatchedImage } from "../../image/watched.ts";
import { parentOf } from "../../image/writeLog.ts";

/** An entry of a file tree; a link with its target. */
export type RecordedEntry = Stat & { readonly link?: string };

/** The part of an image that was read, by physical paths. */
export interface RecordedTree {
  readonly entries: ReadonlyMap<string, RecordedEntry>;
  /** The bytes of the files that were read. */
  readonly contents: ReadonlyMap<string, Buffer>;
  /** The directories whose names were read; all of them are in `entries`. */
  readonly listed: ReadonlySet<string>;
  /** Paths that were looked for and do not exist. What is below them is not listed. */
  readonly absent: ReadonlySet<string>;
}

/** An image that remembers what is read of it. */
export class RecordingImage extends WatchedImage {
  readonly isArchive?: boolean;
  readonly isContainer?: boolean;
  readonly directory?: string;
  readonly pristineEtc?: string;
  readonly #entries = new Map<string, RecordedEntry>();
  readonly #contents = new Map<string, Buffer>();
  readonly #listed = new Set<string>();
  readonly #absent = new Set<string>();
  /** The paths that were asked for, as they were. */
  readonly #asked = new Set<string>();

  constructor(image: Image) {
    super(image);
    const { isArchive, isContainer, directory, pristineEtc } = image;
    Object.assign(this, { isArchive, isContainer, directory, pristineEtc });
  }

  override read(path: string): Buffer | undefined {
    const content = super.read(path);
    const real = content && this.image.realpath(path);
    if (real !== undefined) this.#contents.set(real, content!);
    return content;
  }
  override list(path: string): readonly string[] {
    const names = super.list(path);
    const real = this.image.realpath(path);
    if (real !== undefined && !this.#listed.has(real) && this.image.lstat(real)?.kind === "directory") {
      this.#listed.add(real);
      for (const name of names) this.note(real === "/" ? `/${name}` : `${real}/${name}`);
    }
    return names;
  }

  /** What was read so far. */
  recorded(): RecordedTree {
    return { entries: this.#entries, contents: this.#contents, listed: this.#listed, absent: this.#absent };
  }

  /** Records every entry on the way to a path. */
  protected note(path: string): void {
    if (this.#asked.has(path)) return;
    this.#asked.add(path);
    resolvePath(path, (place) => this.#record(place));
  }

  /** Records what is at a physical path. Returns the target of a link. */
  #record(place: string): string | undefined {
    const known = this.#entries.get(place);
    if (known !== undefined) return known.link;
    const entry = this.image.lstat(place);
    if (entry === undefined) {
      // One path speaks for all below.
      const directory = parentOf(place);
      if (directory === "/" || this.#entries.has(directory)) this.#absent.add(place);
      return undefined;
    }
    const link = this.image.readlink(place);
    this.#entries.set(place, link === undefined ? entry : { ...entry, link });
    return link;
  }
}
