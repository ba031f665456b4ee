import { type Image, readText } from "../image/image.ts";
import type { CloudInit } from "./distro.ts";

const RUNLEVELS = "/etc/runlevels";
/** Services that run a stage of cloud-init; those of ds-identify and hotplug do not. */
const STAGES = ["cloud-init-local", "cloud-init", "cloud-config", "cloud-final"];

/** The script of cloud-init's first stage if OpenRC boots the image (Alpine, Gentoo); otherwise undefined. */
export function openrcScript(image: Image): string | undefined {
  if (image.stat(RUNLEVELS)?.kind !== "directory") return undefined;
  return readText(image, "/etc/init.d/cloud-init-local");
}

/** Why OpenRC starts no stage of cloud-init; undefined if it starts any. A service runs if a runlevel links to it. */
export function stoppedServices(image: Image): CloudInit["disabled"] {
  const started = image
    .list(RUNLEVELS)
    .some((level) => STAGES.some((name) => image.lstat(`${RUNLEVELS}/${level}/${name}`) !== undefined));
  return started ? undefined : { code: "no-runlevel", path: RUNLEVELS };
}

/** Whether an OpenRC runlevel starts ds-identify. */
export function startsDsIdentify(image: Image): boolean {
  return image
    .list(RUNLEVELS)
    .some((level) => image.lstat(`${RUNLEVELS}/${level}/cloud-init-ds-identify`) !== undefined);
}

/** Whether an OpenRC runlevel starts a service; undefined if the image has no such script, or OpenRC does not boot it. */
export function isInRunlevel(image: Image, service: string): boolean | undefined {
  if (image.stat(RUNLEVELS)?.kind !== "directory" || image.stat(`/etc/init.d/${service}`) === undefined)
    return undefined;
  return image.list(RUNLEVELS).some((level) => image.lstat(`${RUNLEVELS}/${level}/${service}`) !== undefined);
}
