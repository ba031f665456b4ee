import { type Image, readText } from "../image/image.ts";
import { pristineAmong } from "./digest.ts";

/** A configuration file that ucf (update configuration file) manages for a Debian package. */
export interface UcfFile {
  readonly package: string;
  /** The MD5 of the version that the package last installed (ucf(1): the hash file). */
  readonly digest: string;
}

/** The number of files with the same digest that are compared; more than one is already unusual. */
const CANDIDATES = 5;

/** The files that ucf manages, by path, without those that its registry assigns to no package. */
export function ucfFiles(image: Image): Map<string, UcfFile> {
  const owners = new Map(tableOf(image, "/var/lib/ucf/registry").map(([owner, path]) => [path, owner]));
  const files = new Map<string, UcfFile>();
  for (const [digest, path] of tableOf(image, "/var/lib/ucf/hashfile")) {
    const owner = owners.get(path);
    if (owner !== undefined && /^[0-9a-f]{32}$/.test(digest)) files.set(path, { package: owner, digest });
  }
  return files;
}

/**
 * Where the text with ucf's digest still exists: a file of the package (from `md5sums`, its list of digests), the file
 * that ucf put beside a kept one, or the copy that it keeps for three-way merges.
 */
export function ucfPristine(image: Image, path: string, digest: string, md5sums: string): { pristinePath?: string } {
  const lines = md5sums.split("\n").filter((line) => line.startsWith(`${digest}  `));
  const candidates = lines.slice(0, CANDIDATES).map((line) => `/${line.slice(digest.length + 2)}`);
  candidates.push(`${path}.ucf-dist`, `/var/lib/ucf/cache/${path.replaceAll("/", ":")}`);
  return pristineAmong(image, candidates, { algorithm: "md5", digest });
}

/** The lines of one of ucf's tables, each a word and a path. */
function tableOf(image: Image, table: string): [string, string][] {
  const lines = (readText(image, table) ?? "").split("\n").map((line) => line.trim());
  return lines.map((line) => {
    const gap = line.search(/\s/);
    return gap === -1 ? [line, ""] : [line.slice(0, gap), line.slice(gap).trim()];
  });
}
