import { classFacts } from "../../distro/classes.ts";
import { hostKeyMaker } from "../../distro/hostKeyUnits.ts";
import { ASSUMED_VERSION, versionAtLeast } from "../../distro/version.ts";
import type { CheckContext } from "./check.ts";
import { distroName } from "./configuration/moduleLists.ts";

/**
 * Whether the image generates missing host keys itself when sshd starts. Without sshd's unit the family decides: all
 * packages except Debian's do, and Red Hat's until the drop-in of cloud-init 21.4 disables it.
 */
export function sshdMakesKeys({ image, booted, distro }: CheckContext): boolean {
  const maker = hostKeyMaker(image);
  if (maker !== "unknown") return maker === "runs";
  const { version } = distro.cloudInit;
  const family = classFacts(image, distro.cloudInit, distroName(booted), version || ASSUMED_VERSION)?.family;
  if (family === undefined || family === "debian") return false;
  // The stock files that ask for no keys are older than 21.4.
  return family !== "redhat" || !version || !versionAtLeast(version, "21.4");
}
