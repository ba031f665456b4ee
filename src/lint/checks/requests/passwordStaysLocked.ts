import type { ConfiguredAccounts } from "../../../boot/users/users.ts";
import { BUILTIN_PATH } from "../../../config/builtin.ts";
import { findPair } from "../../../config/merge.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { originOf, type Pair } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import { describePassword } from "../../../services/accounts/password.ts";
import { readShadow, type ShadowEntry } from "../../../services/accounts/users.ts";
import type { Finding } from "../../finding.ts";
import { isFalseText, isPassword, PASSWORD_KEYS } from "../../passwordForms.ts";
import { lockedMessage, SETS_PASSWORD } from "../../requests/lockedPasswords.ts";
import { commandText } from "../../requests/userEntries.ts";
import type { Rule } from "../../rules/rule.ts";
import { lineOf } from "../../sentences/configuration.ts";
import { atMost, type CheckContext } from "../check.ts";
import { type LosingSetting, losingSettings } from "./losingSettings.ts";
import { isAsked, lostRequest, requestedAccounts } from "./lostRequest.ts";

/**
 * Finds passwords that are asked for and that are locked after the boot, since lock_passwd is true unless the entry says
 * otherwise, or since another entry decides (Distro.create_user, 18.5 to 26.2).
 */
export function passwordStaysLocked(rule: Rule, context: CheckContext): Finding[] {
  const accounts = requestedAccounts(context);
  if (accounts === undefined) return [];
  const before = readShadow(context.image);
  const after = readShadow(context.booted.after);
  const lost = lostUnlocks(context, accounts);
  const commands = commandText(
    context.booted.commands.map(({ command }) => command),
    SETS_PASSWORD,
  );
  return atMost(accounts.users, ({ name, attributes }) => {
    if (hasUnknown(name) || !isLocked(after.get(name)) || isUsable(before.get(name))) return undefined;
    // useradd gets passwd, which is not used if the account exists.
    const keys = PASSWORD_KEYS.filter((key) => key !== "passwd" || !before.has(name));
    const password = keys
      .map((key) => findPair(attributes, key))
      .find((pair) => pair !== undefined && isPassword(pair.value));
    if (password === undefined || !isAsked(context, password)) return undefined;
    const lock = findPair(attributes, "lock_passwd");
    if (lock !== undefined && isFalseText(lock.value)) return undefined;
    const key = String(password.key.value);
    const unlock = lost.get(name);
    if (commands.includes(name)) return undefined;
    const message =
      unlock === undefined
        ? lockedMessage(name, key, lock && lineOf(originOf(lock)), lock !== undefined && lock.path !== password.path)
        : `The ${key} of ${name} cannot be used to log in: its lock_passwd: false loses to lock_passwd: true${winnerOf(lock)}, so cloud-init locks the password. Set lock_passwd: false there if people should log in with this password.`;
    return lostRequest(rule, context, {
      message,
      cause: originOf(unlock?.pair ?? password),
      module: "users_groups",
      // Somebody who locks a password explicitly may want that.
      ...(unlock === undefined && lock !== undefined && isAsked(context, lock) ? { severity: "info" } : {}),
    });
  });
}

/** The entries whose lock_passwd: false does not count, by user. */
function lostUnlocks(context: CheckContext, accounts: ConfiguredAccounts): ReadonlyMap<string, LosingSetting> {
  const lost = losingSettings(context, accounts).filter(
    ({ name, pair, winner }) => name === "lock_passwd" && !truthy(pair.value) && truthy(winner.value),
  );
  return new Map(lost.map((setting) => [setting.user, setting]));
}

function winnerOf(lock: Pair | undefined): string {
  return lock === undefined || lock.path === BUILTIN_PATH ? "" : ` in ${lineOf(originOf(lock))}`;
}

/** Whether an account has a password that is locked. */
function isLocked(entry: ShadowEntry | undefined): boolean {
  return /^!.*[^!*]/.test(entry?.password ?? "");
}

function isUsable(entry: ShadowEntry | undefined): boolean {
  return describePassword(entry?.password ?? "!").startsWith("set");
}
