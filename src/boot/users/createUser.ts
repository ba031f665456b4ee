import { BUILTIN_PATH } from "../../config/builtin.ts";
import { findPair } from "../../config/merge.ts";
import type { Origin } from "../../image/origin.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { Raises } from "../../python/errors.ts";
import { type ConfigNode, originOf } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { addToGroup, groupadd } from "../accounts/groups.ts";
import { findGroup, findUser } from "../accounts/lookup.ts";
import { lockPassword, setHashes, setPasswords, unlockPassword } from "../accounts/passwords.ts";
import { type UseraddOption, useradd } from "../accounts/useradd.ts";
import { spend } from "../files/effort.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { addAuthorizedKeys } from "../ssh/authorizedKeys.ts";
import { refusal, refusalTemplate } from "../ssh/loginRefusal.ts";
import { cloudKeysPlaceholder } from "../ssh/publicKeys.ts";
import { KNOWS_DOAS, writeDoasRules } from "./doas.ts";
import { writeSudoRules } from "./sudoers.ts";
import type { ConfiguredGroup, ConfiguredUser } from "./users.ts";

/** A setting of a user and the line to blame for its effects; the user's own line if it is not set. */
class Settings {
  readonly #user: ConfiguredUser;

  constructor(user: ConfiguredUser) {
    this.#user = user;
  }

  node(name: string): ConfigNode | undefined {
    return findPair(this.#user.attributes, name)?.value;
  }

  /** Python's truth of a setting. */
  holds(name: string, absent = false): boolean {
    const node = this.node(name);
    return node === undefined ? absent : truthy(node);
  }

  /** A setting that useradd gets only if it is a non-empty string. */
  option(name: string): string | undefined {
    const node = this.node(name);
    return node?.type === "scalar" && node.kind === "str" && node.value !== "" ? String(node.value) : undefined;
  }

  because(name: string): Origin {
    const pair = findPair(this.#user.attributes, name);
    return pair === undefined || pair.path === BUILTIN_PATH ? this.#user.origin : originOf(pair);
  }

  /** The line that requests the user. */
  get origin(): Origin {
    return this.#user.origin;
  }
}

/**
 * Creates a user, or changes an existing one, as Distro.create_user does (18.5 to 26.2). Of an existing user only the
 * password, the lock, rules and keys change.
 * @param redirect where ssh_redirect_user sends logins with the cloud's keys; undefined if it does not apply.
 * @throws Raises if cloud-init raises; earlier changes stay
 */
export function createUser(boot: ModuleRun, user: ConfiguredUser, redirect: Redirect | undefined): void {
  const settings = new Settings(user);
  const snapUser = settings.node("snapuser");
  if (snapUser !== undefined) {
    if (boot.lacks("snap")) throw new Raises("snap is not installed", settings.because("snapuser"));
    boot.command(`snap create-user --sudoer --json ${pyStr(snapUser)}`);
    return;
  }
  if (hasUnknown(user.name)) {
    announceUser(boot, user.name, settings);
    return;
  }
  const existed = findUser(boot.image, user.name) !== undefined;
  if (!existed) addUser(boot, user.name, settings);
  setPassword(boot, user.name, settings);
  lockOrUnlock(boot, user.name, settings, existed);
  if (settings.holds("doas") && boot.fact(KNOWS_DOAS))
    writeDoasRules(boot, user.name, settings.node("doas")!, settings.because("doas"));
  if (wantsSudo(boot, settings)) writeSudoRules(boot, user.name, settings.node("sudo")!, settings.because("sudo"));
  const keys = settings.node("ssh_authorized_keys");
  if (keys !== undefined)
    addAuthorizedKeys(boot, user.name, listOfKeys(keys), "", settings.because("ssh_authorized_keys"));
  if (redirect !== undefined) refuseLogins(boot, user.name, redirect, settings.because("ssh_redirect_user"));
}

/** Files of accounts that useradd changes. */
const ACCOUNT_FILES = "passwd shadow group gshadow subuid subgid".split(" ").map((name) => `/etc/${name}`);

/** A user whose name the cloud assigns: it is not known whether the image has it. */
function announceUser(boot: ModuleRun, name: string, settings: Settings): void {
  for (const path of ACCOUNT_FILES)
    if (boot.image.stat(path) !== undefined)
      boot.mayChange(path, "cloud-init creates the user whose name the cloud assigns", settings.origin);
  if (wantsSudo(boot, settings)) writeSudoRules(boot, name, settings.node("sudo")!, settings.because("sudo"));
}

/** Where a user's logins with the cloud's keys are sent. */
export interface Redirect {
  readonly to: string;
  readonly keys: readonly string[];
}

function refuseLogins(boot: ModuleRun, user: string, { to, keys }: Redirect, because: Origin): void {
  if (keys.includes(cloudKeysPlaceholder)) {
    const home = findUser(boot.image, user)?.home;
    boot.mayChange(`${home}/.ssh/authorized_keys`, "the cloud may provide public keys", because);
  } else if (keys.length > 0) addAuthorizedKeys(boot, user, keys, refusal(refusalTemplate(boot), to, user), because);
}

/** Creates groups and adds their members, as Distro.create_group does: a group that cannot be created is skipped. */
export function createGroups(boot: ModuleRun, groups: readonly ConfiguredGroup[]): void {
  for (const group of groups) {
    tryGroupadd(boot, group.name, group.origin);
    for (const member of group.members) {
      if (findUser(boot.image, member) === undefined) continue;
      if (findGroup(boot.image, group.name) === undefined)
        throw new Raises(`usermod: the group ${group.name} does not exist`, group.origin);
      addToGroup(boot, group.name, member, group.origin);
    }
  }
}

function tryGroupadd(boot: ModuleRun, name: string, because: Origin): void {
  if (findGroup(boot.image, name) !== undefined) return;
  try {
    groupadd(boot, name, because);
  } catch (error) {
    if (!(error instanceof Raises)) throw error;
    boot.note("group-not-added", { message: error.message }, because);
  }
}

/** Distro.add_user: creates missing groups, then runs useradd. */
function addUser(boot: ModuleRun, name: string, settings: Settings): void {
  const groups = settings.holds("groups") ? listOfGroups(settings.node("groups")!) : [];
  const primary = settings.option("primary_group");
  const isOwnGroupNew = groups.includes(name) && findGroup(boot.image, name) === undefined;
  if (settings.holds("create_groups", true) && groups.length > 0)
    for (const group of primary === undefined ? groups : [...groups, primary])
      tryGroupadd(boot, group, placeOfGroup(settings, group));
  const uid = settings.node("uid");
  const options = {
    comment: settings.option("gecos"),
    home: settings.option("homedir"),
    gid: primary,
    // Since 22.2 a number is accepted.
    uid: boot.since("22.2") && uid !== undefined ? pyStr(uid) : settings.option("uid"),
    groups: groups.length > 0 ? groups.join(",") : undefined,
    password: settings.option("passwd"),
    shell: settings.option("shell"),
    expiredate: settings.option("expiredate"),
    inactive: settings.option("inactive"),
  };
  if (settings.option("selinux_user") !== undefined) boot.note("selinux-user", { user: name });
  if (boot.facts.family === "alpine" && boot.lacks("useradd")) boot.note("busybox-user", { user: name });
  useradd(
    boot,
    name,
    {
      ...options,
      noUserGroup: settings.holds("no_user_group"),
      system: settings.holds("system"),
      createHome: !settings.holds("no_create_home") && !settings.holds("system"),
    },
    settings.origin,
    (option, group) => (group === undefined ? settings.because(KEYS[option]) : placeOfGroup(settings, group)),
    isOwnGroupNew,
  );
}

/** The keys that give useradd its options. */
const KEYS: Readonly<Record<UseraddOption, string>> = {
  comment: "gecos",
  home: "homedir",
  gid: "primary_group",
  uid: "uid",
  groups: "groups",
  password: "passwd",
  shell: "shell",
  expiredate: "expiredate",
  inactive: "inactive",
};

/** The item of `groups` that names a group, where the groups are a list or a mapping. */
function placeOfGroup(settings: Settings, group: string): Origin {
  const node = settings.node("groups");
  if (node?.type === "sequence") {
    const item = node.children.find((one) => pyStr(one).trim() === group);
    if (item !== undefined && item.path !== BUILTIN_PATH) return originOf(item);
  }
  const pair = node?.type === "mapping" ? node.children.find(({ key }) => pyStr(key).trim() === group) : undefined;
  return pair === undefined ? settings.because("groups") : originOf(pair);
}

function listOfGroups(value: ConfigNode): string[] {
  if (value.type === "mapping") return value.children.map((pair) => pyStr(pair.key).trim());
  if (value.type === "sequence") return value.children.map((group) => pyStr(group).trim());
  if (value.kind !== "str")
    throw new Raises(
      `the groups of a user must be a string, a list or a mapping, not ${pyStr(value)}`,
      originOf(value),
    );
  return String(value.value)
    .split(",")
    .map((group) => group.trim());
}

function setPassword(boot: ModuleRun, user: string, settings: Settings): void {
  const plain = settings.node("plain_text_passwd");
  if (plain !== undefined && truthy(plain))
    setPasswords(boot, [{ user, password: pyStr(plain) }], settings.because("plain_text_passwd"));
  const hash = settings.node("hashed_passwd");
  if (hash !== undefined && truthy(hash))
    setHashes(boot, [{ user, password: pyStr(hash) }], settings.because("hashed_passwd"));
}

/** Locks unless lock_passwd is false; since 24.3 that unlocks if there is a password or one is configured. */
function lockOrUnlock(boot: ModuleRun, user: string, settings: Settings, existed: boolean): void {
  const because = settings.because("lock_passwd");
  if (settings.holds("lock_passwd", true)) {
    lockPassword(boot, user, because);
    return;
  }
  if (!boot.since("24.3")) return;
  const given = ["plain_text_passwd", "hashed_passwd", ...(existed ? [] : ["passwd"])];
  const hasGiven = given.some((name) => settings.node(name) !== undefined);
  if (hasGiven || (existed && !hasEmptyPassword(boot, user))) unlockPassword(boot, user, because);
}

function hasEmptyPassword(boot: ModuleRun, user: string): boolean {
  const text = `\n${boot.text("/etc/shadow") ?? ""}`;
  spend(boot.image, "searched", text.length);
  return text.includes(`\n${user}::`) || text.includes(`\n${user}:!:`);
}

function wantsSudo(boot: ModuleRun, settings: Settings): boolean {
  const sudo = settings.node("sudo");
  if (sudo === undefined) return false;
  return boot.since("22.3") ? truthy(sudo) : !(sudo.type === "scalar" && sudo.value === false);
}

/** The keys of ssh_authorized_keys in any of its forms. */
function listOfKeys(value: ConfigNode): string[] {
  if (value.type === "sequence") return value.children.map((key) => pyStr(key));
  if (value.type === "mapping") return value.children.map((pair) => pyStr(pair.value));
  if (value.kind === "null") throw new Raises("ssh_authorized_keys must not be null", originOf(value));
  return value.kind === "str" ? [String(value.value)] : [];
}
