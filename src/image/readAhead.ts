import type { Ahead } from "../disk/remote/disk.ts";
import type { Image } from "./image.ts";

/** Files up to this size are read as a whole, in bytes; of larger ones only few are ever needed. */
const SMALL = 64 * 1024;

/** Directories that are read with all that is below them: what cloud-init and the services read nearly always. */
const WHOLE = /^\/etc\/(cloud|ssh|netplan|network|apt|yum\.repos\.d|sudoers\.d|systemd\/network|NetworkManager)(\/|$)/;

/** Steps that read what paths hold, so that the blocks in which it is can be read side by side. */
export function readAhead(image: Image, paths: readonly string[]): Ahead[] {
  return paths.map((path) => stepFor(image, `/${path}`));
}

function stepFor(image: Image, path: string): Ahead {
  return () => {
    const stat = image.stat(path);
    if (stat?.kind === "directory") {
      const names = image.list(path);
      return WHOLE.test(path) ? names.map((name) => stepFor(image, `${path}/${name}`)) : undefined;
    }
    if (stat?.kind === "file" && stat.size <= SMALL) image.read(path);
    return undefined;
  };
}
