import type { Image, ImageProblem } from "../image/image.ts";
import { readLimit, tooLarge } from "../image/limits.ts";
import { type Answer, answers } from "./answers.ts";
import { copiesOf, hasDigest, pristineAmong } from "./digest.ts";
import type { PackageReader, Packages, ShippedFile } from "./packages.ts";
import { berkeleyHeaders } from "./rpmBerkeley.ts";
import { FLAG, type RpmFile, type RpmIndex, rpmIndex } from "./rpmFiles.ts";
import { findRpmDatabase, RPM_NEEDS, type RpmLocation } from "./rpmLocation.ts";
import { ndbHeaders } from "./rpmNdb.ts";
import { sqliteHeaders } from "./rpmSqlite.ts";
import { DatabaseError, type StoredBlob } from "./storedBlob.ts";

/** Limits for the directories that are resolved for a file name, and for the owners of a path that are read. */
const LIMIT = { aliases: 1000, owners: 100 };

/** rpm's database in `image`, read on the first query; undefined if there is none. */
export const rpm: PackageReader = {
  needs: RPM_NEEDS,
  open: openRpm,
};

function openRpm(image: Image): Packages | undefined {
  const location = findRpmDatabase(image);
  if (location === undefined) return undefined;
  const problems: ImageProblem[] = [];
  let index: RpmIndex | undefined;

  /** The content of the database; undefined once it turned out to be damaged. */
  function ask<T>(question: (index: RpmIndex) => T): T | undefined {
    if (problems.length > 0) return undefined;
    try {
      index ??= rpmIndex(headersOf(image, location!));
      return question(index);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      problems.push({ path: location!.path, reason: error.message });
      return undefined;
    }
  }

  function find(path: string): Answer {
    const files = ask((found) => findFiles(image, found, path)) ?? [];
    const shipped = shippedAt(image, path, files);
    if (shipped === undefined) return files[0] === undefined ? {} : { owner: files[0].package };
    return {
      owner: shipped.package,
      shipped: { ...shipped, ...pristineAmong(image, copiesOf(path, ".rpmnew"), shipped) },
    };
  }

  return {
    kind: "rpm",
    version: (name) => ask((found) => found.version(name)),
    ...answers(image, problems, find),
  };
}

function headersOf(image: Image, { path, form }: RpmLocation): Iterable<StoredBlob> {
  const { size = 0 } = image.stat(path) ?? {};
  if (size > readLimit(path)) throw new DatabaseError(tooLarge(path, size));
  const database = image.read(path);
  if (database === undefined) throw new DatabaseError("cannot be read");
  if (database.length === 0) throw new DatabaseError("empty");
  if (form === "berkeley") return berkeleyHeaders(database);
  if (form === "ndb") return ndbHeaders(database);
  // A rollback journal that begins with zeros belongs to a finished transaction.
  if ((image.read(`${path}-journal`)?.[0] ?? 0) !== 0) throw new DatabaseError("it contains an unfinished transaction");
  return sqliteHeaders(database, image.read(`${path}-wal`));
}

/** The packages' files at a path: like rpm -qf, through any links to the directories that packages name. */
function findFiles(image: Image, index: RpmIndex, path: string): RpmFile[] {
  const slash = path.lastIndexOf("/");
  const real = realDirectory(image, path.slice(0, slash));
  const named = index.filesNamed(path.slice(slash + 1));
  const read = (found: typeof named) => found.slice(0, LIMIT.owners).flatMap((file) => file.read() ?? []);
  const same = read(named.filter(({ directory }) => directory === real));
  if (same.length > 0) return same;
  const directories = [...new Set(named.map(({ directory }) => directory))].slice(0, LIMIT.aliases);
  const aliases = new Set(directories.filter((directory) => realDirectory(image, directory) === real));
  return read(named.filter(({ directory }) => aliases.has(directory)));
}

/** A directory with its links resolved; "" for the root. */
function realDirectory(image: Image, directory: string): string {
  const real = image.realpath(directory === "" ? "/" : directory) ?? directory;
  return real === "/" ? "" : real;
}

/** What a package shipped at a path. If several packages shipped different files, the one that is there now, or else the first. */
function shippedAt(image: Image, path: string, files: readonly RpmFile[]): ShippedFile | undefined {
  const shipped = files.flatMap((file): ShippedFile[] => {
    const algorithm = ALGORITHMS[file.algorithm];
    // A package owns its ghost files but does not ship them.
    if (algorithm === undefined || (file.flags & FLAG.ghost) !== 0 || !/^[0-9a-f]{32,128}$/.test(file.digest))
      return [];
    const config = (file.flags & FLAG.config) !== 0;
    return [{ package: file.package, algorithm, digest: file.digest, config }];
  });
  if (new Set(shipped.map(({ digest }) => digest)).size < 2) return shipped[0];
  const content = image.read(path) ?? "";
  return shipped.find((file) => hasDigest(content, file)) ?? shipped[0];
}

/** RPMTAG_FILEDIGESTALGO: OpenPGP hash algorithm numbers (RFC 9580, 9.5). */
const ALGORITHMS: Readonly<Record<number, ShippedFile["algorithm"]>> = {
  1: "md5",
  2: "sha1",
  8: "sha256",
  9: "sha384",
  10: "sha512",
  11: "sha224",
  12: "sha3-256",
  14: "sha3-512",
};
