import { findPair } from "../config/merge.ts";
import { isFalse } from "../config/options.ts";
import type { ConfigNode, Mapping, Pair } from "../python/tree.ts";
import { pyStr, truthy } from "../python/value.ts";

/** The keys of an entry of `users` that give it a password, as cloud-init applies them: the last one counts. */
export const PASSWORD_KEYS = ["hashed_passwd", "plain_text_passwd", "passwd"] as const;

/** A key of an entry of `users`, in either spelling. */
export function settingOf(entry: Mapping, name: string): Pair | undefined {
  return findPair(entry, name) ?? findPair(entry, name.replaceAll("_", "-"));
}

/** Whether a value asks for a password: "!" and "*" ask for none. */
export function isPassword(value: ConfigNode): boolean {
  return value.type === "scalar" && truthy(value) && !/^[!*]|^x?$/.test(pyStr(value));
}

/** Whether crypt(5) can compare a password with it. */
export function isHash(text: string): boolean {
  return /^\$[A-Za-z0-9-]{1,20}\$/.test(text) || /^[./A-Za-z0-9]{13}$/.test(text) || /^_[./A-Za-z0-9]{19}$/.test(text);
}

/** A string such as "false", which Python considers true; other rules report it. */
export function isFalseText(value: ConfigNode): boolean {
  return value.type === "scalar" && value.kind === "str" && isFalse(value);
}
