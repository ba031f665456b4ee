import { ASSUMED_VERSION } from "../../boot/boot.ts";
import { distroFacts } from "../../distro/facts.ts";
import { hostKeyMaker } from "../../distro/hostKeyUnits.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { CheckContext } from "./check.ts";

/**
 * Whether the image itself makes the host keys that cloud-init leaves out, as sshd starts. Of an image without sshd's
 * unit the family tells: all but Debian's packages do, Red Hat's until the drop-in of cloud-init 21.4 turns it off.
 */
export function sshdMakesKeys({ image, boot, distro }: CheckContext): boolean {
  const maker = hostKeyMaker(image);
  if (maker !== "unknown") return maker === "runs";
  const version = distro.cloudInit.version || ASSUMED_VERSION;
  const name = String(boot.config.get("system_info", "distro") ?? "ubuntu");
  const family = distroFacts(name, version)?.family;
  if (family === undefined || family === "debian") return false;
  return family !== "redhat" || !versionAtLeast(version, "21.4");
}
