import { openrcScript } from "../../distro/openrc.ts";
import type { Image } from "../../image/image.ts";
import type { ModuleRun } from "../moduleRun.ts";

/**
 * Whether systemd boots the image (distro.uses_systemd). A tree without a shell is only part of an image: what it
 * does not contain is assumed to be as usual, systemd only if OpenRC does not start cloud-init.
 */
export function usesSystemd(boot: ModuleRun): boolean {
  if (hasSystemd(boot.image)) return true;
  return !boot.which("sh") && boot.facts.family !== "alpine" && openrcScript(boot.image) === undefined;
}

/**
 * The same for an image whose class is not known yet: only Red Hat's initscripts, which boot without systemd, have this
 * file.
 */
export function runsSystemd(image: Image): boolean {
  return hasSystemd(image) || image.stat("/etc/rc.d/rc.sysinit") === undefined;
}

/** Whether the image contains systemd. */
export function hasSystemd(image: Image): boolean {
  return ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"].some((path) => image.stat(path) !== undefined);
}
