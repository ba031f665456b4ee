import { isCalled } from "../../../boot/outcome.ts";
import { findPair } from "../../../config/merge.ts";
import type { Origin } from "../../../image/origin.ts";
import { originOf } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import { isKey } from "../../../services/accounts/authorizedKeys.ts";
import { readShadow, readUsers } from "../../../services/accounts/users.ts";
import type { Finding } from "../../finding.ts";
import { isExpired, maskedSshd, refusesLogins } from "../../logins.ts";
import type { Rule } from "../../rules/rule.ts";
import { disabledSentence } from "../../sentences/outcomes.ts";
import type { CheckContext } from "../check.ts";
import { missedDefaultUser } from "../configuration/defaultUserNotMade.ts";
import {
  accessFinding,
  isForRootAlone,
  isLockedOut,
  isSomebodys,
  namesOf,
  requestedUsers,
  scriptsOf,
} from "./access.ts";
import { explainsAccess } from "./sshKeysNotRead.ts";

/** A reason and the line that it leads to. */
interface Reason {
  readonly cause: Origin;
  readonly text: string;
  readonly advice: string;
  /** The rule's own unless given. */
  readonly severity?: "warning" | "info";
  readonly isAboutInvalidKeys?: true;
}

/** Finds boots after which no key and no password lets anybody in, by SSH or at the console. */
export function nobodyCanLogIn(rule: Rule, context: CheckContext): Finding[] {
  const reason = lockout(context);
  if (reason === undefined) return [];
  const scripts = scriptsOf(context);
  const message = `Nobody can log in after the first boot: ${reason.text}, and no account has a usable SSH key or password. ${reason.advice}`;
  return [accessFinding(rule, context, { ...reason, message, module: "ssh", scripts })];
}

/** Whether this rule has a finding with that cause. */
export function explainsLockout(context: CheckContext, { path, line }: Origin): boolean {
  const cause = lockout(context)?.cause;
  return cause?.path === path && cause.line === line;
}

/** Whether this rule says that all keys are invalid. */
export function explainsInvalidKeys(context: CheckContext): boolean {
  return lockout(context)?.isAboutInvalidKeys === true;
}

function lockout(context: CheckContext): Reason | undefined {
  if (!isLockedOut(context) || explainsAccess(context) || isForRootAlone(context)) return undefined;
  const scripts = scriptsOf(context);
  return scripts === "about access" ? undefined : reasonOf(context, scripts !== undefined);
}

/** Keys of user-data that are about logins. */
const ASKING = ["chpasswd", "disable_root", "password", "ssh_authorized_keys", "ssh_pwauth", "user", "users"];

const PASSWORDS = ["passwd", "hashed_passwd", "plain_text_passwd"];

/** @param hasScripts whether something runs that may open a login */
function reasonOf(context: CheckContext, hasScripts: boolean): Reason | undefined {
  const { booted, distro } = context;
  const { config, cloud, modules, base } = booted;
  const { disabled } = distro.cloudInit;
  if (disabled !== undefined) {
    const cause = { path: disabled.path, line: disabled.line ?? 1, column: 1 };
    const advice = "Let cloud-init run, or give an account of the image a key.";
    const text = `cloud-init does not start in this image (${disabledSentence(disabled)}), so that no key of the launch arrives`;
    return { cause, text, advice };
  }
  // Other rules report a configuration that stops cloud-init, lists without these modules, and a default user that is
  // configured but not requested.
  if (base.fatal !== undefined) return undefined;
  if (!["ssh", "users_groups"].every((name) => modules.some((module) => module.name === name && isCalled(module))))
    return undefined;
  if (missedDefaultUser(context)?.isMeant) return undefined;
  const masked = maskedSshd(booted.after);
  if (masked !== undefined) {
    const cause = { path: masked, line: 1, column: 1 };
    return { cause, text: "the unit of sshd is masked", advice: "Unmask it, or set a password for the console." };
  }
  const candidates = [
    invalidKeys(context),
    notDefault(context),
    noShell(context),
    existing(context),
    keysOff(context),
    withoutKeys(context),
  ];
  return candidates.find((reason) => reason !== undefined && isSomebodys(context, reason.cause.path));

  function isOfImage(path: string): boolean {
    return path.startsWith("/") && context.image.stat(path) !== undefined;
  }

  /** The list of users does not include the default user, who gets the keys of the launch. */
  function notDefault(context: CheckContext): Reason | undefined {
    if (requestedUsers(context).some(({ isDefault }) => isDefault)) return undefined;
    const pairs = [config.pair("users"), config.pair("system_info", "default_user"), config.pair("system_info")];
    const users = pairs.find((pair) => pair !== undefined && isSomebodys(context, pair.path));
    const advice = "Add default to users, or give one of the users ssh_authorized_keys.";
    const text = "there is no default user to get the keys of the launch";
    return users && { cause: originOf(users), text, advice };
  }

  /** A default user whose shell refuses every login. */
  function noShell(context: CheckContext): Reason | undefined {
    const user = requestedUsers(context).find(({ isDefault }) => isDefault);
    const pair = user && findPair(user.attributes, "shell");
    if (user === undefined || pair === undefined || !refusesLogins(pyStr(pair.value))) return undefined;
    const text = `${namesOf([user.name])}, who gets the keys of the launch, has the shell ${pyStr(pair.value)}`;
    return { cause: originOf(pair), text, advice: "Set a shell such as /bin/bash." };
  }

  /** A default user that the image contains: cloud-init does not change its shell, nor the day on which it expires. */
  function existing({ image }: CheckContext): Reason | undefined {
    const name = requestedUsers(context).find(({ isDefault }) => isDefault)?.name;
    const user = name === undefined ? undefined : readUsers(image).get(name);
    if (user === undefined || name === undefined) return undefined;
    const entry = readShadow(image).get(name);
    const who = `${namesOf([name])}, who gets the keys of the launch, exists in the image and`;
    if (refusesLogins(user.shell)) {
      const cause = { path: "/etc/passwd", line: user.line, column: 1 };
      return { cause, text: `${who} has the shell ${user.shell}`, advice: "Set a shell such as /bin/bash." };
    }
    if (entry === undefined || !isExpired(entry.expires)) return undefined;
    const cause = { path: "/etc/shadow", line: entry.line, column: 1 };
    return { cause, text: `${who} has expired`, advice: `Run "chage -E -1 ${name}" in the image.` };
  }

  /** Keys of a launch none of which is a key: a path, a placeholder. */
  function invalidKeys(_: CheckContext): Reason | undefined {
    const { metaData, userData } = cloud;
    const given = booted.keyFiles.filter((file) => !file.refused && file.keys.length > 0);
    if (metaData === undefined || userData === undefined || given.length === 0) return undefined;
    if (given.some(({ keys }) => keys.some(isKey))) return undefined;
    const key = "ssh_authorized_keys";
    const ofUsers = requestedUsers(context).map(({ attributes }) => findPair(attributes, key));
    const pair = [config.pair(key), ...ofUsers].find((one) => one !== undefined);
    const isGiven = pair !== undefined && isSomebodys(context, pair.path);
    const cause = isGiven ? originOf(pair) : { path: metaData.path, line: 1, column: 1 };
    const text = `none of the SSH keys for ${namesOf([...new Set(given.map(({ user }) => user))])} is a valid key`;
    const advice = "Write the content of a public key file, such as ssh-ed25519 AAAA..., not its name.";
    return { cause, text, advice, isAboutInvalidKeys: true };
  }

  function keysOff(_: CheckContext): Reason | undefined {
    const pair = config.pair("allow_public_ssh_keys");
    if (pair === undefined || config.bool("allow_public_ssh_keys", true)) return undefined;
    const text = "with allow_public_ssh_keys: false cloud-init ignores the keys of the launch";
    return { cause: originOf(pair), text, advice: "Set it to true, or give a user ssh_authorized_keys." };
  }

  /** A launch that is known and provides neither keys nor passwords. */
  function withoutKeys(_: CheckContext): Reason | undefined {
    const { metaData, userData, datasource } = cloud;
    if (metaData === undefined || userData === undefined || datasource === "None") return undefined;
    // Other rules report keys of accounts that cannot log in, and passwords that stay locked.
    const isElsewhere = booted.keyFiles.some((file) => !file.refused && file.keys.length > 0);
    if (
      isElsewhere ||
      requestedUsers(context).some(({ attributes }) => PASSWORDS.some((key) => findPair(attributes, key)))
    )
      return undefined;
    const keys = ["ssh_authorized_keys", "users", "password", "chpasswd"];
    const pair = keys.map((key) => config.pair(key)).find((pair) => pair?.path === userData.path);
    const isEmpty = userData.bytes.length === 0;
    // A seed of the image that only gives the instance a name, or is still to be filled in, is not an attempt at a launch.
    if (isOfImage(userData.path) && !/^[^#\s]/m.test(userData.bytes.toString("utf8"))) return undefined;
    const { path } = isEmpty ? metaData : userData;
    const cause = pair === undefined ? { path, line: 1, column: 1 } : originOf(pair);
    const text = "neither the meta-data nor the user-data holds an SSH key or a password";
    // Data that do not mention logins may be meant for an instance without any, or for one that a script opens.
    const asks = ASKING.some((key) => config.pair(key)?.path === userData.path);
    const severity = asks ? {} : ({ severity: hasScripts ? "info" : "warning" } as const);
    return {
      ...severity,
      cause,
      text,
      advice: "Add ssh_authorized_keys to the user-data, or public-keys to the meta-data.",
    };
  }
}
