import { RpmHeader, TAG } from "./rpmHeader.ts";
import { DatabaseError, type StoredBlob } from "./storedBlob.ts";

/** A file in a package's header. */
export interface RpmFile {
  readonly package: string;
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

/** What digests were before packages said of what algorithm they are. */
const MD5 = 1;

/** How many packages a database may have; the largest distribution has some 100,000. */
const PACKAGES_LIMIT = 200_000;

/** The packages of a database and their files. */
export interface RpmIndex {
  /** `[epoch:]version-release`. */
  version(name: string): string | undefined;
  /** The files of a name, in whatever directory. @throws {DatabaseError} when a header is damaged. */
  filesNamed(name: string): FoundFile[];
}

interface FoundFile {
  /** The directory, as the package names it, without a slash at the end ("" for the root). */
  readonly directory: string;
  /** The file; undefined when it is not installed. @throws {DatabaseError} when its header is damaged. */
  read(): RpmFile | undefined;
}

/**
 * An index over header blobs. Of all of them it keeps the names of packages and files, which are searched as bytes;
 * the rest is decoded for those that are asked for.
 * @throws {DatabaseError} when the database or a header is damaged.
 */
export function rpmIndex(blobs: Iterable<StoredBlob>): RpmIndex {
  const owners: PackageFiles[] = [];
  const packages = new Map<string, { version: string; time: number }>();
  // Base names of all files, each between two NULs, and where each package's begin.
  const names: Buffer[] = [NUL];
  const starts: number[] = [];
  let length = 1;
  for (const blob of blobs) {
    const header = new RpmHeader(blob);
    const name = header.string(TAG.name) ?? "";
    const time = header.number(TAG.installTime) ?? 0;
    const known = packages.get(name);
    // Of several versions the last installed counts, as of kernels.
    if (known === undefined || known.time <= time) packages.set(name, { version: versionOf(header), time });
    const fileNames = baseNamesOf(header);
    owners.push(new PackageFiles(blob));
    starts.push(length);
    names.push(fileNames);
    length += fileNames.length;
    if (owners.length > PACKAGES_LIMIT) throw new DatabaseError(`more than ${PACKAGES_LIMIT} packages`);
  }
  const haystack = Buffer.concat(names);

  return {
    version: (name) => packages.get(name)?.version,
    filesNamed(name) {
      const found: FoundFile[] = [];
      const needle = Buffer.from(`\0${name}\0`);
      let place = 0;
      // The place in its package of the name that begins at `at`.
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
        const owner = owners[place]!;
        const ofName = index;
        const directory = owner.directory(ofName);
        if (directory !== undefined) found.push({ directory, read: () => owner.read(ofName) });
      }
      return found;
    },
  };
}

const NUL = Buffer.from([0]);

function versionOf(header: RpmHeader): string {
  const version = header.string(TAG.version) ?? "";
  const release = header.string(TAG.release) ?? "";
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
class PackageFiles {
  readonly #blob: StoredBlob;
  /** Once asked for, since there may be many files of a name, each in a directory of its own. */
  #directories: { readonly names: readonly string[]; readonly indexes: readonly number[] } | undefined;

  constructor(blob: StoredBlob) {
    this.#blob = blob;
  }

  /** The directory of the file at a place, without a slash at the end; undefined when there is no such file. */
  directory(place: number): string | undefined {
    this.#directories ??= directoriesOf(new RpmHeader(this.#blob));
    return this.#directories.names[this.#directories.indexes[place] ?? -1];
  }

  /** The file at a place; undefined when it is not installed. */
  read(place: number): RpmFile | undefined {
    const header = new RpmHeader(this.#blob);
    if ((header.number(TAG.fileStates, place) ?? NORMAL) !== NORMAL) return undefined;
    return {
      package: header.string(TAG.name) ?? "",
      flags: header.number(TAG.fileFlags, place) ?? 0,
      digest: header.string(TAG.fileDigests, place) ?? "",
      algorithm: header.number(TAG.fileDigestAlgorithm) ?? MD5,
    };
  }
}

function directoriesOf(header: RpmHeader): { names: string[]; indexes: number[] } {
  const plain = (directory: string): string => directory.replace(/\/$/, "");
  if (header.count(TAG.baseNames) > 0)
    return { names: header.strings(TAG.dirNames).map(plain), indexes: header.numbers(TAG.dirIndexes) };
  const paths = header.strings(TAG.oldFileNames);
  return { names: paths.map((path) => path.slice(0, path.lastIndexOf("/"))), indexes: [...paths.keys()] };
}
