import type { Image, ImageProblem } from "../image/image.ts";

/** A package database: which package owns a file and what it shipped. Read from bytes, never opened in place. */
export interface Packages {
  readonly kind: "dpkg" | "rpm" | "apk" | "pacman" | "portage" | "none";
  /** The installed version of a package, as the package manager writes it; undefined if it is not installed. */
  version(name: string): string | undefined;
  /** The package that owns `path` (absolute in the image); undefined if none does. */
  owner(path: string): string | undefined;
  /** The file that was shipped at `path`; undefined if neither a package nor ucf knows. */
  shipped(path: string): ShippedFile | undefined;
  /**
   * Problems of the database. A database with problems answers nothing, as if it contained no package and no file, but
   * the run continues. Grows while the database is read, which is as late as possible.
   */
  readonly problems?: readonly ImageProblem[];
}

/** Whether a database shows that none of these packages is installed; a damaged one shows nothing. */
export function lacksAll(packages: Packages, names: readonly string[]): boolean {
  // Asking reads the database, which finds its problems.
  const isAbsent = names.every((name) => packages.version(name) === undefined);
  return packages.kind !== "none" && isAbsent && (packages.problems ?? []).length === 0;
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
  /** Lower-case hexadecimal; only the beginning if the database stores no more (apk's 160 bits of a SHA-256). */
  readonly digest: string;
  /** Whether the package manager treats it as a configuration file. */
  readonly config: boolean;
  /** The path in the image where the shipped text still exists, if any (ucf's source is under /usr/share). */
  readonly pristinePath?: string;
}
