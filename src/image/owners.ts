import type { Image } from "./image.ts";

/** Whether owners and modes are those of the machine: a tree that an ordinary user unpacked belongs to that user. */
export function hasOwners(image: Image): boolean {
  return ["/etc", "/etc/passwd"].every((path) => {
    const stat = image.stat(path);
    return stat !== undefined && stat.uid === 0 && (stat.mode & 0o022) === 0;
  });
}
