import type { ConfiguredAccounts } from "../../../boot/users/users.ts";
import { findPair } from "../../../config/merge.ts";
import type { ConfigNode, Mapping, Pair } from "../../../python/tree.ts";
import { pyStr, sameValue } from "../../../python/value.ts";
import type { CheckContext } from "../check.ts";

/** A setting of an entry of `users` that does not count, since another place sets it too. */
export interface LosingSetting {
  readonly user: string;
  /** With underscores. */
  readonly name: string;
  readonly pair: Pair;
  /** The setting that counts instead. */
  readonly winner: Pair;
}

/**
 * The settings of entries of `users` that lose to system_info.default_user, to the entry `default` or to an earlier entry
 * for the same user (distros/ug_util.py, 18.5 to 26.2).
 */
export function losingSettings({ booted }: CheckContext, { users }: ConfiguredAccounts): LosingSetting[] {
  const byName = new Map(users.map((user) => [user.name, user]));
  const defaultUser = users.find(({ isDefault }) => isDefault);
  return entriesOf(booted.config.node("users")).flatMap(([name, entry]) => {
    const user = name === "default" ? defaultUser : byName.get(name);
    if (user === undefined) return [];
    return entry.children.flatMap((pair): LosingSetting[] => {
      const setting = String(pair.key.value).replaceAll("-", "_").trim();
      const winner = findPair(user.attributes, setting);
      // The groups of the default user's places are joined.
      if (setting === "name" || (setting === "groups" && user.isDefault)) return [];
      if (winner === undefined || sameValue(pair.value, winner.value)) return [];
      return [{ user: user.name, name: setting, pair, winner }];
    });
  });
}

/** The entries of `users` that are mappings, with their names; an entry without a name is that of the default user. */
export function entriesOf(users: ConfigNode | undefined): [name: string, entry: Mapping][] {
  if (users?.type === "sequence")
    return users.children.flatMap((entry): [string, Mapping][] => {
      if (entry.type !== "mapping") return [];
      const name = findPair(entry, "name")?.value;
      return [[name === undefined ? "default" : pyStr(name), entry]];
    });
  if (users?.type !== "mapping") return [];
  return users.children.flatMap(({ key, value }): [string, Mapping][] =>
    value.type === "mapping" ? [[pyStr(key), value]] : [],
  );
}
