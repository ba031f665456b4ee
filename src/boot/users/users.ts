import { BUILTIN_PATH, builtin } from "../../config/builtin.ts";
import type { Config } from "../../config/config.ts";
import { findPair, mergeMany } from "../../config/merge.ts";
import { isTrue } from "../../config/options.ts";
import type { Origin } from "../../image/origin.ts";
import { Raises } from "../../python/errors.ts";
import { type ConfigNode, type Mapping, originOf, type Pair, type Scalar } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { ModuleRun } from "../moduleRun.ts";

/** A user that the configuration requests. */
export interface ConfiguredUser {
  readonly name: string;
  /** Its settings, names with underscores; for the default user those of system_info.default_user are among them. */
  readonly attributes: Mapping;
  /** Whether it is the user that the cloud's keys are for. */
  readonly isDefault: boolean;
  /** The place that requests it. */
  readonly origin: Origin;
}

/** A group that the configuration requests. */
export interface ConfiguredGroup {
  readonly name: string;
  readonly members: readonly string[];
  readonly origin: Origin;
}

/** Users and groups in the order in which cloud-init creates them. */
export interface ConfiguredAccounts {
  readonly users: readonly ConfiguredUser[];
  readonly groups: readonly ConfiguredGroup[];
}

/** The parts of a boot that determine its accounts. */
type Reading = Pick<ModuleRun, "config" | "since">;

const empty = builtin({}) as Mapping;

/**
 * What `users`, `user`, `groups` and system_info.default_user request, in all their forms
 * (distros/ug_util.py, 18.5 to 26.2).
 * @throws Raises if cloud-init raises: an invalid form
 */
export function configuredAccounts(boot: Reading): ConfiguredAccounts {
  const groups = boot.config.node("groups");
  return { groups: groups === undefined ? [] : normalizeGroups(groups), users: normalizeUsers(boot) };
}

/** The name of the default user; undefined if the configuration requests none. */
export function defaultUserOf(accounts: ConfiguredAccounts): string | undefined {
  return accounts.users.find((user) => user.isDefault)?.name;
}

function normalizeGroups(value: ConfigNode): ConfiguredGroup[] {
  const groups = new Map<string, { members: ConfigNode[]; origin: Origin }>();
  const add = (name: string, members: readonly ConfigNode[], origin: Origin) => {
    const known = groups.get(name);
    if (known === undefined) groups.set(name, { members: [...members], origin });
    else for (const one of members) known.members.push(one);
  };
  if (value.type === "mapping")
    for (const pair of value.children) add(pyStr(pair.key), listed(pair.value), originOf(pair));
  else if (value.type === "sequence")
    for (const item of value.children) {
      if (item.type === "mapping")
        for (const pair of item.children) add(pyStr(pair.key), memberList(pair.value), originOf(pair));
      else if (isText(item)) add(textOf(item), [], originOf(item));
      else throw new Raises(`an entry of groups must be a name or a mapping, not ${pyStr(item)}`, originOf(item));
    }
  else if (isText(value)) for (const name of textOf(value).trim().split(",")) add(name, [], originOf(value));
  else throw new Raises(`groups must be a list or a mapping, not ${pyStr(value)}`, originOf(value));
  return [...groups].map(([name, { members, origin }]) => ({
    name,
    members: [...new Set(members.map((member) => pyStr(member)))].sort(byCodePoint),
    origin,
  }));
}

/** The members of a group that is an item of a list: a string is one member, even if it contains commas. */
function memberList(value: ConfigNode): readonly ConfigNode[] {
  if (value.type === "sequence") return value.children;
  if (isText(value)) return [value];
  throw new Raises(`the members of a group must be a list or a name, not ${pyStr(value)}`, originOf(value));
}

/** What util.uniq_merge makes of one value: a string is split at its commas, a mapping yields its keys. */
function listed(value: ConfigNode): readonly ConfigNode[] {
  if (value.type === "sequence") return value.children;
  if (value.type === "mapping") return value.children.map((pair) => pair.key);
  if (!isText(value)) throw new Raises(`the value must be a list, not ${pyStr(value)}`, originOf(value));
  return commaSeparated(value);
}

function commaSeparated(value: Scalar): Scalar[] {
  const names = textOf(value).trim().split(",");
  return names.filter((name) => name !== "").map((name) => ({ ...value, value: name }));
}

/** The settings of one user while they are collected, and the place that first requested it. */
interface Collected {
  readonly attributes: Mapping;
  readonly origin: Origin;
}

function normalizeUsers(boot: Reading): ConfiguredUser[] {
  const { config } = boot;
  const oldUser = oldStyleUser(config);
  const distroUser = config.node("system_info", "default_user");
  const defaults = mergeMany([oldUser ?? empty, distroUser?.type === "mapping" ? distroUser : empty], empty);
  const users = collectUsers(listedUsers(config, oldUser !== undefined));
  const asked = users.get("default");
  let defaultName: string | undefined;
  users.delete("default");
  if (asked !== undefined && defaults.children.length > 0) {
    const name = findPair(defaults, "name")?.value;
    if (name === undefined)
      throw new Raises("the default user has no name", defaults.path === BUILTIN_PATH ? undefined : originOf(defaults));
    if (truthy(name)) {
      defaultName = pyStr(name);
      const own = users.get(defaultName);
      // The default user comes last, even if it was requested first.
      users.delete(defaultName);
      users.set(defaultName, defaultUser(boot, own, asked, defaults));
    }
  }
  return [...users].map(([name, user]) => ({ name, isDefault: name === defaultName, ...user }));
}

/**
 * The default user's settings from three places: the entry with its name, the entry "default", and
 * system_info.default_user. Since 26.2 the first place with a value counts, before that the last one.
 */
function defaultUser(boot: Reading, own: Collected | undefined, asked: Collected, defaults: Mapping): Collected {
  const attributes = own?.attributes ?? empty;
  const ownGroups = findPair(attributes, "groups");
  const defaultGroups = findPair(defaults, "groups");
  const members = [ownGroups, defaultGroups].flatMap((pair) => (pair === undefined ? [] : listed(pair.value)));
  const groups = [...new Set(members.map((group) => pyStr(group)))].sort(byCodePoint).join(",");
  const sources = [
    withText(attributes, "groups", groups, ownGroups ?? defaultGroups),
    asked.attributes,
    without(defaults, "name", "groups"),
  ];
  return {
    attributes: mergeMany(boot.since("26.2") ? sources : sources.reverse(), empty),
    origin: own?.origin ?? asked.origin,
  };
}

/** The `user` key, as a mapping; undefined if it does not count. */
function oldStyleUser(config: Config): Mapping | undefined {
  const user = config.node("user");
  if (user === undefined || !truthy(user)) return undefined;
  if (user.type === "mapping") return user;
  return isText(user) ? withText(empty, "name", textOf(user), config.pair("user")) : undefined;
}

/** The items of `users`; the old `user` key also requests the default user. */
function listedUsers(config: Config, withDefault: boolean): ConfigNode[] {
  const value = config.node("users");
  const items = value === undefined ? [] : userItems(value);
  const decided = value?.type === "mapping" && findPair(value, "default") !== undefined;
  return withDefault && !decided ? [...items, scalar("default", config.pair("user"))] : items;
}

function userItems(value: ConfigNode): ConfigNode[] {
  if (value.type === "sequence") return [...value.children];
  if (value.type === "scalar")
    return isText(value) ? commaSeparated(value).sort((a, b) => byCodePoint(textOf(a), textOf(b))) : [];
  return value.children.flatMap((pair): ConfigNode[] => {
    if (pair.value.type === "mapping") return [withText(pair.value, "name", pyStr(pair.key), pair)];
    if (pair.value.type === "sequence" || !["bool", "int", "float", "str"].includes(pair.value.kind))
      throw new Raises(`users.${pyStr(pair.key)} must be a mapping`, originOf(pair));
    return isTrue(pair.value) ? [scalar(pyStr(pair.key), pair)] : [];
  });
}

function collectUsers(items: readonly ConfigNode[]): Map<string, Collected> {
  const users = new Map<string, Collected>();
  for (const item of items) {
    if (item.type === "mapping") {
      const name = findPair(item, "name")?.value;
      const key = name === undefined ? "default" : pyStr(name);
      const known = users.get(key);
      const attributes = mergeMany([known?.attributes ?? empty, without(item, "name")], empty);
      users.set(key, { attributes, origin: known?.origin ?? originOf(item) });
      continue;
    }
    if (item.type === "scalar" && !isText(item))
      throw new Raises(`an entry of users must be a name or a mapping, not ${pyStr(item)}`, originOf(item));
    for (const name of listed(item)) {
      if (name.type !== "scalar")
        throw new Raises(`the name of an entry of users must be a string, not ${pyStr(name)}`, originOf(name));
      const key = pyStr(name);
      if (truthy(name) && !users.has(key)) users.set(key, { attributes: empty, origin: originOf(name) });
    }
  }
  for (const [name, user] of users) users.set(name, { ...user, attributes: withUnderscores(user.attributes) });
  return users;
}

/** Settings may be spelled with hyphens. */
function withUnderscores(attributes: Mapping): Mapping {
  const pairs = new Map<string, Pair>();
  for (const pair of attributes.children) {
    if (pair.key.kind !== "str")
      throw new Raises(`a key of an entry of users must be a string, not ${pyStr(pair.key)}`, originOf(pair));
    const name = textOf(pair.key).replaceAll("-", "_").trim();
    if (name !== "") pairs.set(name, { ...pair, key: { ...pair.key, value: name } });
  }
  return { ...attributes, children: [...pairs.values()] };
}

function without(mapping: Mapping, ...keys: string[]): Mapping {
  return { ...mapping, children: mapping.children.filter((pair) => !keys.some((key) => isText(pair.key, key))) };
}

/** A mapping with one key set to a string that has a place in the configuration. */
function withText(mapping: Mapping, key: string, text: string, place: Pair | undefined): Mapping {
  const { path, position } = place ?? empty;
  const pair: Pair = {
    type: "pair",
    path,
    position,
    key: scalar(key, place),
    value: scalar(text, place),
    shadowed: [],
  };
  return { ...mapping, children: [...without(mapping, key).children, pair] };
}

function scalar(text: string, place: Pair | undefined): Scalar {
  const { path, position } = place ?? empty;
  return { type: "scalar", kind: "str", value: text, path, position };
}

function isText(node: ConfigNode | undefined, text?: string): node is Scalar {
  return node?.type === "scalar" && node.kind === "str" && (text === undefined || node.value === text);
}

function textOf(node: Scalar): string {
  return String(node.value);
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
