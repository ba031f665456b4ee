import { type NameList, NameTable } from "./nameTable.ts";
import { RpmHeader, TAG } from "./rpmHeader.ts";
import { DatabaseError, type StoredBlob } from "./storedBlob.ts";

/** A file in a package header. */
export interface RpmFile {
  readonly package: string;
  /** RPMTAG_FILEFLAGS: see FLAG. */
  readonly flags: number;
  /** Lower-case hexadecimal; "" for anything but a regular file. */
  readonly digest: string;
  /** RPMTAG_FILEDIGESTALGO: an OpenPGP hash algorithm number. */
  readonly algorithm: number;
}

/** Bits of RPMTAG_FILEFLAGS (rpmfiles.h). */
export const FLAG = { config: 1, ghost: 64 } as const;

/** RPMTAG_FILESTATES of a file that is installed, neither replaced nor omitted. */
const NORMAL = 0;

/** The algorithm of digests in packages that do not specify it. */
const MD5 = 1;

/** Limits for the number of files, and of files with the same name; a full desktop has a million files. */
const LIMIT = { files: 10_000_000, sameName: 100_000 };

/** The packages of a database and their files. */
export interface RpmIndex {
  /** `[epoch:]version-release`. */
  version(name: string): string | undefined;
  /** The files with a name, in any directory. @throws {DatabaseError} if a header is damaged. */
  filesNamed(name: string): FoundFile[];
}

interface FoundFile {
  /** The directory, as the package names it, without a trailing slash ("" for the root). */
  readonly directory: string;
  /** The file; undefined if it is not installed. @throws {DatabaseError} if its header is damaged. */
  read(): RpmFile | undefined;
}

/**
 * An index over header blobs. It keeps the names of all packages and files, which are searched as bytes; everything
 * else is decoded on demand.
 * @throws {DatabaseError} if the database or a header is damaged.
 */
export function rpmIndex(blobs: Iterable<StoredBlob>): RpmIndex {
  const owners: PackageFiles[] = [];
  const packages = new Map<string, { version: string; time: number }>();
  // The base names of all files, and the number of each package's first file.
  const names: NameList[] = [];
  const firsts: number[] = [];
  let count = 0;
  for (const blob of blobs) {
    const header = new RpmHeader(blob);
    const name = header.string(TAG.name) ?? "";
    const time = header.number(TAG.installTime) ?? 0;
    const known = packages.get(name);
    // If several versions are installed, as with kernels, the last one counts.
    if (known === undefined || known.time <= time) packages.set(name, { version: versionOf(header), time });
    const fileNames = baseNamesOf(header);
    owners.push(new PackageFiles(blob));
    firsts.push(count);
    names.push(fileNames);
    count += fileNames.count;
    if (count > LIMIT.files) throw new DatabaseError(`more than ${LIMIT.files} files`);
  }
  const table = new NameTable(names);

  return {
    version: (name) => packages.get(name)?.version,
    filesNamed(name) {
      const numbers = table.find(name);
      if (numbers.length > LIMIT.sameName)
        throw new DatabaseError(`more than ${LIMIT.sameName} files with the same name`);
      let place = 0;
      return numbers.flatMap((number) => {
        while (place + 1 < firsts.length && firsts[place + 1]! <= number) place++;
        const owner = owners[place]!;
        const inPackage = number - firsts[place]!;
        const directory = owner.directory(inPackage);
        return directory === undefined ? [] : [{ directory, read: () => owner.read(inPackage) }];
      });
    },
  };
}

function versionOf(header: RpmHeader): string {
  const version = header.string(TAG.version) ?? "";
  const release = header.string(TAG.release) ?? "";
  const epoch = header.number(TAG.epoch);
  return `${epoch === undefined ? "" : `${epoch}:`}${version}-${release}`;
}

/** The names of a package's files without directories, each terminated by NUL. */
function baseNamesOf(header: RpmHeader): NameList {
  const count = header.count(TAG.baseNames);
  if (count > 0) return { bytes: header.stringBytes(TAG.baseNames), count };
  const paths = header.strings(TAG.oldFileNames);
  const names = paths.map((path) => `${path.slice(path.lastIndexOf("/") + 1)}\0`);
  return { bytes: Buffer.from(names.join("")), count: paths.length };
}

/** The files of one package. */
class PackageFiles {
  readonly #blob: StoredBlob;
  /** Filled on demand, since many files may have the same name, each in a different directory. */
  #directories: { readonly names: readonly string[]; readonly indexes: readonly number[] } | undefined;

  constructor(blob: StoredBlob) {
    this.#blob = blob;
  }

  /** The directory of the file at an index, without a trailing slash; undefined if there is no such file. */
  directory(place: number): string | undefined {
    this.#directories ??= directoriesOf(new RpmHeader(this.#blob));
    return this.#directories.names[this.#directories.indexes[place] ?? -1];
  }

  /** The file at an index; undefined if it is not installed. */
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
