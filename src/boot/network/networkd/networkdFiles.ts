import { defineChange } from "../../../distro/library/change.ts";
import type { Origin } from "../../../image/origin.ts";
import type { FileAttributes } from "../../../image/overlay.ts";
import { unknown } from "../../../image/unknown.ts";
import { Raises } from "../../../python/errors.ts";
import { pyStr } from "../../../python/value.ts";
import { findGroup, findUser } from "../../accounts/lookup.ts";
import { Failure } from "../../failure.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { announce } from "../announce.ts";
import type { Predicted } from "../predicted.ts";
import type { NetworkdFile } from "./networkd.ts";
import type { UnitFormat } from "./networkdUnit.ts";

const NETWORKD_DIRECTORY = "/etc/systemd/network";
const OWNER = "systemd-network";

/** Distributions backport it (Debian's 22.4.2). */
const SEPARATE_ROUTES = defineChange({
  name: "networkd gets a section for each route",
  file: "net/networkd.py",
  since: "23.1",
  made: /\bupdate_route_section\b/,
  beside: /^class Renderer\b/m,
});

/** How the image's cloud-init writes routes. */
export function unitFormat(boot: ModuleRun): UnitFormat {
  return { separatesRoutes: boot.fact(SEPARATE_ROUTES) };
}

/**
 * Writes files of systemd-networkd, which belong to its user.
 * @throws Raises at the first file that cannot be written or given to that user
 */
export function writeNetworkd(files: Predicted<readonly NetworkdFile[]>, boot: ModuleRun, because: Origin): void {
  boot.mkdir(NETWORKD_DIRECTORY, because);
  if ("reason" in files) {
    const path = pathOf(unknown("the name of each interface"), "network");
    writeFile(path, unknown(files.reason), boot, because);
    return;
  }
  for (const { device, extension, text } of files.value) {
    if (typeof device !== "string" && !boot.since("25.2"))
      throw new Raises(`the name of an interface must be a string, not ${pyStr(device)}`);
    writeFile(pathOf(pyStr(device), extension), text, boot, because);
  }
}

function pathOf(device: string, extension: string): string {
  return `${NETWORKD_DIRECTORY}/10-cloud-init-${device}.${extension}`;
}

function writeFile(path: string, text: string, boot: ModuleRun, because: Origin): void {
  if (announce(path, boot, because)) return;
  boot.write(path, text, because);
  boot.setAttributes(path, ownerIds(boot), because);
}

/** The user exists, or systemd-sysusers creates it before cloud-init starts. */
function ownerIds(boot: ModuleRun): FileAttributes {
  const [user, group] = [findUser(boot.image, OWNER), findGroup(boot.image, OWNER)];
  if (user !== undefined && group !== undefined) return { uid: user.uid, gid: group.gid };
  const isMade = boot.image.stat(`/usr/lib/sysusers.d/${OWNER}.conf`) !== undefined;
  if (boot.image.stat("/etc/passwd") !== undefined && !isMade)
    throw new Failure({ code: "user-missing", user: OWNER }, `the user ${OWNER} does not exist`);
  return {};
}
