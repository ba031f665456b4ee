import type { ModuleRun } from "./module.ts";

/**
 * Whether systemd boots the image (distro.uses_systemd). A tree without any shell is only a part of an image: what it
 * does not show is taken to be as usual.
 */
export function usesSystemd(boot: ModuleRun): boolean {
  const shown = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"].some(
    (path) => boot.image.stat(path) !== undefined,
  );
  return shown || (!boot.which("sh") && boot.facts.family !== "alpine");
}
