import type { ConfiguredAccounts, ConfiguredUser } from "../../../boot/users/users.ts";
import { findPair } from "../../../config/merge.ts";
import { ASSUMED_VERSION, versionAtLeast } from "../../../distro/version.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { type ConfigNode, originOf, type Pair } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { type Group, readGroups, readShadow, readUsers, type User } from "../../../services/accounts/users.ts";
import { accounts as accountsService } from "../../../services/accounts.ts";
import type { Finding } from "../../finding.ts";
import { inEntry } from "../../requests/groupMembers.ts";
import type { Rule } from "../../rules/rule.ts";
import { lineOf } from "../../sentences/configuration.ts";
import { inWords, shortList } from "../../sentences/lists.ts";
import { atMost, type CheckContext } from "../check.ts";
import { runsToEnd } from "../outcomes/moduleOutcomes.ts";
import { entriesOf, type LosingSetting, losingSettings } from "./losingSettings.ts";
import { isAsked, type LostRequest, lostRequest, requestedAccounts } from "./lostRequest.ts";

/**
 * Finds what the configuration asks for an account or group and does not get: settings of an account that the image has
 * already, settings that lose to another place, members that do not exist yet, a password without a user.
 */
export function accountRequestLost(rule: Rule, context: CheckContext): Finding[] {
  const accounts = requestedAccounts(context);
  const lost = [
    ...(accounts === undefined
      ? []
      : [
          ...ofExisting(context, accounts),
          ...ofNumbers(context, accounts),
          ...ofLosing(context, accounts),
          ...ofGroups(context, accounts),
        ]),
    ...ofPassword(context),
  ];
  return atMost(lost, (request) => (isAsked(context, request.cause) ? lostRequest(rule, context, request) : undefined));
}

/** An account as the image has it. */
interface Account extends User {
  readonly groups: readonly string[];
  readonly expires: string;
  readonly shadow: string;
}

/** What an entry can ask of an account, and its value in the image; undefined if it is as asked for. */
const SETTINGS: readonly (readonly [name: string, differs: (asked: string, account: Account) => string | undefined])[] =
  [
    ["uid", (asked, { uid }) => differing(asked, uid)],
    ["primary_group", (asked, { gid, groups }) => (asked === gid ? undefined : differing(asked, groups[0] ?? gid))],
    ["homedir", (asked, { home }) => differing(asked.replace(/\/+$/, ""), home.replace(/\/+$/, ""))],
    ["shell", (asked, { shell }) => differing(asked, shell)],
    ["passwd", (asked, { shadow }) => (asked === shadow.replace(/^!+/, "") ? undefined : "")],
    ["expiredate", (asked, { expires }) => differing(dayOf(asked), expires)],
  ];

function differing(asked: string, found: string): string | undefined {
  return asked === found ? undefined : found;
}

/** A date as the days since 1970 of /etc/shadow. */
function dayOf(date: string): string {
  const time = /^\d{4}-\d{1,2}-\d{1,2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(time) ? date : String(Math.floor(time / 86_400_000));
}

/** Settings that only useradd gets, which does not run for an account of the image (Distro.add_user, 18.5 to 26.2). */
function ofExisting(context: CheckContext, { users }: ConfiguredAccounts): LostRequest[] {
  const { image, booted } = context;
  const before = readUsers(image);
  const shadow = readShadow(image);
  const groups = groupsByUser(readGroups(booted.after), before);
  return users.flatMap((user): LostRequest[] => {
    const found = before.get(user.name);
    if (found === undefined || hasUnknown(user.name)) return [];
    const { password = "", expires = "" } = shadow.get(user.name) ?? {};
    const account = { ...found, groups: groups.get(user.name) ?? [], expires, shadow: password };
    const lost = SETTINGS.flatMap(([name, differs]): Ignored[] => {
      const pair = findPair(user.attributes, name);
      if (pair === undefined || !truthy(pair.value) || !isAsked(context, pair)) return [];
      const asked = pyStr(pair.value);
      const value = differs(asked, account);
      if (value === undefined) return [];
      // The value of passwd is a secret.
      return [{ name, pair, text: value === "" ? name : `${name} ${asked} (it remains ${value})`, asked, value }];
    });
    const missing = missingGroups(context, user, account.groups);
    if (missing !== undefined) lost.push(missing);
    const [first] = lost;
    if (first === undefined) return [];
    const advice = lost.some(({ name }) => name === "passwd")
      ? "Change the account in the image, or write hashed_passwd, which existing accounts get too (locked unless lock_passwd is false)."
      : "Change the account in the image, or run usermod in runcmd.";
    return [
      {
        message: `cloud-init ignores the ${shortList(lost.map(({ text }) => text))} of ${user.name}, since the account exists in the image. ${advice}`,
        cause: originOf(first.pair),
        module: "users_groups",
        service: accountsService.name,
        losses: lost.flatMap(({ name, asked, value }) => {
          const setting = COMPARED[name];
          if (setting === undefined) return [];
          return [
            {
              path: "/etc/passwd",
              line: found.line,
              setting: `user ${user.name} ${setting}`,
              before: asked,
              after: value,
            },
          ];
        }),
      },
    ];
  });
}

/** Settings of an entry as the accounts service names them. */
const COMPARED: Readonly<Record<string, string>> = { shell: "shell", homedir: "home" };

/** Numbers as user ids of new accounts, which useradd gets only since 22.2. */
function ofNumbers(context: CheckContext, { users }: ConfiguredAccounts): LostRequest[] {
  if (versionAtLeast(context.distro.cloudInit.version ?? ASSUMED_VERSION, "22.2")) return [];
  const before = readUsers(context.image);
  const after = readUsers(context.booted.after);
  return users.flatMap(({ name, attributes }): LostRequest[] => {
    const pair = findPair(attributes, "uid");
    const uid = pyStr(pair?.value);
    const found = after.get(name);
    if (pair === undefined || found === undefined || before.has(name) || found.uid === uid || !truthy(pair.value))
      return [];
    const message = `cloud-init ignores the uid ${uid} of ${name}, which gets ${found.uid}: before 22.2 it must be a string. Write uid: "${uid}".`;
    return [{ message, cause: originOf(pair), module: "users_groups" }];
  });
}

/** A setting of an entry that is ignored. */
interface Ignored {
  readonly name: string;
  readonly pair: Pair;
  readonly text: string;
  readonly asked: string;
  /** Its value after the boot; "" if it is secret or not a single one. */
  readonly value: string;
}

/** The groups that an entry asks for and whose member the user is not after the boot. */
function missingGroups(context: CheckContext, user: ConfiguredUser, groups: readonly string[]): Ignored | undefined {
  const known = new Set(groups);
  for (const pair of groupsAskedFor(context, user)) {
    const missing = [...new Set(namesIn(pair.value))].filter((name) => name !== "" && !known.has(name));
    const text = `groups (${shortList(missing)})`;
    if (missing.length > 0) return { name: "groups", pair, text, asked: missing.join(","), value: "" };
  }
  return undefined;
}

/** The settings that ask for a user's groups; those of the default user's places are joined. */
function groupsAskedFor(context: CheckContext, { attributes, isDefault, name }: ConfiguredUser): Pair[] {
  const { config } = context.booted;
  const own = isDefault
    ? [
        ...entriesOf(config.node("users")).flatMap(([of, entry]) => (of === name ? [findPair(entry, "groups")] : [])),
        config.pair("system_info", "default_user", "groups"),
      ]
    : [findPair(attributes, "groups")];
  return own.filter((pair) => pair !== undefined && isAsked(context, pair)) as Pair[];
}

/** The names of groups in any of their forms. */
function namesIn(value: ConfigNode): string[] {
  const names =
    value.type === "sequence"
      ? value.children.map((group) => pyStr(group))
      : value.type === "mapping"
        ? value.children.map(({ key }) => pyStr(key))
        : pyStr(value).split(",");
  return names.map((name) => name.trim());
}

/** The names of each user's groups, the primary one first. */
function groupsByUser(groups: readonly Group[], users: ReadonlyMap<string, User>): ReadonlyMap<string, string[]> {
  const names = new Map(groups.map(({ gid, name }) => [gid, name]));
  const found = new Map([...users.values()].map(({ name, gid }) => [name, [names.get(gid) ?? gid]]));
  for (const { name, members } of groups) for (const member of members) found.get(member)?.push(name);
  return found;
}

/** Settings of an entry that another place sets otherwise. Whether a password stays locked is the matter of another rule. */
function ofLosing(context: CheckContext, accounts: ConfiguredAccounts): LostRequest[] {
  const byPlace = new Map<string, LosingSetting[]>();
  for (const setting of losingSettings(context, accounts)) {
    if (setting.name === "lock_passwd" || !isAsked(context, setting.pair)) continue;
    const place = `${setting.user}\0${setting.winner.path}`;
    const known = byPlace.get(place);
    if (known === undefined) byPlace.set(place, [setting]);
    else known.push(setting);
  }
  return [...byPlace.values()].map((settings): LostRequest => {
    const { user, pair, winner } = settings[0]!;
    const names = inWords([...new Set(settings.map(({ name }) => name))].slice(0, 20));
    const isMany = settings.length > 1;
    return {
      message: `The ${names} in this entry of users ${isMany ? "do" : "does"} not apply to ${user}: ${lineOf(originOf(winner))} sets ${isMany ? "them" : "it"}, which counts first. Change ${isMany ? "them" : "it"} there.`,
      cause: originOf(pair),
      module: "users_groups",
    };
  });
}

/** Listed members that do not become members, since groups come before users (Distro.create_group, 18.5 to 26.2). */
function ofGroups({ booted }: CheckContext, { groups }: ConfiguredAccounts): LostRequest[] {
  const users = readUsers(booted.after);
  const found = new Map(readGroups(booted.after).map((group) => [group.name, group]));
  const primary = new Map([...users.values()].map(({ name, gid }) => [name, gid]));
  return groups.flatMap(({ name, members, origin }): LostRequest[] => {
    const group = found.get(name);
    const inGroup = new Set(group?.members);
    const missing = members.filter(
      (member) =>
        !hasUnknown(member) && !inGroup.has(member) && (group === undefined || primary.get(member) !== group.gid),
    );
    const module = "users_groups";
    if (group === undefined)
      return [
        { message: `The group ${name} is not created: groupadd does not accept the name.`, cause: origin, module },
      ];
    const [first] = missing;
    if (first === undefined) return [];
    const isLater = users.has(first);
    const why = isLater
      ? `cloud-init creates groups before users. ${inEntry(name, first)}`
      : "the image has no such user, and users does not request one.";
    return [{ message: `${shortList(missing)} will not be in the group ${name}: ${why}`, cause: origin, module }];
  });
}

/** Passwords that no account gets: `chpasswd.users` before 22.3, and some of `password`. */
function ofPassword({ booted, distro }: CheckContext): LostRequest[] {
  const { config, notes } = booted;
  const since = (version: string) => versionAtLeast(distro.cloudInit.version ?? ASSUMED_VERSION, version);
  const module = "set_passwords";
  if (!runsToEnd(booted, module)) return [];
  const unread = since("22.3") ? undefined : config.pair("chpasswd", "users");
  if (unread !== undefined && truthy(unread.value)) {
    const message = "chpasswd.users has no effect: cloud-init reads it since 22.3. Write chpasswd.list instead.";
    return [{ message, cause: originOf(unread), module }];
  }
  const pair = config.pair("password");
  if (pair === undefined || !truthy(pair.value)) return [];
  const cause = originOf(pair);
  if (notes.some(({ code }) => code === "default-user-missing"))
    return [
      {
        message:
          "password has no effect: users requests no default user, whose password it is. Write chpasswd with the name of a user instead.",
        cause,
        module,
      },
    ];
  const keys = since("22.3") ? ["users", "list"] : ["list"];
  const other = keys.find((key) => truthy(config.node("chpasswd", key)));
  if (other === undefined) return [];
  const where = lineOf(originOf(config.pair("chpasswd", other)!));
  return [
    {
      message: `password has no effect: cloud-init reads it only if chpasswd names no user, and chpasswd.${other} in ${where} does. Add the default user there.`,
      cause,
      module,
    },
  ];
}
