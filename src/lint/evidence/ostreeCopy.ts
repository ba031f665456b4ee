import type { Image } from "../../image/image.ts";

/**
 * Where ostree keeps the unmodified copy of a file in /etc: in /usr/etc of a deployment. Undefined for other paths and in
 * other images, whose /usr/etc is something else. The file need not exist.
 */
export function ostreeCopy(image: Image, path: string): string | undefined {
  if (!path.startsWith("/etc/") || image.readlink("/ostree") !== "sysroot/ostree") return undefined;
  return image.stat("/usr/etc")?.kind === "directory" ? `/usr${path}` : undefined;
}
