import { Config } from "../../config/config.ts";
import type { Origin } from "../../image/origin.ts";
import { Raises } from "../../python/errors.ts";
import { splitLines } from "../../python/strings.ts";
import { type ConfigNode, type ConfigValue, originOf } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { NewPassword } from "../accounts/passwords.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { configuredAccounts, defaultUserOf } from "./users.ts";

/** What `chpasswd` and `password` request. */
export interface RequestedPasswords {
  readonly plain: readonly NewPassword[];
  readonly hashed: readonly NewPassword[];
  /** Whether users have to change them at once. */
  readonly expire: boolean;
}

/**
 * Reads `chpasswd`, or `password` if `chpasswd` names nobody (cc_set_passwords, 18.5 to 26.2).
 * @param args of the module's entry in its list; the first one replaces `password`
 * @throws Raises if cloud-init raises.
 */
export function requestedPasswords(boot: ModuleRun, args: readonly ConfigValue[]): RequestedPasswords {
  const plain: NewPassword[] = [];
  const hashed: NewPassword[] = [];
  const config = chpasswd(boot);
  // 22.3 introduced the key `users`.
  const users = boot.since("22.3") ? listOf(config.node("users")) : [];
  const lines = args.length > 0 ? [] : passwordLines(config);
  for (const [type, passwords] of [
    ["text", plain],
    ["hash", hashed],
    ["RANDOM", plain],
  ] as const)
    for (const user of users) if (typeOf(user) === type) passwords.push(entryOf(user));
  if (users.length === 0 && lines.length === 0) for (const one of defaultUserLine(boot, args)) lines.push(one);
  for (const line of lines) {
    const { text, origin } = line;
    const colon = text.indexOf(":");
    if (colon === -1) throw new Raises("an entry of chpasswd.list has no colon", origin);
    const [user, password] = [text.slice(0, colon), text.slice(colon + 1)];
    (isHash(password) ? hashed : plain).push({ user, password, origin });
  }
  return { plain, hashed, expire: config.bool("expire", true) };
}

/** The mapping `chpasswd`; empty if it is missing. */
function chpasswd(boot: ModuleRun): Config {
  const node = boot.config.node("chpasswd");
  if (node?.type === "scalar") throw new Raises("chpasswd must be a mapping", originOf(node));
  return new Config(node?.type === "mapping" ? node : { ...boot.config.root, children: [] });
}

/** A line `user:password`, and where it stands. */
interface PasswordLine {
  readonly text: string;
  readonly origin: Origin;
}

function passwordLines(config: Config): PasswordLine[] {
  const list = config.node("list");
  if (list === undefined || !truthy(list)) return [];
  if (list.type !== "sequence") return splitLines(pyStr(list)).map((text) => ({ text, origin: originOf(list) }));
  return list.children.map((line) => {
    if (line.type !== "scalar" || line.kind !== "str")
      throw new Raises("an entry of chpasswd.list must be a string", originOf(line));
    return { text: String(line.value), origin: originOf(line) };
  });
}

function defaultUserLine(boot: ModuleRun, args: readonly ConfigValue[]): PasswordLine[] {
  const password = args[0] === undefined ? boot.config.text("password") : pyStr(args[0]);
  if (password === undefined || password === "") return [];
  const user = defaultUserOf(configuredAccounts(boot));
  if (user === undefined) boot.note("default-user-missing", {}, boot.because("password"));
  return user === undefined ? [] : [{ text: `${user}:${password}`, origin: boot.because("password") }];
}

/** util.get_cfg_option_list: null is empty, any other value that is not a list is its only item. */
function listOf(value: ConfigNode | undefined): readonly ConfigNode[] {
  if (value?.type === "sequence") return value.children;
  return value === undefined || (value.type === "scalar" && value.kind === "null") ? [] : [value];
}

function typeOf(user: ConfigNode): string {
  if (user.type !== "mapping") throw new Raises("an entry of chpasswd.users must be a mapping", originOf(user));
  return new Config(user).text("type") ?? "hash";
}

function entryOf(user: ConfigNode): NewPassword {
  const entry = new Config(user as Extract<ConfigNode, { type: "mapping" }>);
  const name = entry.text("name");
  if (name === undefined) throw new Raises("an entry of chpasswd.users has no name", originOf(user));
  return { user: name, password: entry.text("password") ?? "RANDOM", origin: originOf(user) };
}

/** What cloud-init recognizes as a hash: $1$, $2a$, $2y$, $5$ or $6$ with two more parts, but not yescrypt's $y$. */
function isHash(password: string): boolean {
  return /^\$(?:1|2a|2y|5|6)\$.+\$./.test(password) && !password.includes(":");
}
