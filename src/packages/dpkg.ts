import type { Image, ImageProblem } from "../image/image.ts";
import { type Answer, answers } from "./answers.ts";
import { copiesOf, pristineAmong } from "./digest.ts";
import { dpkgLists, md5sumOf, md5sumsOf } from "./dpkgLists.ts";
import { dpkgNames } from "./dpkgNames.ts";
import { dpkgStatus, hasDpkgStatus } from "./dpkgStatus.ts";
import type { PackageReader, Packages } from "./packages.ts";
import { type UcfFile, ucfFiles, ucfPristine } from "./ucf.ts";

/** dpkg's database in `image`, read on demand; undefined if there is none. */
export const dpkg: PackageReader = {
  needs: [
    "var/lib/dpkg",
    "var/lib/ucf",
    // Configuration files as ucf installs them.
    "usr/share/openssh",
    "usr/share/chrony",
    "usr/share/ntpsec",
    "usr/share/ntp",
    "usr/share/grub/default",
    "usr/share/adduser",
    "usr/share/base-files",
    "usr/share/unattended-upgrades",
  ],
  open: openDpkg,
};

function openDpkg(image: Image): Packages | undefined {
  if (!hasDpkgStatus(image)) return undefined;
  const problems: ImageProblem[] = [];
  const problem = (path: string, reason: string): void => void problems.push({ path, reason });
  const status = dpkgStatus(image, problem);
  const namesOf = dpkgNames(image, problem);
  const findListed = dpkgLists(image, problem);
  const versions = new Map<string, string | undefined>();
  let managed: Map<string, UcfFile> | undefined;

  function find(path: string): Answer {
    const names = namesOf(path);
    for (const name of names) {
      const conffile = status.conffile(name.path, name.accept);
      if (conffile !== undefined) {
        const shipped = { ...conffile, algorithm: "md5", config: true } as const;
        const kept = pristineAmong(image, copiesOf(path, ".dpkg-dist"), shipped);
        return { owner: conffile.package, shipped: { ...shipped, ...kept } };
      }
    }

    managed ??= ucfFiles(image);
    const ucf = managed.get(path);
    if (ucf !== undefined) {
      const pristine = ucfPristine(image, path, ucf.digest, md5sumsOf(image, ucf.package));
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

  return {
    kind: "dpkg",
    version: (name) => {
      if (!versions.has(name)) versions.set(name, status.version(name));
      return versions.get(name);
    },
    ...answers(image, problems, find),
  };
}
