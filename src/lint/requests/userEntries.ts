import { findPair } from "../../config/merge.ts";
import type { ConfigNode, Mapping } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";

/** What is known of the values of a template. */
export type IsUnknown = ((node: ConfigNode) => boolean) | undefined;

/** An entry of `users`, and the name of its user. */
export interface UserEntry {
  readonly name: string;
  readonly entry: Mapping;
  /** Whether it is about the default user, whose settings other places join. */
  readonly isDefault: boolean;
}

/** The entries of `users` and `user` that are mappings; an entry without a name is that of the default user. */
export function entriesOf(root: Mapping): UserEntry[] {
  const users = findPair(root, "users")?.value;
  const user = findPair(root, "user")?.value;
  const found: UserEntry[] = [];
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

/** The commands of runcmd or bootcmd that match, as one text of limited length. */
export function commandsIn(root: Mapping, pattern: RegExp, key: "runcmd" | "bootcmd" = "runcmd"): string {
  const runcmd = findPair(root, key)?.value;
  const commands = runcmd?.type === "sequence" ? runcmd.children.map((command) => pyStr(command)) : [];
  return commandText(commands, pattern);
}

/** Enough for the commands that people write. */
const LONGEST = 5_000;

/** The commands that match, as one text of limited length. */
export function commandText(commands: readonly string[], pattern: RegExp): string {
  return commands
    .filter((command) => pattern.test(command))
    .join("\n")
    .slice(0, LONGEST);
}
