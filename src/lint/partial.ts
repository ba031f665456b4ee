import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";

/** Directories that contain programs. */
const PROGRAM_DIRECTORIES = ["/bin", "/sbin", "/usr/bin", "/usr/sbin"];

const SHELLS = ["/bin/sh", "/usr/bin/sh", "/bin/bash", "/bin/busybox"];

/**
 * Whether an image contains only the configuration of a machine: a checkout of /etc, or the files that a build copies
 * into an image. An archive of the paths that `needs` prints contains programs and is not partial.
 */
export function isPartial(image: Image, { cloudInit, packages }: Distro): boolean {
  if (PROGRAM_DIRECTORIES.every((directory) => image.list(directory).length === 0)) return true;
  // A build may add its own programs.
  const hasCloudInit = cloudInit.version !== undefined || cloudInit.library !== undefined;
  return !hasCloudInit && packages.kind === "none" && SHELLS.every((path) => image.lstat(path) === undefined);
}

/** The parts that a partial image lacks, in words, the most important first. */
export function missingParts(image: Image, { cloudInit, packages }: Distro): string[] {
  const isMissing = (path: string) => image.stat(path) === undefined;
  const parts: readonly (readonly [part: string, isMissing: boolean])[] = [
    ["programs", true],
    ["cloud-init itself", cloudInit.library === undefined],
    ["a package database", packages.kind === "none"],
    ["/etc/passwd", isMissing("/etc/passwd")],
    ["/etc/os-release", isMissing("/etc/os-release") && isMissing("/usr/lib/os-release")],
    ["/etc/cloud/cloud.cfg", isMissing("/etc/cloud/cloud.cfg")],
  ];
  return parts.filter(([, missing]) => missing).map(([part]) => part);
}
