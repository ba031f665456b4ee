import { RpmHeader, TAG } from "./rpmHeader.ts";
import { DatabaseError, type StoredBlob } from "./storedBlob.ts";

/** A file in a package's header. */
export interface RpmFile {
  readonly package: string;
  /** Its directory, as the package names it, without a slash at the end ("" for the root). */
  readonly directory: string;
  /** RPMTAG_FILEFLAGS: see FLAG. */
  readonly flags: number;
  /** Lower-case hexadecimal; "" for what is no regular file. */
  readonly digest: string;
  /** RPMTAG_FILEDIGESTALGO: numbers of OpenPGP's hash algorithms. */
  readonly algorithm: number;
}

/** Bits of RPMTAG_FILEFLAGS (rpmfiles.h). */
export const FLAG = { config: 1, ghost: 64 } as const;

/** RPMTAG_FILESTATES of a file that is installed, not replaced or left out. */
const NORMAL = 0;

/** How many packages a database may have; the largest distribution has some 100,000. */
const PACKAGES_LIMIT = 200_000;

/** How many headers stay decoded. */
const DECODED_LIMIT = 50;

/** The packages of a database and their files. */
export interface RpmIndex {
  /** `[epoch:]version-release`. */
  version(name: string): string | undefined;
  /** The installed files of a name, in whatever directory. @throws {DatabaseError} when a header is damaged. */
  filesNamed(name: string): RpmFile[];
}

/**
 * An index over header blobs. Of all of them it keeps the names of packages and files, which are searched as bytes;
 * the rest is decoded for the few headers that are asked for.
 * @throws {DatabaseError} when the database or a header is damaged.
 */
export function rpmIndex(blobs: Iterable<StoredBlob>): RpmIndex {
  const headers: StoredBlob[] = [];
  const packages = new Map<string, { version: string; time: number }>();
  // Base names of all files, each between two NULs, and where each header's begin.
  const names: Buffer[] = [NUL];
  const starts: number[] = [];
  let length = 1;
  for (const blob of blobs) {
    const header = new RpmHeader(blob);
    const name = header.strings(TAG.name)[0] ?? "";
    const time = header.number(TAG.installTime) ?? 0;
    const known = packages.get(name);
    // Of several versions the last installed counts, as of kernels.
    if (known === undefined || known.time <= time) packages.set(name, { version: versionOf(header), time });
    const fileNames = baseNamesOf(header);
    headers.push(blob);
    starts.push(length);
    names.push(fileNames);
    length += fileNames.length;
    if (headers.length > PACKAGES_LIMIT) throw new DatabaseError(`more than ${PACKAGES_LIMIT} packages`);
  }
  const haystack = Buffer.concat(names);
  const decoded = new Map<number, FileList>();

  function fileList(place: number): FileList {
    let list = decoded.get(place);
    if (list === undefined) {
      list = new FileList(new RpmHeader(headers[place]!));
      if (decoded.size >= DECODED_LIMIT) decoded.clear();
      decoded.set(place, list);
    }
    return list;
  }

  return {
    version: (name) => packages.get(name)?.version,
    filesNamed(name) {
      const found: RpmFile[] = [];
      const needle = Buffer.from(`\0${name}\0`);
      let place = 0;
      // Counts the names of the header at `place` that begin before `at`.
      let at = starts[0] ?? 0;
      let index = 0;
      for (let hit = haystack.indexOf(needle); hit !== -1; hit = haystack.indexOf(needle, hit + 1)) {
        const start = hit + 1;
        while (place + 1 < starts.length && starts[place + 1]! <= start) {
          place++;
          at = starts[place]!;
          index = 0;
        }
        for (; at < start; at++) if (haystack[at] === 0) index++;
        const file = fileList(place).file(index);
        if (file !== undefined) found.push(file);
      }
      return found;
    },
  };
}

const NUL = Buffer.from([0]);

function versionOf(header: RpmHeader): string {
  const [version = ""] = header.strings(TAG.version);
  const [release = ""] = header.strings(TAG.release);
  const epoch = header.number(TAG.epoch);
  return `${epoch === undefined ? "" : `${epoch}:`}${version}-${release}`;
}

/** The names of a package's files without their directories, each with a NUL at its end. */
function baseNamesOf(header: RpmHeader): Buffer {
  if (header.count(TAG.baseNames) > 0) {
    const names = header.stringBytes(TAG.baseNames);
    return names.at(-1) === 0 ? names : Buffer.concat([names, NUL]);
  }
  const paths = header.strings(TAG.oldFileNames);
  return Buffer.from(paths.map((path) => `${path.slice(path.lastIndexOf("/") + 1)}\0`).join(""));
}

/** The files of one package. */
class FileList {
  readonly #header: RpmHeader;
  readonly #package: string;
  readonly #paths: readonly string[];
  readonly #directories: readonly string[];
  readonly #digests: readonly string[];

  constructor(header: RpmHeader) {
    this.#header = header;
    this.#package = header.strings(TAG.name)[0] ?? "";
    this.#paths = header.count(TAG.baseNames) > 0 ? [] : header.strings(TAG.oldFileNames);
    this.#directories = header.strings(TAG.dirNames);
    this.#digests = header.strings(TAG.fileDigests);
  }

  /** The file at a place; undefined when there is none, or it is not installed. */
  file(index: number): RpmFile | undefined {
    const path = this.#paths[index];
    const directory =
      path === undefined
        ? this.#directories[this.#header.number(TAG.dirIndexes, index) ?? -1]
        : path.slice(0, path.lastIndexOf("/"));
    if (directory === undefined || (this.#header.number(TAG.fileStates, index) ?? NORMAL) !== NORMAL) return undefined;
    return {
      package: this.#package,
      directory: directory.replace(/\/$/, ""),
      flags: this.#header.number(TAG.fileFlags, index) ?? 0,
      digest: this.#digests[index] ?? "",
      algorithm: this.#header.number(TAG.fileDigestAlgorithm) ?? MD5,
    };
  }
}

/** What digests were before packages said of what algorithm they are. */
const MD5 = 1;
