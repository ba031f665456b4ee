import { cleanName } from "../../boot/hostname/hostname.ts";
import { findPair } from "../../config/merge.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { normalizePath } from "../../python/paths.ts";
import { type ConfigNode, type Mapping, originOf, type Pair } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { Severity } from "../finding.ts";
import { isFalseText, isHash, isPassword, PASSWORD_KEYS, settingOf } from "../passwordForms.ts";
import { cut } from "../schema/expected.ts";
import type { Told } from "../schema/told.ts";
import { findPlaceholders } from "../templates/placeholders.ts";

/** What is known of the values of a template. */
type IsUnknown = ((node: ConfigNode) => boolean) | undefined;

/** An entry of `users`, and the name of its user. */
interface Entry {
  readonly name: string;
  readonly entry: Mapping;
  /** Whether settings of other places may join it. */
  readonly isDefault: boolean;
}

/**
 * Requests of a cloud-config that its own other keys defeat, whatever the image: a password that stays locked, a host
 * name that is not set.
 */
export function defeatedRequests(root: Mapping, isUnknown: IsUnknown): Told[] {
  return [
    ...lockedPasswords(root, isUnknown),
    ...misplacedFiles(root, isUnknown),
    ...misreadPasswords(root, isUnknown),
    ...lostHostname(root, isUnknown),
  ];
}

/**
 * The message about a password that stays locked.
 * @param lock where lock_passwd is true; undefined if nothing sets it
 */
export function lockedMessage(user: string, key: string, lock: string | undefined, isElsewhere = false): string {
  const why = lock === undefined ? "lock_passwd is true by default" : `lock_passwd is true in ${lock}`;
  const whose = user === "default" ? "the default user" : cut(user);
  return `The ${key} of ${whose} cannot be used to log in: ${why}, so cloud-init locks the password. Set lock_passwd: false${isElsewhere ? " there" : ""} if people should log in with this password; otherwise remove ${key}.`;
}

/** Whether a command of runcmd, which runs later, names a user and a program that unlocks or sets passwords. */
export function setsPassword(command: string, user: string): boolean {
  return /\b(?:passwd|chpasswd|usermod)\b/.test(command) && command.includes(user);
}

function lockedPasswords(root: Mapping, isUnknown: IsUnknown): Told[] {
  const reset = namesInChpasswd(root);
  const runcmd = findPair(root, "runcmd")?.value;
  const commands = runcmd?.type === "sequence" ? runcmd.children.map((command) => pyStr(command)) : [];
  return entriesOf(root).flatMap(({ name, entry, isDefault }): Told[] => {
    const lock = settingOf(entry, "lock_passwd")?.value;
    if (lock !== undefined && (!truthy(lock) || isFalseText(lock) || isUnknown?.(lock) === true)) return [];
    const password = PASSWORD_KEYS.map((key) => settingOf(entry, key)).find((pair) => asksForPassword(pair));
    if (password === undefined || reset === undefined || reset.has(name)) return [];
    if (commands.some((command) => setsPassword(command, name))) return [];
    // set_passwords runs later and sets an unlocked password.
    if (isDefault && (reset.size > 0 || findPair(root, "password") !== undefined)) return [];
    const worst: Severity = lock !== undefined ? "info" : isDefault ? "warning" : "error";
    const place = lock && `line ${lock.position.start.line}`;
    const message = lockedMessage(name, String(password.key.value), place);
    return [{ about: "locked-password", worst, message, origin: originOf(password) }];
  });
}

function asksForPassword(pair: Pair | undefined): boolean {
  return pair !== undefined && isPassword(pair.value);
}

/** The entries of `users` and `user` that are mappings; an entry without a name is that of the default user. */
function entriesOf(root: Mapping): Entry[] {
  const users = findPair(root, "users")?.value;
  const user = findPair(root, "user")?.value;
  const found: Entry[] = [];
  const add = (entry: ConfigNode, name: string | undefined, isDefault = false) => {
    if (entry.type !== "mapping") return;
    const given = findPair(entry, "name")?.value;
    const known = name ?? (given === undefined ? "default" : pyStr(given));
    found.push({ name: known, entry, isDefault: isDefault || known === "default" });
  };
  if (users?.type === "sequence") for (const entry of users.children) add(entry, undefined);
  if (users?.type === "mapping") for (const { key, value } of users.children) add(value, pyStr(key));
  if (user !== undefined) add(user, undefined, true);
  return found;
}

/** Hashes that cloud-init recognizes in `password` and `chpasswd.list`; it takes any other text for the password itself. */
const RECOGNIZED = /^\$(?:1|2a|2y|5|6)\$[^:]+\$[^:]*$/;

/** Plain passwords where cloud-init expects a hash, and hashes where it expects a plain password. */
function misreadPasswords(root: Mapping, isUnknown: IsUnknown): Told[] {
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
    told.push({ about: "misread-password", worst: "error", message, origin: originOf(pair) });
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

/** Files whose path only a shell would expand. */
function misplacedFiles(root: Mapping, isUnknown: IsUnknown): Told[] {
  const list = findPair(root, "write_files")?.value;
  return (list?.type === "sequence" ? list.children : []).flatMap((entry): Told[] => {
    const path = entry.type === "mapping" ? findPair(entry, "path") : undefined;
    if (path === undefined || isUnknown?.(path.value) === true) return [];
    const part = literalPath(path.value);
    if (part === undefined) return [];
    const message = misplacedMessage(part, normalizePath(pyStr(path.value)));
    return [{ about: "misplaced-file", worst: "error", message, origin: originOf(path) }];
  });
}

/** The part of a path that only a shell expands: "~" or a variable at its start. */
export function literalPath(path: ConfigNode): string | undefined {
  if (path.type !== "scalar" || path.kind !== "str") return undefined;
  return /^(?:~[\w-]*|\$\{?[A-Z_]+\}?)(?=\/)/.exec(String(path.value))?.[0];
}

/** The message about a path that no shell expands. */
export function misplacedMessage(part: string, path: string): string {
  return `cloud-init writes the file to ${path}: it does not expand ${part}. Write the absolute path.`;
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

/** A host name that is preserved or invalid. */
function lostHostname(root: Mapping, isUnknown: IsUnknown): Told[] {
  const asked = ["hostname", "fqdn"].map((key) => findPair(root, key)).find((pair) => pair !== undefined);
  if (asked === undefined || !truthy(asked.value) || isUnknown?.(asked.value) === true) return [];
  const preserve = findPair(root, "preserve_hostname");
  const isPreserved = preserve?.value.type === "scalar" && preserve.value.value === true;
  const message = isPreserved
    ? `cloud-init does not set the host name "${cut(pyStr(asked.value))}": preserve_hostname is true in line ${originOf(preserve).line}. Remove one of the two keys.`
    : invalidHostname(asked);
  return message === undefined ? [] : [{ about: "lost-hostname", worst: "error", message, origin: originOf(asked) }];
}

/** What becomes of a name that is none for hostname(1) and systemd; undefined for a valid one and a placeholder. */
export function invalidHostname({ value }: Pair): string | undefined {
  if (value.type !== "scalar" || value.kind !== "str") return undefined;
  const name = String(value.value);
  if (name.length <= 64 && name.split(".").every((label) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(label)))
    return undefined;
  if (findPlaceholders(name, "all").length > 0 || hasUnknown(name)) return undefined;
  const cleaned = cleanName(name);
  const outcome = cleaned === "" ? "no name is set" : `the machine is "${cleaned}" from the next boot on`;
  return `"${cut(name)}" is not a valid host name, so cloud-init cannot set it: ${outcome}. Use up to 64 letters, digits, hyphens and dots.`;
}
