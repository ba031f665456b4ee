import { expect } from "vitest";
import type { Packages } from "../../src/packages/packages.ts";

/** What the real rpm answered of a database, in lines of tabs (see makeRpmDatabases.py). */
export interface RpmAnswers {
  /** Package, version. */
  readonly versions: string;
  /** Package, path, digest, algorithm, flags, state. */
  readonly files: string;
  /** Path, and the packages that own it. */
  readonly owners: string;
}

/** RPMTAG_FILEDIGESTALGO; packages with MD5 do not say so. */
const ALGORITHMS: Record<string, string> = {
  "(none)": "md5",
  1: "md5",
  2: "sha1",
  8: "sha256",
  9: "sha384",
  10: "sha512",
  11: "sha224",
};
const CONFIG = 1;
const GHOST = 64;

/** Compares all that rpm answered, and tells how much that was. */
export function compareAnswers(packages: Packages, answers: RpmAnswers): { packages: number; files: number } {
  const ours: unknown[] = [];
  const theirs: unknown[] = [];
  const versions = linesOf(answers.versions);
  for (const [name, version] of versions) {
    theirs.push([name, version]);
    ours.push([name, packages.version(name!)]);
  }
  for (const [path, ...owners] of linesOf(answers.owners)) {
    const owner = packages.owner(path!);
    theirs.push([path, owners]);
    ours.push([path, owners.includes(owner ?? "") || (owner === undefined && owners.length === 0) ? owners : owner]);
  }
  const shipped = new Map<string, unknown[]>();
  for (const [name, path, digest, number, flags, state] of linesOf(answers.files)) {
    const files = shipped.get(path!) ?? [];
    shipped.set(path!, files);
    if (digest === "" || state !== "0" || (Number(flags) & GHOST) !== 0) continue;
    files.push({ package: name, algorithm: ALGORITHMS[number!], digest, config: (Number(flags) & CONFIG) !== 0 });
  }
  for (const [path, files] of shipped) {
    const file = packages.shipped(path);
    const same = files.find((one) => JSON.stringify(one) === JSON.stringify(file));
    theirs.push([path, files]);
    ours.push([path, same !== undefined || (file === undefined && files.length === 0) ? files : file]);
  }
  expect(ours).toEqual(theirs);
  expect(packages.problems).toEqual([]);
  return { packages: versions.length, files: shipped.size };
}

function linesOf(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}
