import type { Origin } from "../../image/origin.ts";
import { unknown } from "../../image/unknown.ts";
import { Raises } from "../../python/errors.ts";
import { Failure } from "../failure.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { AccountFile } from "./accountFile.ts";
import { LoginDefs, passwordAging, shadowSince, type UseraddDefaults, useraddDefaults } from "./defaults.ts";
import { GroupFiles } from "./groups.ts";
import { createHome, createMailSpool } from "./home.ts";
import { addSubordinateRange, newId } from "./ids.ts";
import { findGroup, findUser, type Group, groups, users } from "./lookup.ts";
import { isUserName } from "./names.ts";

/** The options of useradd(8) that cloud-init passes, as on the command line; undefined if it does not pass one. */
export interface UseraddOptions {
  readonly comment: string | undefined;
  readonly home: string | undefined;
  readonly gid: string | undefined;
  readonly uid: string | undefined;
  readonly groups: string | undefined;
  readonly password: string | undefined;
  readonly shell: string | undefined;
  readonly expiredate: string | undefined;
  readonly inactive: string | undefined;
  readonly noUserGroup: boolean;
  readonly system: boolean;
  readonly createHome: boolean;
}

/** An option of useradd that has a value. */
export type UseraddOption = Exclude<keyof UseraddOptions, "noUserGroup" | "system" | "createHome">;

/** The day on which a password was set, where the boot sets it. */
export const today = unknown("the day of the boot");

/**
 * useradd NAME, as shadow-utils 4.8 to 4.20 does it: the account, its group, its subordinate ids, its home directory.
 * @param placeOf the line that gives an option, or one of the supplementary groups
 * @param isOwnGroupNew whether a group of the user's name was created for the user's own `groups`
 * @throws Raises if useradd fails
 */
export function useradd(
  boot: ModuleRun,
  name: string,
  options: UseraddOptions,
  because: Origin,
  placeOf: (option: UseraddOption, group?: string) => Origin = () => because,
  isOwnGroupNew = false,
): void {
  const refuse = (reason: string, option?: UseraddOption, group?: string) =>
    new Raises(`useradd ${name}: ${reason}`, option === undefined ? because : placeOf(option, group));
  if (!isUserName(boot, name)) throw refuse("invalid user name");
  if (findUser(boot.image, name) !== undefined) throw refuse("the user already exists");
  const mistake = mistakeIn(options);
  if (mistake !== undefined) throw refuse(mistake.reason, mistake.option);
  const supplementary = new Set<string>();
  for (const wanted of options.groups?.split(",") ?? []) {
    const group = groupOf(boot, wanted);
    if (group === undefined) throw refuse(`group "${wanted}" does not exist`, "groups", wanted);
    supplementary.add(group.name);
  }
  const primary = options.gid === undefined ? undefined : groupOf(boot, options.gid);
  if (options.gid !== undefined && primary === undefined) throw refuse(`group "${options.gid}" does not exist`, "gid");
  const defs = new LoginDefs(boot);
  const ownGroup = primary === undefined && !options.noUserGroup && defs.flag("USERGROUPS_ENAB");
  if (ownGroup && findGroup(boot.image, name) !== undefined) {
    const place = isOwnGroupNew ? "groups" : undefined;
    const { message, origin } = refuse(`group ${name} already exists`, place, name);
    throw new Failure({ code: "own-group-exists", user: name, isRequested: isOwnGroupNew }, message, origin);
  }
  const takenUids = users(boot.image).ids;
  const givenUid = options.uid === undefined ? undefined : Number(options.uid);
  if (givenUid !== undefined && takenUids.has(givenUid)) {
    const holder = users(boot.image).byId(givenUid)?.name ?? "";
    const { message, origin } = refuse(`user ID ${givenUid} is already in use`, "uid");
    throw new Failure({ code: "user-id-taken", user: name, uid: givenUid, holder }, message, origin);
  }

  const defaults = useraddDefaults(boot);
  const uid = givenUid ?? newId("UID", takenUids, options.system, defs);
  const takenGids = groups(boot.image).ids;
  const gid = ownGroup
    ? newId("GID", takenGids, options.system, defs, uid)
    : ((primary ?? groupOf(boot, defaults.group))?.gid ?? 100);
  const home = options.home ?? `${defaults.home}/${name}`;

  const passwd = new AccountFile(boot, "/etc/passwd");
  const shadow = boot.image.stat("/etc/shadow") === undefined ? undefined : new AccountFile(boot, "/etc/shadow");
  const password = options.password ?? unusablePassword(boot);
  const field = shadow === undefined ? password : "x";
  passwd.put([name, field, `${uid}`, `${gid}`, options.comment ?? "", home, options.shell ?? defaults.shell]);
  shadow?.put([name, password, today, ...aging(boot, options, defaults), ""]);
  const groupFiles = new GroupFiles(boot);
  if (ownGroup) groupFiles.add(name, gid, "!");
  groupFiles.addMember(supplementary, name);
  const ordinary = !options.system && (givenUid === undefined || isOrdinary(givenUid, defs));
  const subordinate = ordinary ? subordinateIds(boot, name, defs) : [];
  const user = { name, uid, gid, home };
  const makeHome = () => {
    if (options.createHome) createHome(boot, user, defaults.skeleton, defs, because);
  };
  // Since 4.10 useradd keeps the account if the directory cannot be created.
  if (!shadowSince(boot, "4.10")) makeHome();
  for (const file of [passwd, shadow, groupFiles, ...subordinate]) file?.save(because);
  if (shadowSince(boot, "4.10")) makeHome();
  if (!options.system && defaults.mailSpool) createMailSpool(boot, user, defs, because);
}

/** The highest number of 32 bits, which stands for no id. */
const LARGEST_ID = 0xffff_ffff;

/** Why useradd rejects an option, whatever the image contains. */
function mistakeIn(options: UseraddOptions): { readonly option: UseraddOption; readonly reason: string } | undefined {
  const { home, shell, uid, inactive, expiredate } = options;
  const field = (["comment", "home", "password", "shell"] as const).find((option) =>
    /[:\n]/.test(options[option] ?? ""),
  );
  if (field !== undefined) return { option: field, reason: `invalid field "${options[field]}"` };
  if (home !== undefined && !home.startsWith("/")) return { option: "home", reason: `invalid home directory ${home}` };
  if (shell !== undefined && !/^[/*]/.test(shell)) return { option: "shell", reason: `invalid shell ${shell}` };
  if (uid !== undefined && !(/^\d{1,10}$/.test(uid) && Number(uid) < LARGEST_ID))
    return { option: "uid", reason: `invalid user ID ${uid}` };
  if (inactive !== undefined && !/^(-1|\d{1,9})$/.test(inactive))
    return { option: "inactive", reason: `invalid number of days ${inactive}` };
  return dayOf(expiredate ?? "") === undefined
    ? { option: "expiredate", reason: `invalid date ${expiredate}` }
    : undefined;
}

/** The fields of /etc/shadow from the minimum age to the expiry. */
function aging(boot: ModuleRun, options: UseraddOptions, defaults: UseraddDefaults): string[] {
  if (options.system) return ["", "", "", "", ""];
  const inactive = Number(options.inactive ?? defaults.inactive);
  return [
    ...passwordAging(boot),
    inactive === -1 ? "" : String(inactive),
    dayOf(options.expiredate ?? defaults.expire) ?? "",
  ];
}

/** Red Hat's useradd marks an account without a password with `!!` as long as its passwd is not shadow-utils'. */
function unusablePassword(boot: ModuleRun): string {
  return boot.distro.packages.kind === "rpm" && boot.distro.packages.version("passwd") !== undefined ? "!!" : "!";
}

/** The files of subordinate ids with the new user's ranges, to be saved. */
function subordinateIds(boot: ModuleRun, name: string, defs: LoginDefs): AccountFile[] {
  const files: AccountFile[] = [];
  for (const [path, kind] of [
    ["/etc/subuid", "UID"],
    ["/etc/subgid", "GID"],
  ] as const) {
    if (boot.image.stat(path) === undefined || defs.number(`SUB_${kind}_COUNT`, 65_536) === 0) continue;
    const file = new AccountFile(boot, path);
    addSubordinateRange(file, kind, name, defs, shadowSince(boot, "4.14"));
    files.push(file);
  }
  return files;
}

function isOrdinary(uid: number, defs: LoginDefs): boolean {
  return uid === 0 || (uid >= defs.number("UID_MIN", 1000) && uid <= defs.number("UID_MAX", 60_000));
}

/** A group by name, or by number if the string is one. */
function groupOf(boot: ModuleRun, text: string): Group | undefined {
  const all = groups(boot.image);
  return /^\d+$/.test(text) ? all.byId(Number(text)) : all.byName(text);
}

/** A date as days since 1970, "" for none; undefined if useradd rejects it. */
function dayOf(date: string): string | undefined {
  if (date === "" || date === "-1") return "";
  if (/^\d{1,9}$/.test(date)) return String(Number(date));
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(date) ?? [];
  if (year === undefined) return undefined;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return String(Math.floor(time / 86_400_000));
}
