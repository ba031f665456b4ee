import type { Image } from "../image/image.ts";
import { dpkgLists, md5sumOf, md5sumsOf } from "./dpkgLists.ts";
import { dpkgNames } from "./dpkgNames.ts";
import { dpkgStatus, hasDpkgStatus } from "./dpkgStatus.ts";
import type { Packages, ShippedFile } from "./packages.ts";
import { type UcfFile, ucfFiles, ucfPristine } from "./ucf.ts";

/** What dpkg (or ucf) says about a path. */
interface Answer {
  readonly owner?: string;
  readonly shipped?: ShippedFile;
}

/** dpkg's database in `image`, read only as far as asked; undefined when there is none. */
export function openDpkg(image: Image): Packages | undefined {
  if (!hasDpkgStatus(image)) return undefined;
  const status = dpkgStatus(image);
  const namesOf = dpkgNames(image);
  const findListed = dpkgLists(image);
  const answers = new Map<string, Answer>();
  const versions = new Map<string, string | undefined>();
  let managed: Map<string, UcfFile> | undefined;

  function find(path: string): Answer {
    const names = namesOf(path);
    for (const name of names) {
      const conffile = status.conffile(name.path, name.accept);
      if (conffile !== undefined) {
        return { owner: conffile.package, shipped: { ...conffile, algorithm: "md5", config: true } };
      }
    }

    managed ??= ucfFiles(image);
    const ucf = managed.get(path);
    if (ucf !== undefined) {
      const pristinePath = ucfPristine(image, path, ucf.digest, md5sumsOf(image, ucf.package));
      const pristine = pristinePath === undefined ? {} : { pristinePath };
      return { owner: ucf.package, shipped: { ...ucf, algorithm: "md5", config: true, ...pristine } };
    }

    const listed = findListed(names);
    if (listed === undefined) return {};
    const owner = listed.package;
    const digest = md5sumOf(image, listed);
    return digest === undefined
      ? { owner }
      : { owner, shipped: { package: owner, algorithm: "md5", digest, config: false } };
  }

  function findOnce(path: string): Answer {
    const answer = answers.get(path) ?? find(path);
    answers.set(path, answer);
    return answer;
  }

  return {
    kind: "dpkg",
    version: (name) => {
      if (!versions.has(name)) versions.set(name, status.version(name));
      return versions.get(name);
    },
    owner: (path) => findOnce(path).owner,
    shipped: (path) => findOnce(path).shipped,
  };
}
