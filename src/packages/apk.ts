import type { Image, ImageProblem } from "../image/image.ts";
import { type Answer, answers } from "./answers.ts";
import { apkProtects } from "./apkProtected.ts";
import { pristineAmong } from "./digest.ts";
import { namesOf } from "./names.ts";
import type { PackageReader, Packages, ShippedFile } from "./packages.ts";
import { damageOf, eachLine, endOf, field } from "./paragraphs.ts";

/** Where apk keeps its database; the second path applies if / is merged into /usr. */
const DATABASES = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];

/** Limits for the lines about directories, and the packages for each directory; an image has about 20,000 from 500 packages. */
const MOST_DIRECTORIES = 500_000;
const MOST_PACKAGES = 10_000;

/** The number of bytes to read about a file: its name, owner and digest. */
const ENTRY_LIMIT = 1024;

/**
 * apk's installed database in `image` (apk-tools 2 and 3): a paragraph for each package, in which `F:` names a
 * directory, `R:` a file in it and `Z:` the file's digest. Searched as bytes; undefined if there is none.
 */
export const apk: PackageReader = {
  needs: DATABASES.map((path) => path.slice(1, -"/installed".length)),
  open: openApk,
};

function openApk(image: Image): Packages | undefined {
  const database = DATABASES.find((path) => image.stat(path)?.kind === "file");
  if (database === undefined) return undefined;
  const problems: ImageProblem[] = [];
  let content: Buffer | undefined;
  const installed = (): Buffer => {
    if (content === undefined) {
      content = image.read(database) ?? Buffer.alloc(0);
      const reason = damageOf(content) ?? notApk(content);
      if (reason !== undefined) {
        problems.push({ path: database, reason });
        content = Buffer.alloc(0);
      }
    }
    return content;
  };
  let directories: ReadonlyMap<string, number[]> | undefined;
  const versions = new Map<string, string | undefined>();

  function find(path: string): Answer {
    directories ??= directoriesOf(installed());
    for (const name of namesOf(image, path)) {
      const at = entryOf(installed(), directories, name);
      if (at === undefined) continue;
      const header = headerAt(installed(), at);
      const owner = field(header, "P") ?? "";
      const digest = digestAt(installed(), at, /^f:.*S/m.test(header));
      if (digest === undefined) return { owner };
      const config = apkProtects(image, name);
      return {
        owner,
        shipped: { package: owner, ...digest, config, ...pristineAmong(image, [`${path}.apk-new`], digest) },
      };
    }
    return {};
  }

  return {
    kind: "apk",
    version: (name) => {
      if (!versions.has(name)) versions.set(name, versionOf(installed(), name));
      return versions.get(name);
    },
    ...answers(image, problems, find),
  };
}

/** apk reads a line of two or more characters as a field and its value, and fails if the second is not a colon. */
function notApk(content: Buffer): string | undefined {
  if (/(?:^|\n)[^\n][^:\n]/.test(content.toString("latin1"))) return "a line is not a valid field";
  return content.length > 0 && !content.subarray(-2).equals(Buffer.from("\n\n"))
    ? "it ends in the middle of a package"
    : undefined;
}

function versionOf(content: Buffer, name: string): string | undefined {
  let version: string | undefined;
  eachLine(content, `P:${name}\n`, (at) => {
    version = field(headerAt(content, at), "V");
    return undefined;
  });
  return version;
}

/** The positions of each directory's `F:` lines. */
function directoriesOf(content: Buffer): Map<string, number[]> {
  const directories = new Map<string, number[]>();
  let count = 0;
  for (let at = content.indexOf("\nF:"); at !== -1 && count < MOST_DIRECTORIES; at = content.indexOf("\nF:", at + 1)) {
    const name = content.toString("utf8", at + 3, endOf(content, "\n", at + 1));
    const same = directories.get(name);
    if (same === undefined) directories.set(name, [at]);
    else if (same.length < MOST_PACKAGES) same.push(at);
    count++;
  }
  return directories;
}

/** The position of the file's line. */
function entryOf(content: Buffer, directories: ReadonlyMap<string, number[]>, path: string): number | undefined {
  const slash = path.lastIndexOf("/");
  const file = `\nR:${path.slice(slash + 1)}\n`;
  for (const at of directories.get(path.slice(1, slash)) ?? []) {
    const found = content.subarray(at, endOf(content, "\nF:", at + 1) + 1).indexOf(file);
    if (found !== -1) return at + found + 1;
  }
  return undefined;
}

/** The fields of the package around an index, without its files. */
function headerAt(content: Buffer, at: number): string {
  const start = content.lastIndexOf("\n\n", at) + 1;
  return content.toString("utf8", start, endOf(content, "\nF:", start) + 1);
}

/**
 * The digest of the file whose line begins at `at`; for a link, that of its target. Q1 marks base64 of 160 bits: a
 * SHA-1, or the beginning of a SHA-256 in packages of apk-tools 3, which have the flag S. X marks hexadecimal, 2 a full
 * SHA-256.
 */
function digestAt(content: Buffer, at: number, sha256: boolean): Pick<ShippedFile, "algorithm" | "digest"> | undefined {
  const lines = content.toString("latin1", at, at + ENTRY_LIMIT);
  const [, encoding, data] = /^R:[^\n]*\n(?:a:[^\n]*\n)?Z:([QX])[12]([\w+/=]+)\n/.exec(lines) ?? [];
  const bytes = Buffer.from(data ?? "", encoding === "X" ? "hex" : "base64");
  if (bytes.length !== 20 && bytes.length !== 32) return undefined;
  return { algorithm: sha256 || bytes.length === 32 ? "sha256" : "sha1", digest: bytes.toString("hex") };
}
