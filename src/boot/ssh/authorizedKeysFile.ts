import type { Origin } from "../../image/origin.ts";
import type { FileAttributes } from "../../image/overlay.ts";
import { hasOwners } from "../../image/owners.ts";
import { parentOf } from "../../image/writeLog.ts";
import { Raises } from "../../python/errors.ts";
import { findUser, groups, type User, users } from "../accounts/lookup.ts";
import { Failure } from "../failure.ts";
import { spend } from "../files/effort.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { sshdOptions } from "./sshdConfig.ts";

/** Where a user's keys go. */
interface AuthorizedKeysFile {
  readonly path: string;
  /** The files whose lines go there. */
  readonly sources: readonly string[];
  /** Its mode and owner. */
  readonly attributes: FileAttributes;
}

/**
 * Finds the file for a user's keys, and creates it and its directories if they are missing (ssh_util, 18.5 to 26.2).
 * Only AuthorizedKeysFile of /etc/ssh/sshd_config itself counts.
 * @throws Raises if the user does not exist
 */
export function ensureAuthorizedKeysFile(boot: ModuleRun, name: string, because: Origin): AuthorizedKeysFile {
  const user = userWithHome(boot, name);
  return boot.since("21.3") ? findSafeFile(boot, user, because) : ensureFirstFile(boot, user, because);
}

/** The account whose keys are asked for (ssh_util.users_ssh_info, 18.5 to 26.2). @throws Raises if it has no home */
export function userWithHome(boot: ModuleRun, name: string): User {
  const user = findUser(boot.image, name);
  if (user === undefined) throw new Failure({ code: "user-missing", user: name }, `the user ${name} does not exist`);
  if (user.home === "") throw new Raises(`the user ${name} has no home directory`);
  return user;
}

/**
 * Up to 21.2, with modes and owner set: before 19.4 AuthorizedKeysFile as one path, in 20.4 the first of its
 * paths, else always the default.
 */
function ensureFirstFile(boot: ModuleRun, user: User, because: Origin): AuthorizedKeysFile {
  const { uid, gid } = user;
  const usual = join(user.home, ".ssh/authorized_keys");
  if (boot.image.stat(parentOf(usual))?.kind !== "directory")
    boot.mkdir(parentOf(usual), because, { mode: 0o700, uid, gid });
  const option = sshdOptions(boot).get("authorizedkeysfile") ?? "";
  const patterns = boot.since("19.4") ? words(option) : [option.trim()];
  const sources = paths(patterns, user).map(({ path }) => path);
  const isUsual = boot.since("19.4") && (!boot.since("20.4") || boot.since("20.4.1"));
  const path = isUsual ? usual : sources[0]!;
  boot.mkdir(parentOf(path), because);
  boot.setAttributes(parentOf(path), { mode: 0o700 }, because);
  return { path, sources, attributes: { mode: 0o600, uid, gid } };
}

/** Since 21.3: the first of the user's own paths that sshd would trust, else the default regardless of its mode. */
function findSafeFile(boot: ModuleRun, user: User, because: Origin): AuthorizedKeysFile {
  const options = sshdOptions(boot);
  const strict = (options.get("strictmodes") ?? "yes") === "yes";
  const safe = paths(words(options.get("authorizedkeysfile") ?? ""), user).find(
    ({ pattern, path }) =>
      (/%[uh]/.test(pattern) || path.startsWith(`${user.home}/`)) && makeSafePath(boot, user, path, strict, because),
  );
  const path = safe?.path ?? join(user.home, ".ssh/authorized_keys");
  return { path, sources: [path], attributes: {} };
}

/** The paths of AuthorizedKeysFile with their tokens replaced. */
function paths(patterns: readonly string[], { home, name }: User): { pattern: string; path: string }[] {
  return (patterns.join("") === "" ? ["%h/.ssh/authorized_keys"] : patterns).map((pattern) => {
    const path = pattern
      .replaceAll("%h", () => home)
      .replaceAll("%u", () => name)
      .replaceAll("%%", () => "%");
    return { pattern, path: path.startsWith("/") ? path : join(home, path) };
  });
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** The cost of checking a path, in bytes read: sshd_config may name any number of them. */
const PATH_COST = 2000;

/** Walks down to the file and creates what is missing; false if sshd would not trust a part of the path. */
function makeSafePath(boot: ModuleRun, user: User, path: string, strict: boolean, because: Origin): boolean {
  spend(boot.image, "read", PATH_COST);
  const { uid, gid, home } = user;
  const { image } = boot;
  let directory = "";
  for (const name of path.split("/").slice(1, -1)) {
    directory += `/${name}`;
    if (image.lstat(directory)?.kind === "symlink" || image.stat(directory)?.kind === "file") return false;
    // The directories above the home directory are not checked.
    if (parentOf(home).startsWith(directory) || directory === home) continue;
    if (image.stat(directory) === undefined) {
      const own = directory.startsWith(home);
      boot.mkdir(directory, because, own ? { mode: 0o700, uid, gid } : {});
    }
    if (!isTrusted(boot, user, directory, 0o711, strict)) return false;
  }
  if (image.lstat(path)?.kind === "symlink" || image.stat(path)?.kind === "directory") return false;
  if (image.stat(path) === undefined) boot.write(path, "", because, { mode: 0o600, uid, gid });
  return isTrusted(boot, user, path, 0o644, strict);
}

/**
 * Whether the user can use what is at `path` and, in strict mode, nobody else can change it.
 * @param needed bits, one of which must be set among those that apply to the user
 */
function isTrusted(boot: ModuleRun, user: User, path: string, needed: number, strict: boolean): boolean {
  // Nothing shows what the owners and modes on the machine are; those of images are usually right.
  if (!hasOwners(boot.image)) return true;
  const { uid, gid, mode } = boot.image.stat(path)!;
  const owner = users(boot.image).byId(uid)?.name;
  if (owner === undefined) throw new Raises(`the owner of ${path} is not in /etc/passwd`);
  if (strict && owner !== user.name && owner !== "root") return false;
  const applying = owner === user.name ? 0o700 : isMember(boot, user, gid) ? 0o070 : 0o007;
  if ((mode & needed & applying) === 0) return false;
  return !strict || (mode & 0o022) === 0;
}

function isMember(boot: ModuleRun, user: User, gid: number): boolean {
  const nameOf = (id: number) => {
    const name = groups(boot.image).byId(id)?.name;
    if (name === undefined) throw new Raises(`the group ${id} is not in /etc/group`);
    return name;
  };
  const name = nameOf(gid);
  if (name === nameOf(user.gid)) return true;
  return groups(boot.image)
    .allNamed(name)
    .some((group) => group.members.includes(user.name));
}

/** os.path.join of a directory and a relative path. */
function join(directory: string, path: string): string {
  return directory.endsWith("/") ? `${directory}${path}` : `${directory}/${path}`;
}
