import type { Origin } from "../../image/origin.ts";
import { parentOf } from "../../image/writeLog.ts";
import { Raises } from "../../python/errors.ts";
import { spend } from "../files/effort.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { type LoginDefs, shadowSince } from "./defaults.ts";
import { findGroup, type User } from "./lookup.ts";

/** The vendor's half of /etc/skel, which useradd copies too since shadow-utils 4.14 (openSUSE has one). */
const VENDOR_SKELETON = "/usr/etc/skel";

/**
 * Creates a home directory as useradd -m does, and fills it; an existing one stays unchanged.
 * @throws Raises if it cannot be created
 */
export function createHome(boot: ModuleRun, user: User, skeleton: string, defs: LoginDefs, because: Origin): void {
  const { home, uid, gid } = user;
  if (boot.image.stat(home) !== undefined) return;
  if (boot.image.readlink(home) !== undefined) throw new Raises(`useradd: cannot create directory ${home}`);
  const mode = defs.number("HOME_MODE", 0o777 & ~defs.number("UMASK", 0o22));
  boot.mkdir(parentOf(home), because);
  boot.mkdir(home, because, { mode, uid, gid });
  for (const source of shadowSince(boot, "4.14") ? [skeleton, VENDOR_SKELETON] : [skeleton]) {
    const from = source.startsWith("/") ? boot.image.realpath(source) : undefined;
    // A skeleton that holds the home directory would be copied into itself.
    const holdsHome = from === "/" || `${boot.image.realpath(home)}/`.startsWith(`${from}/`);
    if (from !== undefined && !holdsHome) copyTree(boot, from, home, user, because);
  }
}

/** The cost of copying an entry, in bytes written: the skeleton may hold thousands, copied for every user. */
const ENTRY_COST = 1000;

function copyTree(boot: ModuleRun, source: string, target: string, owner: User, because: Origin): void {
  const { uid, gid } = owner;
  for (const name of boot.image.list(source)) {
    const from = `${source}/${name}`;
    const to = `${target}/${name}`;
    const stat = boot.image.lstat(from);
    spend(boot.image, "written", ENTRY_COST);
    if (stat === undefined || boot.image.lstat(to) !== undefined) continue;
    if (stat.kind === "symlink") boot.symlink(to, boot.image.readlink(from) ?? "", because, { uid, gid });
    else if (stat.kind === "directory") {
      boot.mkdir(to, because, { mode: stat.mode, uid, gid });
      copyTree(boot, from, to, owner, because);
    } else if (stat.kind === "file")
      boot.write(to, boot.image.read(from) ?? "", because, { mode: stat.mode, uid, gid });
  }
}

/** Creates the mailbox of a new user; an existing one stays unchanged. */
export function createMailSpool(boot: ModuleRun, user: User, defs: LoginDefs, because: Origin): void {
  const path = `${defs.text("MAIL_DIR") ?? "/var/mail"}/${user.name}`;
  if (boot.image.lstat(path) !== undefined || boot.image.stat(parentOf(path)) === undefined) return;
  const mail = findGroup(boot.image, "mail");
  const mode = mail === undefined ? 0o600 : 0o660;
  boot.write(path, "", because, { mode, uid: user.uid, gid: mail?.gid ?? user.gid });
}
