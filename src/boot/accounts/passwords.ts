import type { Origin } from "../../image/origin.ts";
import { unknown } from "../../image/unknown.ts";
import { Raises } from "../../python/errors.ts";
import { Failure } from "../failure.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { AccountFile } from "./accountFile.ts";
import { isKnownShadowSince, passwordAging, shadowSince } from "./defaults.ts";
import { findUser } from "./lookup.ts";
import { today } from "./useradd.ts";

/** A password to set: in plain text, which the boot hashes, or as a hash. */
export interface NewPassword {
  readonly user: string;
  readonly password: string;
  /** The line that requests it. */
  readonly origin?: Origin;
}

/** The placeholder for the hash of a known password: its salt is not known. */
const freshHash = unknown("a hash created at boot");

/** passwd -l USER, or usermod --lock if passwd is missing. @throws Raises if these fail */
export function lockPassword(boot: ModuleRun, user: string, because: Origin): void {
  if (boot.lacks("passwd") && boot.lacks("usermod"))
    throw new Raises(`neither passwd nor usermod is installed, so cloud-init cannot lock ${user}`);
  editPassword(boot, user, (hash) => (hash.startsWith("!") ? hash : `!${hash}`), because);
}

/**
 * passwd -u USER; if no password would remain, cloud-init then runs passwd -d USER.
 * @throws Raises if these fail
 */
export function unlockPassword(boot: ModuleRun, user: string, because: Origin): void {
  if (boot.lacks("passwd") && boot.lacks("usermod"))
    throw new Raises(`neither passwd nor usermod is installed, so cloud-init cannot unlock ${user}`);
  editPassword(boot, user, (hash) => (hash.startsWith("!") ? hash.slice(1) : hash), because);
}

/** passwd --expire USER. @throws Raises if it fails */
export function expirePassword(boot: ModuleRun, user: string, because: Origin): void {
  requireUser(boot, user, "passwd");
  const shadow = new AccountFile(boot, "/etc/shadow");
  const fields = shadow.find(user);
  if (fields === undefined) return;
  shadow.put(fields.with(2, "0"));
  shadow.save(because);
}

/**
 * chpasswd: through PAM, which continues after a rejected password and creates no backup (Debian, Red Hat).
 * @param hash the placeholder for a hash that cannot be known
 * @throws Raises after all other passwords are set
 */
export function setPasswords(boot: ModuleRun, passwords: readonly NewPassword[], because: Origin): void {
  const shadow = new AccountFile(boot, "/etc/shadow");
  const refused: NewPassword[] = [];
  for (const one of passwords) {
    const { user, password } = one;
    const fields = findUser(boot.image, user) === undefined ? undefined : shadow.find(user);
    if (fields === undefined || password === "") refused.push(one);
    else shadow.put(fields.with(1, freshHash).with(2, today));
  }
  shadow.overwrite(because);
  const [first] = refused;
  if (first === undefined) return;
  const message = `chpasswd: no password set for ${refused.map(({ user }) => user).join(", ")}`;
  const { user, origin } = first;
  throw findUser(boot.image, user) === undefined
    ? new Failure({ code: "user-missing", user }, message, origin)
    : new Raises(message, origin);
}

/** chpasswd -e: sets all of the hashes or none. @throws Raises if it sets none */
export function setHashes(boot: ModuleRun, passwords: readonly NewPassword[], because: Origin): void {
  const shadow = new AccountFile(boot, "/etc/shadow");
  const passwd = new AccountFile(boot, "/etc/passwd");
  for (const { user, password, origin } of passwords) {
    requireUser(boot, user, "chpasswd", origin);
    if (isKnownShadowSince(boot, "4.19") && !isHash(password))
      throw new Raises(`chpasswd: no valid hash for ${user}`, origin);
    const fields = shadow.find(user);
    const account = passwd.find(user)!;
    if (fields !== undefined) shadow.put(fields.with(1, password).with(2, today));
    else if (account[1] === "x") shadow.put([user, password, today, ...passwordAging(boot), "", "", ""]);
    else passwd.put(account.with(1, password));
  }
  passwd.save(because);
  shadow.save(because);
}

/** Changes the password field, in /etc/shadow if the user has an entry there, else in /etc/passwd. */
function editPassword(boot: ModuleRun, user: string, edit: (hash: string) => string, because: Origin): void {
  requireUser(boot, user, "passwd");
  const shadow = new AccountFile(boot, "/etc/shadow");
  const hidden = shadow.find(user);
  const passwd = hidden === undefined || shadowSince(boot, "4.19") ? new AccountFile(boot, "/etc/passwd") : undefined;
  const [file, entry] = hidden === undefined ? [passwd!, passwd!.find(user)] : [shadow, hidden];
  if (entry === undefined) throw new Raises(`passwd finds no entry of ${user} in /etc/passwd`);
  file.put(entry.with(1, edit(entry[1]!)));
  file.save(because);
  if (boot.lacks("passwd")) rewriteAccount(boot, user, because);
}

/** usermod also writes /etc/passwd, although nothing changes in it. */
function rewriteAccount(boot: ModuleRun, user: string, because: Origin): void {
  const passwd = new AccountFile(boot, "/etc/passwd");
  const entry = passwd.find(user);
  if (entry !== undefined) passwd.put(entry);
  passwd.save(because);
}

function requireUser(boot: ModuleRun, user: string, program: string, origin?: Origin): void {
  if (findUser(boot.image, user) === undefined)
    throw new Failure({ code: "user-missing", user }, `${program} fails: the user ${user} does not exist`, origin);
}

/** What chpasswd -e accepts since shadow-utils 4.19 (lib/chkhash.c). */
function isHash(text: string): boolean {
  const hash = text.replace(/^!/, "");
  if (hash === "" || hash === "*") return true;
  return (
    hash.length >= 48 &&
    [
      /^\$y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43}$/,
      /^\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}$/,
      /^\$6\$(rounds=[1-9][0-9]{3,8}\$)?[^$:\n]{1,16}\$[./A-Za-z0-9]{86}$/,
      /^\$5\$(rounds=[1-9][0-9]{3,8}\$)?[^$:\n]{1,16}\$[./A-Za-z0-9]{43}$/,
    ].some((form) => form.test(hash))
  );
}
