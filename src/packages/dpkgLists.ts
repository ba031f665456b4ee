import type { Image } from "../image/image.ts";
import type { ShippedName } from "./dpkgNames.ts";
import { fileLists, readLists } from "./fileLists.ts";

/** The directory with each package's list of files and of digests. */
const INFO = "/var/lib/dpkg/info";

/** A path in a package's file list. */
export interface ListedFile {
  readonly path: string;
  /** The package as in the names of its database files: "libc6:amd64" if it supports several architectures. */
  readonly entry: string;
  readonly package: string;
}

/**
 * Finds the package that lists one of the names.
 * @param problem receives the lists that cannot be read
 */
export function dpkgLists(
  image: Image,
  problem: (path: string, reason: string) => void,
): (names: readonly ShippedName[]) => ListedFile | undefined {
  const search = fileLists(() => {
    const names = image.list(INFO).filter((name) => name.endsWith(".list"));
    const paths = names.map((name) => [name.slice(0, -".list".length), `${INFO}/${name}`] as const);
    return readLists(image, paths, problem);
  });
  return (names) => {
    for (const { path, accept } of names) {
      const entry = search(path).find(({ list }) => accept(packageOf(list)))?.list;
      if (entry !== undefined) return { path, entry, package: packageOf(entry) };
    }
    return undefined;
  };
}

/** The digest of `file` as shipped by the package; undefined if it has none, as for conffiles. */
export function md5sumOf(image: Image, file: ListedFile): string | undefined {
  const md5sums = md5sumsOf(image, file.entry);
  const line = md5sums.indexOf(`  ${file.path.slice(1)}\n`);
  const digest = line === -1 ? "" : md5sums.slice(Math.max(line - 32, 0), line);
  return /^[0-9a-f]{32}$/.test(digest) ? digest : undefined;
}

/** A package's digests, in lines `DIGEST  PATH` without the path's leading slash; "" if there are none. */
export function md5sumsOf(image: Image, entry: string): string {
  return image.read(`${INFO}/${entry}.md5sums`)?.toString("utf8") ?? "";
}

function packageOf(entry: string): string {
  return entry.replace(/:.*/s, "");
}
