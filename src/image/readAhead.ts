import type { Ahead } from "../disk/remote/disk.ts";
import type { Image } from "./image.ts";

/** Files up to this size are read as a whole, in bytes; of larger ones only few are ever needed. */
const SMALL = 64 * 1024;

/** Directories of which all files are read: what cloud-init and the services read nearly always. */
const WHOLE =
  /^\/etc(\/(cloud|ssh|netplan|network|apt|yum\.repos\.d|sudoers\.d|systemd\/network|NetworkManager)(\/.*)?)?$|\/cloudinit(\/(config|distros|net|sources))?$/;

/** Compiled Python, which nobody reads. */
const COMPILED = /\/__pycache__$|\.pyc$/;

/** Steps that read what paths hold, so that the blocks in which it is can be read side by side. */
export function readAhead(image: Image, paths: readonly string[]): Ahead[] {
  return paths.map((path) => stepFor(image, `/${path}`, true));
}

/** @param isListed whether the names in a directory are needed */
function stepFor(image: Image, path: string, isListed: boolean): Ahead {
  return () => {
    const stat = image.stat(path);
    if (stat?.kind === "directory") {
      const isWhole = WHOLE.test(path);
      if (!isWhole && !isListed) return undefined;
      const names = image.list(path).map((name) => `${path}/${name}`);
      return isWhole
        ? names.filter((name) => !COMPILED.test(name)).map((name) => stepFor(image, name, false))
        : undefined;
    }
    if (stat?.kind === "file" && stat.size <= SMALL) image.read(path);
    return undefined;
  };
}
