import type { Distro } from "../distro/distro.ts";
import { isMask, unitPath } from "../distro/units.ts";
import { type Image, readText } from "../image/image.ts";
import { hasUnknown } from "../image/unknown.ts";
import { lacksAll } from "../packages/packages.ts";
import { holdsLoginKey, keyPath } from "../services/accounts/authorizedKeys.ts";
import { logsInAutomatically } from "../services/accounts/autologin.ts";
import { describePassword } from "../services/accounts/password.ts";
import { readPrivilegeRules } from "../services/accounts/sudo.ts";
import { readSudoers, type SudoAccount, type Sudoers, sudoAnswer } from "../services/accounts/sudoGrants.ts";
import { readShadow, readUsers } from "../services/accounts/users.ts";
import { type SshAccount, SshdAdmission } from "../services/sshd/admission.ts";
import { sudoAccounts } from "./accountsOf.ts";

/** Who can log in to an image by SSH or at its console. */
export interface Logins {
  readonly sshd: SshdAdmission;
  /** All accounts with a shell, whether they can log in or not. */
  readonly accounts: ReadonlyMap<string, SshAccount>;
  /** The accounts that can log in. */
  readonly admitted: readonly SshAccount[];
  /** Whether others may get in: accounts of a directory service, keys that a command prints, a console without login. */
  readonly mayBeMore: boolean;
  /** The programs that give an account root and that the image certainly lacks. */
  readonly missing: ReadonlySet<"sudo" | "doas">;
  /** Whether an account is root or becomes root, with sudo, doas, su or a group that amounts to it. */
  becomesRoot(account: SshAccount): boolean;
}

const NO_SHELL = /\/(nologin|false|sync|shutdown|halt)$/;

/** Whether a shell refuses every login. */
export function refusesLogins(shell: string): boolean {
  return NO_SHELL.test(shell);
}

/** 2025-01-01 in days since 1970: what expired before that has expired for every boot of a simulated version. */
const PAST = 20_089;

/** Whether an account has certainly expired at its first boot. @param day in days since 1970, "" for never */
export function isExpired(day: string): boolean {
  return /^\d+$/.test(day) && Number(day) < PAST;
}

/** @throws UnreadableService if the configuration of sshd or sudo cannot be read completely. */
export function loginsOf(image: Image, distro: Distro): Logins {
  const sshd = new SshdAdmission(image, distro);
  const accounts = new Map<string, SshAccount>();
  const expired = new Set<string>();
  const shadow = readShadow(image);
  const known = sudoAccounts(image);
  for (const { name, uid, home, shell, password } of readUsers(image).values()) {
    if (refusesLogins(shell)) continue;
    const entry = shadow.get(name);
    const passwordField = entry?.password ?? password;
    const hasPassword = isUsable(describePassword(passwordField));
    accounts.set(name, { name, uid, home, groups: known.get(name)?.groups ?? [], passwordField, hasPassword });
    if (isExpired(entry?.expires ?? "")) expired.add(name);
  }
  const missing = missingPrograms(image, distro);
  const entitled = entitlements(image, missing, isUsable(describePassword(accounts.get("root")?.passwordField ?? "!")));
  const admitted: SshAccount[] = [];
  // Accounts may share a large file.
  const holders = new Map<string, boolean>();
  const holdsKey = (path: string) => {
    const known = holders.get(path) ?? holdsLoginKey(image, path);
    holders.set(path, known);
    return known;
  };
  const isOpen = sshd.isKnown && maskedSshd(image) === undefined;
  let mayBeMore = logsInAutomatically(image) || hasDirectoryService(image);
  for (const account of accounts.values()) {
    if (expired.has(account.name)) continue;
    mayBeMore ||= isOpen && sshd.takesKeysFromElsewhere(account);
    if (account.hasPassword || (isOpen && hasKey(account, sshd, holdsKey))) admitted.push(account);
  }
  const becomesRoot = (account: SshAccount) =>
    account.uid === "0" || entitled(account, account.hasPassword) !== undefined;
  return { sshd, accounts, admitted, mayBeMore, missing, becomesRoot };
}

/** Whether an account has a key in a file with which sshd lets it in. */
function hasKey(account: SshAccount, sshd: SshdAdmission, holdsKey: (path: string) => boolean): boolean {
  const files = sshd.values("AuthorizedKeysFile", account).flatMap(({ value }) => value.split(" ").slice(0, 20));
  return files.some((file) => {
    const path = keyPath(file, account);
    return file !== "none" && holdsKey(path) && sshd.keyRefusal(account, path) === undefined;
  });
}

/** The mask of sshd's unit; undefined if it may start. */
export function maskedSshd(image: Image): string | undefined {
  const paths = ["ssh.service", "sshd.service"].flatMap((unit) => unitPath(image, unit) ?? []);
  const [masked] = paths.filter((path) => isMask(image, path));
  // The other name is a link to the masked unit.
  return paths.every((path) => isMask(image, path) || image.lstat(path)?.kind === "symlink") ? masked : undefined;
}

/** Whether accounts may come from elsewhere than /etc/passwd. */
function hasDirectoryService(image: Image): boolean {
  const sources = /^\s*passwd:(.*)$/m.exec(readText(image, "/etc/nsswitch.conf") ?? "")?.[1] ?? "";
  if (/\b(ldap|winbind|nis|nisplus|oslogin|aad)\b/.test(sources)) return true;
  const sssd = ["/etc/sssd/sssd.conf", ...image.list("/etc/sssd/conf.d")];
  return /\bsss\b/.test(sources) && (image.stat(sssd[0]!) !== undefined || sssd.length > 1);
}

/** Whether the description of a password is that of one with which people log in. */
export function isUsable(password: string | undefined): boolean {
  return password !== undefined && (/^(set|none)\b/.test(password) || hasUnknown(password));
}

/** Commands of a sudo rule with which an account is root. */
const ROOT_COMMANDS = ["ALL", "/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/bash", "/bin/su", "/usr/bin/su"];

/** Groups whose members are root if they want to. */
const ROOT_GROUPS = ["docker", "lxd", "incus-admin", "disk"];

/** The packages of each program. */
const PACKAGES = {
  sudo: ["sudo", "sudo-ldap", "sudo-rs"],
  doas: ["doas", "opendoas", "doas-sudo-shim"],
} as const;

/** A file of the image counts, and without a readable package database an image may have everything. */
function missingPrograms(image: Image, { packages }: Distro): Logins["missing"] {
  const hasFile = (name: string) =>
    ["/usr/bin", "/bin", "/usr/local/bin"].some((directory) => image.lstat(`${directory}/${name}`) !== undefined);
  return new Set((["sudo", "doas"] as const).filter((name) => !hasFile(name) && lacksAll(packages, PACKAGES[name])));
}

const NO_RULES: Sudoers = { grants: [], defaults: [], aliases: new Map() };

/** How an account becomes root. */
type Entitlement = (account: SudoAccount, hasPassword: boolean) => "freely" | "with a password" | undefined;

/** Who becomes root by sudo, doas, su or a group that amounts to it. */
function entitlements(image: Image, missing: Logins["missing"], rootHasPassword: boolean): Entitlement {
  const bySudo = sudoEntitlements(image, rootHasPassword, missing);
  return (account, hasPassword) => {
    if (account.groups.some((group) => ROOT_GROUPS.includes(group))) return "freely";
    return bySudo(account, hasPassword) ?? (rootHasPassword ? "with a password" : undefined);
  };
}

/** Who may become root by sudo or doas: without a password, with one that the account has, or not at all. */
export function sudoEntitlements(
  image: Image,
  rootHasPassword: boolean,
  missing: Logins["missing"] = new Set(),
): Entitlement {
  const sudoers = missing.has("sudo") ? NO_RULES : readSudoers(image);
  const doas = missing.has("doas") ? [] : readPrivilegeRules(image).filter(({ key }) => key.startsWith("doas "));
  return (account, hasPassword) => entitlement(sudoers, doas, account, hasPassword, rootHasPassword);
}

/** Whether an account may become root: without a password, with one that it has, or not at all. */
function entitlement(
  sudoers: Sudoers,
  doas: readonly { readonly key: string; readonly value: string }[],
  account: SudoAccount,
  hasPassword: boolean,
  rootHasPassword: boolean,
): "freely" | "with a password" | undefined {
  const answers = ROOT_COMMANDS.flatMap((command) => sudoAnswer(sudoers, account, command) ?? []);
  const rule = doas.findLast(({ key }) =>
    [account.name, ...account.groups.map((group) => `:${group}`)].includes(key.slice(5)),
  );
  const permits = rule !== undefined && /^permit\b/.test(rule.value) && !/\bcmd\b|\bas (?!root\b)/.test(rule.value);
  if (answers.some(({ asksPassword }) => !asksPassword) || (permits && /\bnopass\b/.test(rule.value))) return "freely";
  const asksForRoots = sudoers.defaults.some(({ parameters }) =>
    parameters.some((parameter) => /^(rootpw|targetpw)$/.test(parameter)),
  );
  const canAnswer = asksForRoots ? rootHasPassword : hasPassword;
  return (answers.length > 0 && canAnswer) || (permits && hasPassword) ? "with a password" : undefined;
}
