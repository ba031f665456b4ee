import type { FileAttributes } from "../../../image/overlay.ts";
import { hasUnknown, mayComeOutAs, unknown } from "../../../image/unknown.ts";
import { NetworkFailure, str } from "../../../python/dict.ts";
import type { Origin } from "../../../python/tree.ts";
import { findGroup, findUser } from "../../accounts/lookup.ts";
import type { ModuleRun } from "../../module.ts";
import { librarySource } from "../../system/librarySource.ts";
import type { Predicted } from "../predicted.ts";
import type { NetworkdFile } from "./networkd.ts";
import type { UnitFormat } from "./networkdUnit.ts";

const NETWORKD_DIRECTORY = "/etc/systemd/network";
const OWNER = "systemd-network";

/** How the image's cloud-init writes routes; distributions have it write them apart before 23.1 (Debian's 22.4.2). */
export function unitFormat(boot: ModuleRun): UnitFormat {
  const source = librarySource(boot, "net/networkd.py");
  return { separatesRoutes: boot.since("23.1") || source.includes("update_route_section") };
}

/**
 * Writes files of systemd-networkd, which belong to its user.
 * @throws NetworkFailure at the first file that cannot be written or given to that user
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
      throw new NetworkFailure(`the name of an interface is no text: ${str(device)}`);
    writeFile(pathOf(str(device), extension), text, boot, because);
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

/** A file whose name holds a placeholder may be one that is there already: then both are announced, and true. */
export function announce(path: string, boot: ModuleRun, because: Origin): boolean {
  if (!hasUnknown(path)) return false;
  let found = false;
  const directory = path.slice(0, path.lastIndexOf("/"));
  for (const name of boot.image.list(directory)) {
    const existing = `${directory}/${name}`;
    if (hasUnknown(name) || !mayComeOutAs(path, existing)) continue;
    boot.mayChange(existing, "it is written anew where the machine has an interface of this name", because);
    found = true;
  }
  if (found) boot.mayChange(path, "it is written where the interface has no file yet", because);
  return found;
}

/** The user is there, or systemd-sysusers makes it before cloud-init starts. */
function ownerIds(boot: ModuleRun): FileAttributes {
  const [user, group] = [findUser(boot.image, OWNER), findGroup(boot.image, OWNER)];
  if (user !== undefined && group !== undefined) return { uid: user.uid, gid: group.gid };
  const isMade = boot.image.stat(`/usr/lib/sysusers.d/${OWNER}.conf`) !== undefined;
  if (boot.image.stat("/etc/passwd") !== undefined && !isMade) throw new NetworkFailure(`there is no user ${OWNER}`);
  return {};
}
