import { ASSUMED_VERSION } from "../../boot/boot.ts";
import { distroFacts } from "../../distro/facts.ts";
import { hostKeyMaker } from "../../distro/hostKeyUnits.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { CheckContext } from "./check.ts";
import { distroName } from "./configuration/moduleLists.ts";

/**
 * Whether the image generates missing host keys itself when sshd starts. Without sshd's unit the family decides: all
 * packages except Debian's do, and Red Hat's until the drop-in of cloud-init 21.4 disables it.
 */
export function sshdMakesKeys({ image, booted, distro }: CheckContext): boolean {
  const maker = hostKeyMaker(image);
  if (maker !== "unknown") return maker === "runs";
  const version = distro.cloudInit.version || ASSUMED_VERSION;
  const name = distroName(booted);
  const family = distroFacts(name, version)?.family;
  if (family === undefined || family === "debian") return false;
  return family !== "redhat" || !versionAtLeast(version, "21.4");
}
