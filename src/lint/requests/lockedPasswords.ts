import { findPair } from "../../config/merge.ts";
import { type Mapping, originOf, type Pair } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { Severity } from "../finding.ts";
import { isFalseText, isPassword, PASSWORD_KEYS, settingOf } from "../passwordForms.ts";
import { cut } from "../schema/expected.ts";
import type { Told } from "../schema/told.ts";
import { commandsIn, entriesOf, type IsUnknown } from "./userEntries.ts";

/**
 * The message about a password that stays locked.
 * @param lock where lock_passwd is true; undefined if nothing sets it
 */
export function lockedMessage(user: string, key: string, lock: string | undefined, isElsewhere = false): string {
  const why = lock === undefined ? "lock_passwd is true by default" : `lock_passwd is true in ${lock}`;
  const whose = user === "default" ? "the default user" : cut(user);
  return `The ${key} of ${whose} cannot be used to log in: ${why}, so cloud-init locks the password. Set lock_passwd: false${isElsewhere ? " there" : ""} if people should log in with this password; otherwise remove ${key}.`;
}

/** Programs that unlock or set passwords. */
export const SETS_PASSWORD = /\b(?:passwd|chpasswd|usermod)\b/;

/** Passwords of entries of `users` whose lock_passwd stays true. */
export function lockedPasswords(root: Mapping, isUnknown: IsUnknown): Told[] {
  const reset = namesInChpasswd(root);
  // runcmd runs later.
  const commands = commandsIn(root, SETS_PASSWORD);
  return entriesOf(root).flatMap(({ name, entry, isDefault }): Told[] => {
    const lock = settingOf(entry, "lock_passwd")?.value;
    if (lock !== undefined && (!truthy(lock) || isFalseText(lock) || isUnknown?.(lock) === true)) return [];
    const password = PASSWORD_KEYS.map((key) => settingOf(entry, key)).find((pair) => asksForPassword(pair));
    if (password === undefined || reset === undefined || reset.has(name)) return [];
    if (commands.includes(name)) return [];
    // set_passwords runs later and sets an unlocked password.
    if (isDefault && (reset.size > 0 || findPair(root, "password") !== undefined)) return [];
    const worst: Severity = lock === undefined ? "error" : "info";
    // system_info.default_user of the image may say otherwise.
    const confidence = isDefault ? "likely" : "certain";
    const place = lock && `line ${lock.position.start.line}`;
    const message = lockedMessage(name, String(password.key.value), place);
    return [{ about: "password-stays-locked", worst, confidence, message, origin: originOf(password) }];
  });
}

function asksForPassword(pair: Pair | undefined): boolean {
  return pair !== undefined && isPassword(pair.value);
}

/** The users whose passwords `chpasswd` sets; undefined if that is not known. */
function namesInChpasswd(root: Mapping): ReadonlySet<string> | undefined {
  const chpasswd = findPair(root, "chpasswd")?.value;
  if (chpasswd?.type !== "mapping") return chpasswd === undefined ? new Set() : undefined;
  const names = new Set<string>();
  const users = findPair(chpasswd, "users")?.value;
  for (const user of users?.type === "sequence" ? users.children : []) {
    const name = user.type === "mapping" ? findPair(user, "name")?.value : undefined;
    if (name !== undefined) names.add(pyStr(name));
  }
  const list = findPair(chpasswd, "list")?.value;
  const lines = list?.type === "sequence" ? list.children.map((line) => pyStr(line)) : pyStr(list).split("\n");
  for (const line of list === undefined ? [] : lines) names.add(line.split(":", 1)[0]!.trim());
  return names;
}
