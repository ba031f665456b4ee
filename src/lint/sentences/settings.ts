import { replaceUnknown, unknownReason } from "../../image/unknown.ts";
import type { Setting } from "../../services/service.ts";
import { inWords, MOST_NAMED } from "./lists.ts";

/** A setting before and after the boot; `now` is undefined if it is gone. */
export interface SettingChange {
  readonly was: Setting;
  readonly now: Setting | undefined;
}

/**
 * What becomes of the settings that one cause changes. Values of settings are in double quotes, since reports look for
 * them there to mask secrets.
 * @param changes at least one
 */
export function changeSentence(service: string, changes: readonly SettingChange[], module: string): string {
  const fates = changes.slice(0, MOST_NAMED).map((change) => fateOf(service, change));
  const byVerb = new Map<string, Fate[]>();
  for (const fate of fates)
    byVerb.set(`${fate.verb} ${fate.end}`, [...(byVerb.get(`${fate.verb} ${fate.end}`) ?? []), fate]);
  const clauses = [...byVerb.values()].map((same) => {
    const { verb, end } = same[0]!;
    return `${verb} ${inWords(same.map(({ object }) => object))}${end}`;
  });
  const more = changes.length - fates.length;
  const rest = more === 0 ? "" : `; ${more} more ${more === 1 ? "setting is" : "settings are"} affected`;
  return `${moduleName(module)} ${inWords(clauses)}${rest}.`;
}

/** What becomes of one setting: "changes", its name with its values, and what settings with the same fate share. */
interface Fate {
  readonly verb: string;
  readonly object: string;
  readonly end: string;
}

function fateOf(service: string, { was, now }: SettingChange): Fate {
  const { name, hasValue } = described(service, now === undefined ? withoutOptions(service, was) : was);
  const file = was.key === was.path ? "" : placeOf(was);
  const aside = bracketed([hasValue ? quoted(was.value) : "", file]);
  if (now === undefined) {
    const verb = was.key === was.path ? "deletes" : "removes";
    return { verb, object: `${name}${aside}`, end: "" };
  }
  const reason = unknownReason(now.value);
  const elsewhere = now.path === was.path ? "" : bracketed([placeOf(now)]);
  if (reason !== undefined) return { verb: "replaces", object: `${name}${aside}`, end: ` with ${reason}${elsewhere}` };
  if (/^user \S+ password$/.test(was.key) && was.value.startsWith("set") && now.value.startsWith("locked"))
    return { verb: "locks", object: `${name}${bracketed([file])}`, end: "" };
  if (was.key.includes(" authorized key ") && was.value === "unrestricted") {
    const end = ` with the options ${quoted(now.value)}${elsewhere}`;
    return { verb: "restricts", object: `${name}${bracketed([file])}`, end };
  }
  if (!hasValue && service !== "accounts") {
    const other = described(service, now);
    const by = bracketed([other.hasValue ? quoted(now.value) : "", now.path === was.path ? "" : placeOf(now)]);
    return { verb: "replaces", object: `${name}${bracketed([file])} with ${other.name}${by}`, end: "" };
  }
  const [before, after] = LISTS_OF_SERVERS.test(was.key)
    ? serverLists(was, now)
    : [quoted(was.value), quoted(now.value)];
  return { verb: "changes", object: `${name} from ${before}${bracketed([file])} to ${after}${elsewhere}`, end: "" };
}

/** An apt source without its options, which its place shows. */
function withoutOptions(service: string, setting: Setting): Setting {
  return service === "apt-sources" ? { ...setting, value: setting.value.replace(/ \[[^[\]]*\]$/, "") } : setting;
}

/** The module of cloud-init that does something, as the subject of a sentence. */
export function moduleName(module: string): string {
  return module === "" ? "cloud-init" : `cloud-init's ${module}`;
}

interface Described {
  readonly name: string;
  /** Whether the value says more than that the setting exists. */
  readonly hasValue: boolean;
}

/** A setting as a noun. Settings whose key a reader knows from its file keep it. */
function described(service: string, { key, value, path }: Setting): Described {
  const [first = "", ...rest] = key.split(" ");
  const last = rest.join(" ");
  const named = (name: string): Described => ({ name, hasValue: true });
  const whole = (name: string): Described => ({ name, hasValue: false });
  switch (service) {
    case "accounts":
      return ofAccount(key, named, whole);
    case "apk-repositories":
      return value === "enabled" ? whole(`the repository ${key}`) : named(`the repository ${key}`);
    case "apt-sources":
      return key.startsWith("Acquire::") ? named(`apt's ${key}`) : whole(`the apt source ${quoted(`${key} ${value}`)}`);
    case "host-keys":
      return named(`the host ${value.startsWith("certificate ") ? "certificate" : "key"} ${key}`);
    case "hostname":
      return named("the host name");
    case "hosts":
      return named(`the address of ${key}`);
    case "keyboard":
      return named(`the ${first === "keyboard" ? "keyboard" : `${first} keyboard`} setting ${last}`);
    case "locale":
      return key.startsWith("generated locale ") ? whole(`the ${key}`) : named(key);
    case "mounts":
      return named(`the mount of ${key}`);
    case "network":
      if (key === path || rest.length === 0) return named(key);
      if (first.startsWith("/")) return named(last);
      if (first === "iface") return whole(quoted(`${key} ${value}`));
      return value === "yes" ? whole(`"${key}"`) : named(`the ${key}`);
    case "sshd": {
      const [, match, keyword] = /^(Match .*): (\S+)$/s.exec(key) ?? [];
      return named(match === undefined ? key : `${keyword} of "${match}"`);
    }
    case "time-sync":
      return (value === "yes" ? whole : named)(`${first}'s ${last}${last.endsWith("NTP") ? " servers" : ""}`);
    case "timezone":
      return named("the time zone");
    case "yum-repositories":
      if (key.startsWith("vars/")) return named(`the variable ${key.slice("vars/".length)}`);
      return named(first === "[main]" ? last : `${last} of the repository ${first}`);
    case "zypper-repositories":
      return named(first === "zypp.conf" ? last : `${last} of the repository ${first}`);
    default:
      return named(key);
  }
}

function ofAccount(key: string, named: (name: string) => Described, whole: (name: string) => Described): Described {
  const [, user, what] = /^user (\S+) (\w+)$/.exec(key) ?? [];
  if (what === "password") return whole(`the password of ${user}`);
  if (user !== undefined) return named(`the ${what} of ${user}`);
  const [, owner, print] = /^(\S+) authorized key (.*)$/s.exec(key) ?? [];
  return named(owner === undefined ? key : `the authorized key ${print} of ${owner}`);
}

const LISTS_OF_SERVERS = /^(?:\w+ servers|timesyncd (?:Fallback)?NTP)$/;

/** The servers of a time client before and after; with their options only if nothing else differs. */
function serverLists(was: Setting, now: Setting): [before: string, after: string] {
  const lists = [was, now].map(({ key, value }) =>
    key.startsWith("timesyncd ")
      ? value.split(" ")
      : value.split(", ").map((item) => /^(?:server|pool|peer) (\S+)/.exec(item)?.[1] ?? item),
  );
  const [before = "", after = ""] = lists.map(quotedList);
  return before === after ? [quoted(was.value), quoted(now.value)] : [before, after];
}

/** Servers in quotes, with at most three items and a count of the others. */
function quotedList(items: readonly string[]): string {
  const shown = items.slice(0, 3);
  const more = items.length - shown.length;
  return `${quoted(shown.join(", "))}${more > 0 ? ` and ${more} more` : ""}`;
}

function quoted(value: string): string {
  return `"${replaceUnknown(value, (reason) => `(${reason})`)}"`;
}

function bracketed(parts: readonly string[]): string {
  const given = parts.filter((part) => part !== "");
  return given.length === 0 ? "" : ` (${given.join(", ")})`;
}

function placeOf({ path, line }: Setting): string {
  if (path === undefined) return "";
  return line === undefined ? path : `${path}:${line}`;
}
