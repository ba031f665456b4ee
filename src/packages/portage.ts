import { createHash } from "node:crypto";
import type { Image, ImageProblem } from "../image/image.ts";
import { type Answer, answers } from "./answers.ts";
import { fileLists, readLists } from "./fileLists.ts";
import { namesOf } from "./names.ts";
import type { PackageReader, Packages } from "./packages.ts";

/** Contains a directory for each category, which contains one for each installed package, NAME-VERSION. */
const VDB = "/var/db/pkg";

/** The number of package directories that are listed; a Gentoo desktop has about 2,000. */
const MOST_PACKAGES = 20_000;

interface Installed {
  /** With its category: "net-misc/openssh". */
  readonly package: string;
  readonly version: string;
}

/** Portage's database in `image` (Gentoo), read on demand; undefined if there is none. */
export const portage: PackageReader = {
  needs: [VDB.slice(1)],
  open: openPortage,
};

function openPortage(image: Image): Packages | undefined {
  if (image.stat(VDB)?.kind !== "directory") return undefined;
  const problems: ImageProblem[] = [];
  const problem = (path: string, reason: string): void => void problems.push({ path, reason });
  let known: ReadonlyMap<string, Installed> | undefined;
  const installed = (): ReadonlyMap<string, Installed> => {
    known ??= packagesOf(image);
    return known;
  };
  const search = fileLists(
    () =>
      readLists(
        image,
        [...installed().keys()].map((directory) => [directory, `${directory}/CONTENTS`]),
        problem,
      ),
    ["obj ", "sym ", "dir "],
    (line) => partsOf(line).path,
  );

  function find(path: string): Answer {
    for (const name of namesOf(image, path)) {
      const found = search(name)[0];
      if (found === undefined) continue;
      const owner = installed().get(found.list)!.package;
      const { digest } = partsOf(found.line);
      if (digest === undefined) return { owner };
      return { owner, shipped: { package: owner, algorithm: "md5", digest, config: name.startsWith("/etc/") } };
    }
    return {};
  }

  return {
    kind: "portage",
    // Also without the category, since two categories rarely contain packages of the same name.
    version: (name) =>
      [...installed().values()].find((other) => other.package === name || other.package.endsWith(`/${name}`))?.version,
    ...answers(image, problems, find),
  };
}

function packagesOf(image: Image): Map<string, Installed> {
  const found = new Map<string, Installed>();
  for (const category of image.list(VDB))
    for (const directory of image.list(`${VDB}/${category}`)) {
      const [, name, version] = /^(.+?)-(\d[^-]*(?:-r\d+)?)$/.exec(directory) ?? [];
      if (name === undefined || version === undefined) continue;
      if (found.size >= MOST_PACKAGES) return found;
      found.set(`${VDB}/${category}/${directory}`, { package: `${category}/${name}`, version });
    }
  return found;
}

/** `obj PATH MD5 TIME`, `sym PATH -> TARGET TIME` or `dir PATH`. */
function partsOf(line: string): { readonly path: string; readonly digest?: string } {
  const file = /^obj (.+) ([0-9a-f]{32}) \d+$/.exec(line);
  if (file !== null) return { path: file[1]!, digest: file[2]! };
  const link = /^sym (.+?) -> (.+) \d+$/.exec(line);
  if (link !== null) return { path: link[1]!, digest: createHash("md5").update(link[2]!).digest("hex") };
  return { path: line.slice("dir ".length) };
}
