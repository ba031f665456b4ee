import { matchesGlob } from "../../image/glob.ts";
import { type Image, readText } from "../../image/image.ts";
import { hasUnknown } from "../../image/unknown.ts";
import type { SudoAccount } from "../../services/accounts/sudoGrants.ts";
import { readShadow } from "../../services/accounts/users.ts";
import { accounts } from "../../services/accounts.ts";
import { hostKeys } from "../../services/hostKeys.ts";
import { sshd } from "../../services/sshd.ts";
import { sudoAccounts } from "../accountsOf.ts";
import type { ServiceReader, SettingsByKey } from "../evidence/serviceHistory.ts";
import { isUsable, refusesLogins, sudoEntitlements } from "../logins.ts";

/** Who can log in to an image and become root there, and what identifies its instances. */
export interface Access {
  /** Descriptions of all ways to log in, or to become root without a password; equal ways have equal descriptions. */
  readonly ways: ReadonlySet<string>;
  /** Accounts other than root that may become root after login. */
  readonly entitled: ReadonlySet<string>;
  /** Accounts that can both log in and become root, including root, without those that expire. */
  readonly roots: ReadonlySet<string>;
  /** The private host keys and machine ids that all instances have in common, by path, with what identifies them. */
  readonly shared: ReadonlyMap<string, string>;
}

/** Values of PermitRootLogin; each allows everything that those before it allow. */
const ROOT_LOGINS = ["forced-commands-only", "prohibit-password", "yes"];

/**
 * Reads from an image's files who can log in. An account with a password can always log in at the console.
 * @param intended accounts that the configuration requests: their ways to log in are not among the result's
 */
export function accessOf(image: Image, reader: ServiceReader, intended: ReadonlySet<string> = new Set()): Access {
  const settings = reader.byKey(accounts, image);
  const server = reader.byKey(sshd, image);
  const ways = new Set(switchesOf(server));
  const entitled = new Set<string>();
  const roots = new Set<string>();
  const keys = keysByAccount(settings);
  const shadow = readShadow(image);
  const entitlement = sudoEntitlements(image, isUsable(settings.get("user root password")?.value));
  for (const account of sudoAccounts(image).values()) {
    const { name } = account;
    if (refusesLogins(settings.get(`user ${name} shell`)?.value ?? "")) continue;
    const hasPassword = isUsable(settings.get(`user ${name} password`)?.value);
    const logins = [
      ...(hasPassword ? [`the password of ${name}`] : []),
      ...(keys.get(name) ?? []).filter(() => isLetIn(server, account)),
    ];
    const isIntended = intended.has(name);
    if (!isIntended) for (const login of logins) ways.add(login);
    const isRoot = account.uid === "0";
    const may = isRoot ? "freely" : entitlement(account, hasPassword);
    if (may === undefined) continue;
    if (!isRoot) entitled.add(name);
    if (!isRoot && may === "freely" && !isIntended) ways.add(`root without a password for ${name}`);
    if (logins.length > 0 && !shadow.get(name)?.expires) roots.add(name);
  }
  return { ways, entitled, roots, shared: sharedBy(image, reader) };
}

function sharedBy(image: Image, reader: ServiceReader): ReadonlyMap<string, string> {
  // What each instance makes for itself is unknown.
  const keys = reader.list(hostKeys, image).filter(({ key, value }) => !key.endsWith(".pub") && !hasUnknown(value));
  const ids = ["/etc/machine-id", "/var/lib/dbus/machine-id"].flatMap((path): [string, string][] => {
    const id = readText(image, path)?.trim() ?? "";
    return /^[0-9a-f]{32}$/.test(id) ? [[path, id]] : [];
  });
  return new Map([...keys.map(({ key, value }): [string, string] => [key, value]), ...ids]);
}

/** Why a change of the image does harm, given the access after a boot without and with it; undefined if it does none. */
export function harmOf(without: Access, withChange: Access): string | undefined {
  const opened = [...withChange.ways].find((way) => !without.ways.has(way));
  if (opened !== undefined) return `it opens a login: ${opened}`;
  if (without.roots.size > 0 && withChange.roots.size === 0) return "it leaves nobody who can become root";
  // Where it is the launch that lets somebody in, nobody knows whom: all must be left who may then become root.
  const dismissed = [...without.entitled].find((name) => !withChange.entitled.has(name));
  if (withChange.roots.size === 0 && dismissed !== undefined)
    return `${dismissed} cannot become root, nor anybody else`;
  const [shared] = [...withChange.shared].find(([path, value]) => without.shared.get(path) !== value) ?? [];
  return shared && `it gives all instances the same ${shared}`;
}

/** Logins that sshd allows, in every scope. */
function switchesOf(server: SettingsByKey): string[] {
  return [...server.values()].flatMap(({ key, value }) => {
    if (/(^|: )PermitRootLogin$/.test(key))
      return ROOT_LOGINS.slice(0, rootLogin(value) + 1).map((level) => `sshd's ${key} ${level}`);
    return /(Authentication|PermitEmptyPasswords)$/.test(key) && value === "yes" ? [`sshd's ${key} yes`] : [];
  });
}

function rootLogin(value: string): number {
  return ROOT_LOGINS.indexOf(value === "without-password" ? "prohibit-password" : value);
}

/** The keys of each account that may log in without a forced command. */
function keysByAccount(settings: SettingsByKey): ReadonlyMap<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const { key, value } of settings.values()) {
    const name = /^(\S+) authorized key /.exec(key)?.[1];
    if (name === undefined || /(^|,)command=/i.test(value)) continue;
    const known = keys.get(name);
    if (known === undefined) keys.set(name, [key]);
    else known.push(key);
  }
  return keys;
}

/** Whether sshd lets an account in with a key. */
function isLetIn(server: SettingsByKey, { name, uid, groups }: SudoAccount): boolean {
  const value = (key: string) => server.get(key)?.value ?? "";
  const lists = (key: string, words: readonly string[]) =>
    value(key)
      .split(/\s+/)
      .some((pattern) => words.some((word) => matchesGlob(pattern.split("@", 1)[0]!, word)));
  if (server.size === 0 || value("PubkeyAuthentication") === "no") return false;
  if (uid === "0" && rootLogin(value("PermitRootLogin")) < rootLogin("prohibit-password")) return false;
  if (lists("DenyUsers", [name]) || lists("DenyGroups", groups)) return false;
  if (value("AllowUsers") !== "" && !lists("AllowUsers", [name])) return false;
  return value("AllowGroups") === "" || lists("AllowGroups", groups);
}
