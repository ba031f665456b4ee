import type { Image, ImageProblem } from "../image/image.ts";
import { type Answer, answers } from "./answers.ts";
import { pristineAmong } from "./digest.ts";
import { fileLists, readLists } from "./fileLists.ts";
import { namesOf } from "./names.ts";
import type { PackageReader, Packages } from "./packages.ts";
import { type MtreeDigests, readMtree } from "./pacmanMtree.ts";
import { endOf } from "./paragraphs.ts";

/** Contains a directory for each installed package, NAME-VERSION-RELEASE, with the files desc, files and mtree. */
const LOCAL = "/var/lib/pacman/local";

interface Listed {
  readonly directory: string;
  /** The path as it was shipped. */
  readonly path: string;
}

/** pacman's local database in `image` (libalpm 13), read on demand; undefined if there is none. */
export const pacman: PackageReader = {
  needs: [LOCAL.slice(1)],
  open: openPacman,
};

function openPacman(image: Image): Packages | undefined {
  if (image.stat(LOCAL)?.kind !== "directory") return undefined;
  const problems: ImageProblem[] = [];
  const problem = (path: string, reason: string): void => void problems.push({ path, reason });
  const installed = new Map(image.list(LOCAL).flatMap((directory) => packageOf(directory)));
  const versions = new Map([...installed.values()].map(({ name, version }) => [name, version]));
  const mtrees = new Map<string, MtreeDigests>();
  let lists: ReadonlyMap<string, Buffer> = new Map();
  const search = fileLists(() => {
    const paths = [...installed.keys()].map((directory) => [directory, `${LOCAL}/${directory}/files`] as const);
    lists = readLists(image, paths, problem);
    return lists;
  });

  function listed(path: string): Listed | undefined {
    for (const name of namesOf(image, path)) {
      const directory = search(name.slice(1))[0]?.list;
      if (directory !== undefined) return { directory, path: name };
    }
    return undefined;
  }

  function find(path: string): Answer {
    const found = listed(path);
    if (found === undefined) return {};
    const owner = installed.get(found.directory)!.name;
    const backup = backupDigest(lists.get(found.directory)!, found.path.slice(1));
    if (backup !== undefined) {
      const shipped = { package: owner, algorithm: "md5", digest: backup, config: true } as const;
      return { owner, shipped: { ...shipped, ...pristineAmong(image, [`${path}.pacnew`], shipped) } };
    }
    let mtree = mtrees.get(found.directory);
    if (mtree === undefined) {
      mtree = readMtree(image, `${LOCAL}/${found.directory}/mtree`, problem);
      mtrees.set(found.directory, mtree);
    }
    const digest = mtree.get(found.path);
    return digest === undefined ? { owner } : { owner, shipped: { package: owner, ...digest, config: false } };
  }

  return { kind: "pacman", version: (name) => versions.get(name), ...answers(image, problems, find) };
}

function packageOf(directory: string): [string, { readonly name: string; readonly version: string }][] {
  const [, name, version] = /^(.+)-([^-]+-[^-]+)$/.exec(directory) ?? [];
  return name === undefined || version === undefined ? [] : [[directory, { name, version }]];
}

/** The MD5 of a configuration file, from the second section of the list: lines `PATH<tab>MD5`. */
function backupDigest(list: Buffer, path: string): string | undefined {
  const start = list.indexOf("\n%BACKUP%\n");
  if (start === -1) return undefined;
  const needle = `\n${path}\t`;
  const at = list.indexOf(needle, start);
  if (at === -1) return undefined;
  const digest = list.toString("latin1", at + Buffer.byteLength(needle), endOf(list, "\n", at + 1));
  return /^[0-9a-f]{32}$/.test(digest) ? digest : undefined;
}
