import type { Image, ImageProblem } from "../image/image.ts";

/** What a package database knows: who owns a file and what was shipped. Read from bytes, never opened in place. */
export interface Packages {
  readonly kind: "dpkg" | "rpm" | "apk" | "pacman" | "portage" | "none";
  /** The installed version of a package, in the package manager's spelling; undefined when it is not installed. */
  version(name: string): string | undefined;
  /** The package that owns `path` (absolute in the image); undefined when none does. */
  owner(path: string): string | undefined;
  /** What was shipped at `path`; undefined when no package (nor ucf) says. */
  shipped(path: string): ShippedFile | undefined;
  /**
   * What is wrong with the database: such a one answers nothing, as if it knew no package and no file, but the run goes
   * on. Grows while it is read, which is as late as possible.
   */
  readonly problems?: readonly ImageProblem[];
}

/** Reads the database of one package manager. */
export interface PackageReader {
  /** The paths outside /etc that it reads, relative to the root; a directory stands for all that is in it. */
  readonly needs: readonly string[];
  /** The database of an image; undefined where it has none. */
  open(image: Image): Packages | undefined;
}

/** A file as its package shipped it. */
export interface ShippedFile {
  readonly package: string;
  readonly algorithm: "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | "sha3-256" | "sha3-512";
  /** Lower-case hexadecimal; the beginning only where a database keeps no more (apk's 160 bits of a SHA-256). */
  readonly digest: string;
  /** Whether the package manager treats it as a configuration file. */
  readonly config: boolean;
  /** Where in the image the shipped text still stands, if anywhere (ucf keeps its source under /usr/share). */
  readonly pristinePath?: string;
}
