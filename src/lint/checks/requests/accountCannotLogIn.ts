import type { ConfiguredUser } from "../../../boot/users/users.ts";
import { findPair } from "../../../config/merge.ts";
import { readText } from "../../../image/image.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { type ConfigNode, originOf, type Pair } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { isKey } from "../../../services/accounts/authorizedKeys.ts";
import { readShadow, readUsers, type ShadowEntry, type User } from "../../../services/accounts/users.ts";
import { readStatements } from "../../../services/lines.ts";
import type { Finding } from "../../finding.ts";
import { isExpired } from "../../logins.ts";
import { isPassword, PASSWORD_KEYS } from "../../passwordForms.ts";
import type { Rule } from "../../rules/rule.ts";
import { explainsInvalidKeys, explainsLockout } from "../access/nobodyCanLogIn.ts";
import { atMost, type CheckContext } from "../check.ts";
import { isAsked, type LostRequest, lostRequest, requestedAccounts } from "./lostRequest.ts";

/**
 * Finds SSH keys and passwords for accounts that can use neither: the shell refuses logins or does not exist, or the
 * account has expired.
 */
export function accountCannotLogIn(rule: Rule, context: CheckContext): Finding[] {
  const accounts = requestedAccounts(context);
  if (accounts === undefined) return [];
  const { after } = context.booted;
  const users = readUsers(after);
  const shadow = readShadow(after);
  const lost = invalidKeys(context, accounts.users).map((one) => lostRequest(rule, context, one));
  const refused = atMost(accounts.users, (asked) => {
    const user = users.get(asked.name);
    const access = accessAskedFor(context, asked);
    if (user === undefined || access === undefined || hasUnknown(asked.name)) return undefined;
    const lost = refusedByShell(context, asked, user, access) ?? expired(context, asked, access, shadow.get(user.name));
    // The keys of the launch alone: that nobody can log in is the finding.
    if (lost === undefined || (access.pair === undefined && explainsLockout(context, lost.cause))) return undefined;
    return lostRequest(rule, context, lost);
  });
  return [...lost, ...refused];
}

/** The most lists of keys that are reported. */
const MOST = 20;

/** Lists with entries that are not SSH keys: the name of a file, a placeholder. cloud-init writes them as they are. */
function invalidKeys(context: CheckContext, users: readonly ConfiguredUser[]): LostRequest[] {
  if (explainsInvalidKeys(context)) return [];
  const top = context.booted.config.pair("ssh_authorized_keys");
  const ofUsers = users.flatMap(({ name, attributes }) => {
    const pair = findPair(attributes, "ssh_authorized_keys");
    return pair === undefined ? [] : [{ who: hasUnknown(name) ? "the default user" : name, pair }];
  });
  const lists = [...(top === undefined ? [] : [{ who: "the default user", pair: top }]), ...ofUsers];
  return lists
    .flatMap(({ who, pair }): LostRequest[] => {
      const entries = pair.value.type === "sequence" ? pair.value.children : [pair.value];
      const isWrong = (entry: ConfigNode) => entry.type === "scalar" && isNoKey(pyStr(entry));
      const first = isAsked(context, pair) ? entries.findIndex(isWrong) : -1;
      if (first === -1) return [];
      const count = entries.filter(isWrong).length;
      const more = count === 1 ? "" : ` (${count - 1} more)`;
      const message = `ssh_authorized_keys[${first}] of ${who} is not an SSH public key${more}: sshd ignores it. Write the content of the public key file, such as ssh-ed25519 AAAA..., not its name.`;
      return [{ message, cause: originOf(entries[first]!), module: pair === top ? "ssh" : "users_groups" }];
    })
    .slice(0, MOST);
}

/** Whether a line is certainly no key; text that a template replaces may become one. */
function isNoKey(line: string): boolean {
  return !/^\s*(#|$)|\$\{|\{\{|%\w+%|<</.test(line) && !isKey(line.trimStart());
}

/** What somebody gives an account so that people log in to it. */
interface Access {
  readonly noun: string;
  /** undefined for the launch's keys. */
  readonly pair: Pair | undefined;
}

function accessAskedFor(context: CheckContext, { attributes, isDefault }: ConfiguredUser): Access | undefined {
  const keys = findPair(attributes, "ssh_authorized_keys");
  if (keys !== undefined && truthy(keys.value) && isAsked(context, keys))
    return { noun: "its ssh_authorized_keys", pair: keys };
  const lock = findPair(attributes, "lock_passwd");
  const password = PASSWORD_KEYS.map((key) => findPair(attributes, key)).find(
    (pair) => pair !== undefined && isPassword(pair.value) && isAsked(context, pair),
  );
  if (password !== undefined && lock !== undefined && !truthy(lock.value))
    return { noun: `its ${pyStr(password.key)}`, pair: password };
  return isDefault ? { noun: "the SSH keys of the launch", pair: undefined } : undefined;
}

const REFUSING = /\/(?:nologin|false|true|sync|shutdown|halt)$/;

function refusedByShell(
  context: CheckContext,
  { name, attributes }: ConfiguredUser,
  { shell }: User,
  { noun, pair }: Access,
): LostRequest | undefined {
  const setting = findPair(attributes, "shell");
  const chosen =
    setting !== undefined && isAsked(context, setting) && pyStr(setting.value) === shell ? setting : undefined;
  const cause = chosen ?? pair;
  if (cause === undefined) return undefined;
  const place = { cause: originOf(cause), module: "users_groups" } as const;
  if (REFUSING.test(shell)) {
    // sshd serves SFTP and forwarding to such accounts, without a shell.
    if (servesWithoutShell(context)) return undefined;
    const message = `${name} cannot log in with ${noun}, because its shell, ${shell}, ends every login at once. Set a login shell in shell, or remove the keys and passwords.`;
    return { ...place, message, severity: "warning", confidence: "likely" };
  }
  if (chosen === undefined || !lacksShell(context, shell)) return undefined;
  const message = `${name} cannot log in with ${noun}, because its shell, ${shell}, does not exist in the image, and sshd and login refuse the account. Install it in the image or name another shell.`;
  return { ...place, message };
}

function servesWithoutShell({ booted: { after } }: CheckContext): boolean {
  const files = [
    "/etc/ssh/sshd_config",
    ...after.list("/etc/ssh/sshd_config.d").map((file) => `/etc/ssh/sshd_config.d/${file}`),
  ];
  return files.some((file) =>
    readStatements(after, file).some(({ text }) => /\binternal-sftp\b|^\s*ForceCommand\b/i.test(text)),
  );
}

/** Whether a shell is certainly missing after the boot: packages register theirs in /etc/shells. */
function lacksShell({ booted, distro, image }: CheckContext, shell: string): boolean {
  const { after, commands, cloud } = booted;
  const shells = readText(image, "/etc/shells");
  if (shells === undefined || shells.split("\n").includes(shell)) return false;
  if (after.stat(shell) !== undefined || distro.packages.owner(shell) !== undefined) return false;
  // A package or a script of the launch may install it.
  const name = shell.slice(shell.lastIndexOf("/") + 1);
  const launch = cloud.userData?.bytes.toString("utf8").replaceAll(shell, "") ?? "";
  return !launch.includes(name) && !commands.some(({ command }) => command.includes(name));
}

/** An account that cloud-init creates with a day of the past, or that has expired in the image. */
function expired(
  context: CheckContext,
  { name, attributes }: ConfiguredUser,
  { noun, pair }: Access,
  entry: ShadowEntry | undefined,
): LostRequest | undefined {
  if (entry === undefined || !isExpired(entry.expires)) return undefined;
  const setting = findPair(attributes, "expiredate");
  const module = "users_groups";
  if (setting !== undefined && isAsked(context, setting)) {
    const message = `${name} cannot log in with ${noun}, because the account expired on ${pyStr(setting.value)}, its expiredate. Set a later date.`;
    return { message, cause: originOf(setting), module };
  }
  const known = readShadow(context.image).get(name);
  if (pair === undefined || known === undefined || !isExpired(known.expires)) return undefined;
  const message = `${name} cannot log in with ${noun}, because the account exists in the image and has expired (/etc/shadow:${known.line}). Run "chage -E -1 ${name}" in the image.`;
  return { message, cause: originOf(pair), module };
}
