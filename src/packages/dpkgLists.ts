import type { Image } from "../image/image.ts";
import type { ShippedName } from "./dpkgNames.ts";

/** Where dpkg keeps each package's list of files and digests. */
const INFO = "/var/lib/dpkg/info";

/** How much is searched, in bytes and files; the lists of a full desktop hold some 40 MB in 5,000. */
const LIMIT = { bytes: 64 * 1024 * 1024, files: 50_000 };

/** A path in a package's list of files. */
export interface ListedFile {
  readonly path: string;
  /** The package as its files in the database are named: "libc6:amd64" where it is for several architectures. */
  readonly entry: string;
  readonly package: string;
}

/**
 * Finds the package that lists one of the names. The lists are read at the first question, and indexed for one
 * directory below the root at a time: most questions are about /etc, most lines about /usr.
 */
export function dpkgLists(image: Image): (names: readonly ShippedName[]) => ListedFile | undefined {
  const indexes = new Map<string, Map<string, ListedFile[]>>();
  let lists: ReadonlyMap<string, Buffer> | undefined;

  function indexFor(path: string): Map<string, ListedFile[]> {
    const top = path.slice(0, path.indexOf("/", 1) + 1) || path;
    let index = indexes.get(top);
    if (index === undefined) {
      lists ??= readLists(image);
      index = indexOf(lists, top);
      indexes.set(top, index);
    }
    return index;
  }

  return (names) => {
    for (const { path, accept } of names) {
      const listed = indexFor(path)
        .get(path)
        ?.find((file) => accept(file.package));
      if (listed !== undefined) return listed;
    }
    return undefined;
  };
}

/** The digest that the package shipped `file` with; undefined where it does not tell (for conffiles). */
export function md5sumOf(image: Image, file: ListedFile): string | undefined {
  const md5sums = md5sumsOf(image, file.entry);
  const line = md5sums.indexOf(`  ${file.path.slice(1)}\n`);
  const digest = line === -1 ? "" : md5sums.slice(Math.max(line - 32, 0), line);
  return /^[0-9a-f]{32}$/.test(digest) ? digest : undefined;
}

/** A package's digests, in lines of `DIGEST  PATH` with the path without its first slash; "" when there are none. */
export function md5sumsOf(image: Image, entry: string): string {
  return image.read(`${INFO}/${entry}.md5sums`)?.toString("utf8") ?? "";
}

function readLists(image: Image): Map<string, Buffer> {
  const lists = new Map<string, Buffer>();
  let bytes = 0;
  const names = image.list(INFO).filter((name) => name.endsWith(".list"));
  for (const name of names.slice(0, LIMIT.files)) {
    const content = image.read(`${INFO}/${name}`) ?? Buffer.alloc(0);
    bytes += content.length;
    if (bytes > LIMIT.bytes) break;
    lists.set(name.slice(0, -".list".length), content);
  }
  return lists;
}

/** The lines that begin with `start`. A list's very first line is left out: it is the root or a directory in it. */
function indexOf(lists: ReadonlyMap<string, Buffer>, start: string): Map<string, ListedFile[]> {
  const index = new Map<string, ListedFile[]>();
  const needle = Buffer.from(`\n${start}`);
  for (const [entry, content] of lists) {
    for (let at = content.indexOf(needle); at !== -1; ) {
      const end = content.indexOf("\n", at + 1);
      const path = content.toString("utf8", at + 1, end === -1 ? content.length : end);
      const file = { path, entry, package: entry.replace(/:.*/s, "") };
      const same = index.get(path);
      if (same === undefined) index.set(path, [file]);
      else same.push(file);
      at = end === -1 ? -1 : content.indexOf(needle, end);
    }
  }
  return index;
}
