import { findPair } from "../../config/merge.ts";
import { type Mapping, originOf, type Pair } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { isHash, isPassword, settingOf } from "../passwordForms.ts";
import { cut } from "../schema/expected.ts";
import type { Told } from "../schema/told.ts";
import { findPlaceholders } from "../templates/placeholders.ts";
import { entriesOf, type IsUnknown } from "./userEntries.ts";

/** Hashes that cloud-init recognizes in `password` and `chpasswd.list`; it takes any other text for the password itself. */
const RECOGNIZED = /^\$(?:1|2a|2y|5|6)\$[^:]+\$[^:]*$/;

/** Plain passwords where cloud-init expects a hash, and hashes where it expects a plain password. */
export function misreadPasswords(root: Mapping, isUnknown: IsUnknown): Told[] {
  const told: Told[] = [];
  const say = (pair: Pair, key: string, whose: string, fault: "hash" | "plain", advice: string) => {
    const { value } = pair;
    if (value.type !== "scalar" || !isPassword(value) || isUnknown?.(value) === true) return;
    const text = pyStr(value);
    const isWrong = fault === "plain" ? isCryptHash(text) : !isHash(text) && findPlaceholders(text, "all").length === 0;
    if (!isWrong) return;
    const message =
      fault === "hash"
        ? `The ${key} of ${whose} is not a hash, but cloud-init stores it as one: no password matches it. ${advice}`
        : `The ${key} of ${whose} is a hash, but cloud-init takes it for the password itself. ${advice}`;
    told.push({ about: "password-misread", worst: "error", message, origin: originOf(pair) });
  };
  for (const { name, entry } of entriesOf(root)) {
    for (const key of ["passwd", "hashed_passwd"]) {
      const pair = settingOf(entry, key);
      if (pair !== undefined) say(pair, key, cut(name), "hash", HOW_TO_HASH);
    }
    const plain = settingOf(entry, "plain_text_passwd");
    if (plain !== undefined) say(plain, "plain_text_passwd", cut(name), "plain", "Write hashed_passwd instead.");
  }
  const chpasswd = findPair(root, "chpasswd")?.value;
  const users = chpasswd?.type === "mapping" ? findPair(chpasswd, "users")?.value : undefined;
  for (const user of users?.type === "sequence" ? users.children : []) {
    const password = user.type === "mapping" ? findPair(user, "password") : undefined;
    if (user.type !== "mapping" || password === undefined) continue;
    const type = findPair(user, "type")?.value;
    const whose = `${cut(pyStr(findPair(user, "name")?.value))} in chpasswd`;
    if (type === undefined || pyStr(type) === "hash")
      say(
        password,
        "password",
        whose,
        "hash",
        `Its type is hash${type === undefined ? " by default" : ""}: write a hash, or type: text.`,
      );
    else if (pyStr(type) === "text") say(password, "password", whose, "plain", "Write type: hash.");
  }
  const password = findPair(root, "password");
  if (password?.value.type === "scalar" && !RECOGNIZED.test(pyStr(password.value)))
    say(password, "password", "the default user", "plain", "Write a hash that begins with $6$ or $5$.");
  return told;
}

const HOW_TO_HASH = "Write a hash, such as mkpasswd prints.";

/** A hash that no person uses as a password. */
function isCryptHash(text: string): boolean {
  return text.startsWith("$") && text.length > 30 && isHash(text);
}
