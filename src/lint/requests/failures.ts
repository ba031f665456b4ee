import { gunzipSync } from "node:zlib";
import type { FailureReason } from "../../boot/failure.ts";
import { findPair } from "../../config/merge.ts";
import { isTrue } from "../../config/options.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { decodeBase64 } from "../../python/base64.ts";
import { type ConfigNode, type Mapping, originOf, type Pair } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { Confidence } from "../finding.ts";
import { cut } from "../schema/expected.ts";
import type { Told } from "../schema/told.ts";
import { failureSentence } from "../sentences/failures.ts";
import { isKnownZone, nearestZone } from "../timeZones.ts";
import { commandsIn, entriesOf, type IsUnknown, type UserEntry } from "./userEntries.ts";

/**
 * What makes a module fail whatever the image contains: keys of a user that exclude each other, numbers that are taken,
 * content that cannot be decoded, owners that are created later. What an image could prevent is likely.
 */
export function certainFailures(root: Mapping, version: string, isUnknown: IsUnknown): Told[] {
  const users = entriesOf(root).filter(({ entry, name, isDefault }) => {
    const given = findPair(entry, "name")?.value;
    return !isDefault && name !== "" && !(given !== undefined && isUnknown?.(given) === true);
  });
  return [
    ...ofUsers(root, users, version, isUnknown),
    ...contents(root, isUnknown),
    ...owners(root, users, isUnknown),
    ...timeZone(root, isUnknown),
  ];
}

/** The entries of a list that are mappings. */
function itemsOf(root: Mapping, key: string): Mapping[] {
  const list = findPair(root, key)?.value;
  return list?.type === "sequence" ? list.children.filter((item) => item.type === "mapping") : [];
}

/** The first user that cannot be created: the module fails there. */
function ofUsers(root: Mapping, users: readonly UserEntry[], version: string, isUnknown: IsUnknown): Told[] {
  const list = findPair(root, "users")?.value;
  const isDefaultAsked =
    list?.type === "sequence" && list.children.some((item) => item.type === "scalar" && item.value === "default");
  const after = "Neither this user nor any after it is created";
  const lost = isDefaultAsked ? `${after}, nor the default user, who comes last.` : `${after}.`;
  const groups = new Set(groupsCreated(root));
  const byUid = new Map([["0", "root"]]);
  const told: Told[] = [];
  for (const user of users) {
    const uid = uidOf(user, version, isUnknown);
    const found = ofUser(user, version, isUnknown) ?? taken(user, uid, byUid) ?? grouped(user, groups);
    if (uid !== undefined && !byUid.has(uid.number)) byUid.set(uid.number, user.name);
    if (found === undefined) continue;
    const { message, advice, origin, confidence = "certain" } = found;
    told.push({
      ...fails("users_groups", `${message} ${lost}${advice === undefined ? "" : ` ${advice}`}`, origin),
      confidence,
    });
  }
  return told;
}

interface Fault {
  readonly message: string;
  readonly advice?: string | undefined;
  readonly origin: Origin;
  readonly confidence?: Confidence;
}

/** Names that useradd of every distribution refuses. */
const INVALID_NAME = /^[-+~]|[\s:,/]|^.{33}/;

function ofUser({ name, entry }: UserEntry, version: string, isUnknown: IsUnknown): Fault | undefined {
  const given = findPair(entry, "name");
  if (given !== undefined && given.value.type === "scalar" && given.value.kind === "str" && INVALID_NAME.test(name))
    return {
      message: `users_groups fails: useradd refuses the name "${cut(name)}".`,
      advice: "Use lower-case letters, digits, hyphens and underscores, at most 32.",
      origin: originOf(given),
    };
  const node = (key: string) => {
    const value = (findPair(entry, key) ?? findPair(entry, key.replaceAll("_", "-")))?.value;
    return value !== undefined && isUnknown?.(value) !== true ? value : undefined;
  };
  const holds = (key: string) => truthy(node(key));
  const keys = ["ssh_authorized_keys", "ssh_import_id"].filter((key) => node(key) !== undefined);
  const [redirect, homeless] = [node("ssh_redirect_user"), ["no_create_home", "system"].find(holds)];
  if (redirect !== undefined && truthy(redirect) && keys.length > 0)
    return {
      message: `users_groups fails: the user ${cut(name)} has both ssh_redirect_user and ${keys[0]}.`,
      origin: originOf(redirect),
    };
  if (versionAtLeast(version, "22.2") && homeless !== undefined && [...keys, "ssh_redirect_user"].some(holds))
    return {
      message: `users_groups fails: the user ${cut(name)} has SSH keys but, with ${homeless}, no home directory.`,
      origin: originOf(node(homeless)!),
    };
  const own = ownGroup(node("groups"), name);
  const creates = node("create_groups");
  if (own === undefined || hasOtherGroup(entry) || (creates !== undefined && !truthy(creates))) return undefined;
  return likely({ code: "own-group-exists", user: name, isRequested: true }, own);
}

/** Whether useradd creates no group of the user's name. */
function hasOtherGroup(entry: Mapping): boolean {
  return ["primary_group", "no_user_group", "snapuser"].some((key) =>
    [key, key.replaceAll("_", "-")].some((name) => truthy(findPair(entry, name)?.value)),
  );
}

/** A fault that an image prevents which has the account already. */
function likely(reason: FailureReason, origin: Origin): Fault {
  const { what, advice } = failureSentence("users_groups", "", reason);
  return { message: `${what}.`, advice, origin, confidence: "likely" };
}

interface Uid {
  readonly number: string;
  readonly origin: Origin;
}

/** The number that useradd gets; before 22.2 only a string. */
function uidOf({ entry }: UserEntry, version: string, isUnknown: IsUnknown): Uid | undefined {
  const pair = findPair(entry, "uid");
  const value = pair?.value;
  if (pair === undefined || value?.type !== "scalar" || isUnknown?.(value) === true) return undefined;
  if (value.kind !== "str" && !(value.kind === "int" && versionAtLeast(version, "22.2"))) return undefined;
  const number = pyStr(value).trim();
  return /^\d{1,10}$/.test(number) ? { number: String(Number(number)), origin: originOf(pair) } : undefined;
}

function taken({ name }: UserEntry, uid: Uid | undefined, byUid: ReadonlyMap<string, string>): Fault | undefined {
  const holder = uid && byUid.get(uid.number);
  if (uid === undefined || holder === undefined || holder === name || name === "root") return undefined;
  return likely({ code: "user-id-taken", user: name, uid: Number(uid.number), holder }, uid.origin);
}

function grouped({ name, entry }: UserEntry, groups: ReadonlySet<string>): Fault | undefined {
  if (!groups.has(name) || hasOtherGroup(entry)) return undefined;
  return likely(
    { code: "own-group-exists", user: name, isRequested: false },
    originOf(findPair(entry, "name") ?? entry),
  );
}

/** The names in `groups`, which cloud-init creates before the users. */
function groupsCreated(root: Mapping): string[] {
  const groups = findPair(root, "groups")?.value;
  if (groups?.type === "mapping") return groups.children.map(({ key }) => pyStr(key).trim());
  if (groups?.type === "sequence")
    return groups.children.flatMap((item) =>
      item.type === "mapping" ? item.children.map(({ key }) => pyStr(key).trim()) : [pyStr(item).trim()],
    );
  return groups?.kind === "str"
    ? pyStr(groups)
        .split(",")
        .map((name) => name.trim())
    : [];
}

/** The place of a user's own name among its groups. */
function ownGroup(groups: ConfigNode | undefined, name: string): Origin | undefined {
  if (groups?.type === "sequence") {
    const item = groups.children.find((one) => one.type === "scalar" && pyStr(one).trim() === name);
    return item && originOf(item);
  }
  if (groups?.type === "mapping") {
    const pair = groups.children.find(({ key }) => pyStr(key).trim() === name);
    return pair && originOf(pair);
  }
  const words = groups?.kind === "str" ? String(groups.value).split(",") : [];
  return words.some((word) => word.trim() === name) ? originOf(groups!) : undefined;
}

/** Content of files that cannot be decoded. */
function contents(root: Mapping, isUnknown: IsUnknown): Told[] {
  return itemsOf(root, "write_files").flatMap((entry): Told[] => {
    const [path, content, encoding] = ["path", "content", "encoding"].map((key) => findPair(entry, key)?.value);
    if (content?.type !== "scalar" || content.kind !== "str" || encoding?.type !== "scalar") return [];
    if (findPair(entry, "source") !== undefined || path === undefined) return [];
    if ([path, content, encoding].some((part) => isUnknown?.(part) === true)) return [];
    const fault = undecodable(String(content.value), pyStr(encoding).trim().toLowerCase());
    if (fault === undefined) return [];
    const module = isDeferred(entry) ? "write_files_deferred" : "write_files";
    const message = `${module} fails: the content of ${cut(pyStr(path))} is not ${fault}. Neither this file nor any after it is written.`;
    return [fails(module, message, originOf(content))];
  });
}

/** Larger content is not decompressed, in characters. */
const LARGEST_PACKED = 1_000_000;

function undecodable(text: string, encoding: string): string | undefined {
  const isPacked = /^gz(?:ip)?(?:\+b(?:ase)?64)?$/.test(encoding);
  if (!isPacked && !/^b(?:ase)?64$/.test(encoding)) return undefined;
  const bytes = encoding.includes("64") ? decodeBase64(text) : Buffer.from(text);
  if (bytes === undefined) return "valid Base64";
  if (!isPacked || bytes.length === 0 || text.length > LARGEST_PACKED) return undefined;
  try {
    gunzipSync(bytes, { maxOutputLength: LARGEST_PACKED * 16 });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? undefined : "gzip data";
  }
}

function isDeferred(entry: Mapping): boolean {
  const deferred = findPair(entry, "defer")?.value;
  return deferred !== undefined && isTrue(deferred);
}

/** Default users of distributions and clouds, who rarely exist in an image before its first boot. */
const DEFAULT_USERS: ReadonlySet<string> = new Set(
  (
    "almalinux alpine amazon arch azureuser centos cloud-user debian ec2-user fedora gentoo mageia openEuler opensuse " +
    "rhel rocky sles suse ubuntu"
  ).split(" "),
);

/** The first file whose owner cloud-init creates only later: write_files fails there. */
function owners(root: Mapping, users: readonly UserEntry[], isUnknown: IsUnknown): Told[] {
  const created = new Set([...users.map(({ name }) => name), ...groupsCreated(root)]);
  const commands = commandsIn(root, /\b(?:useradd|adduser|groupadd|addgroup)\b/, "bootcmd");
  const items = itemsOf(root, "write_files");
  for (const entry of items) {
    const [owner, path] = [findPair(entry, "owner"), findPair(entry, "path")];
    if (owner === undefined || path === undefined || isDeferred(entry)) continue;
    const isFilledIn = [owner.value, findPair(entry, "defer")?.value].some((part) => part && isUnknown?.(part));
    const name = isFilledIn === true ? undefined : laterOwner(owner, created);
    if (name === undefined || commands.includes(name)) continue;
    const file = cut(pyStr(path.value));
    const others = items.indexOf(entry) < items.length - 1 ? ", and none of the files after it is written" : "";
    const message = `Unless the image has ${cut(name)}, write_files fails at ${file}, since cloud-init creates ${cut(name)} only later: the file belongs to root${others}. Add "defer: true" to the entry (since 21.4).`;
    return [{ ...fails("write_files", message, originOf(owner)), confidence: "likely" }];
  }
  return [];
}

/** The user or group among a file's owners that is created after the file. */
function laterOwner({ value }: Pair, created: ReadonlySet<string>): string | undefined {
  if (value.type !== "scalar" || value.kind !== "str") return undefined;
  const names = String(value.value)
    .split(":", 2)
    .map((name) => name.trim());
  return names.find((name) => name !== "root" && (created.has(name) || DEFAULT_USERS.has(name)));
}

function timeZone(root: Mapping, isUnknown: IsUnknown): Told[] {
  const pair = findPair(root, "timezone");
  const value = pair?.value;
  if (pair === undefined || value?.type !== "scalar" || value.kind !== "str" || isUnknown?.(value) === true) return [];
  const zone = String(value.value);
  if (zone === "" || zone.startsWith("/") || isKnownZone(zone)) return [];
  const near = nearestZone(zone);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  const message = `The time zone ${cut(zone)} does not exist, so timezone fails and the zone of the image stays.${hint}`;
  // A new zone may be unknown to Node.
  return [{ ...fails("timezone", message, originOf(pair)), worst: "warning", confidence: "likely" }];
}

function fails(module: string, message: string, origin: Origin): Told {
  return { about: "module-fails", worst: "error", module, message, origin };
}
