import { findPair } from "../../config/merge.ts";
import { isTrue } from "../../config/options.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { decodeBase64 } from "../../python/base64.ts";
import { type ConfigNode, type Mapping, originOf } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { Told } from "../schema/told.ts";
import { failureSentence } from "../sentences/failures.ts";

/**
 * What makes a module fail whatever the image contains: keys of a user that exclude each other, and content that cannot
 * be decoded. A group of the user's own name fails where useradd creates such groups (USERGROUPS_ENAB), as almost everywhere.
 */
export function certainFailures(root: Mapping, version: string): Told[] {
  const users = findPair(root, "users")?.value;
  const isDefaultAsked =
    users?.type === "sequence" && users.children.some((item) => item.type === "scalar" && item.value === "default");
  const after = "Neither this user nor any after it is created";
  const lost = isDefaultAsked ? `${after}, nor the default user, who comes last.` : `${after}.`;
  return [
    ...itemsOf(root, "users").flatMap((user) => ofUser(user, version, lost)),
    ...itemsOf(root, "write_files").flatMap(ofFile),
  ];
}

function itemsOf(root: Mapping, key: string): Mapping[] {
  const list = findPair(root, key)?.value;
  return list?.type === "sequence" ? list.children.filter((item) => item.type === "mapping") : [];
}

function ofUser(user: Mapping, version: string, lost: string): Told[] {
  const name = findPair(user, "name")?.value;
  if (name?.type !== "scalar" || name.kind !== "str") return [];
  const node = (key: string) => (findPair(user, key) ?? findPair(user, key.replaceAll("_", "-")))?.value;
  const holds = (key: string) => {
    const value = node(key);
    return value !== undefined && truthy(value);
  };
  const keys = ["ssh_authorized_keys", "ssh_import_id"].filter((key) => node(key) !== undefined);
  const [redirect, homeless] = [node("ssh_redirect_user"), ["no_create_home", "system"].find(holds)];
  if (redirect !== undefined && truthy(redirect) && keys.length > 0)
    return [
      fails(
        `users_groups fails: the user ${pyStr(name)} has both ssh_redirect_user and ${keys[0]}. ${lost}`,
        originOf(redirect),
      ),
    ];
  if (versionAtLeast(version, "22.2") && homeless !== undefined && [...keys, "ssh_redirect_user"].some(holds))
    return [
      fails(
        `users_groups fails: the user ${pyStr(name)} has SSH keys but, with ${homeless}, no home directory. ${lost}`,
        originOf(node(homeless)!),
      ),
    ];
  const own = ownGroup(node("groups"), pyStr(name));
  const isCreated = ["primary_group", "no_user_group", "snapuser"].some(holds);
  const creates = node("create_groups");
  if (own === undefined || isCreated || (creates !== undefined && !truthy(creates))) return [];
  const reason = { code: "own-group-exists", user: pyStr(name), isRequested: true } as const;
  const { what, advice = "" } = failureSentence("users_groups", "", reason);
  return [{ ...fails(`${what}. ${lost} ${advice}`, own), confidence: "likely" }];
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

function ofFile(entry: Mapping): Told[] {
  const [path, content, encoding] = ["path", "content", "encoding"].map((key) => findPair(entry, key)?.value);
  if (content?.type !== "scalar" || content.kind !== "str" || encoding?.type !== "scalar") return [];
  if (findPair(entry, "source") !== undefined || path === undefined) return [];
  const isEncoded = /^\s*(gz(ip)?\+)?b(ase)?64\s*$/i.test(pyStr(encoding));
  const deferred = findPair(entry, "defer")?.value;
  const module = deferred !== undefined && isTrue(deferred) ? "write_files_deferred" : "write_files";
  if (!isEncoded || decodeBase64(String(content.value)) !== undefined) return [];
  const message = `${module} fails: the content of ${pyStr(path)} is not valid Base64. Neither this file nor any after it is written.`;
  return [fails(message, originOf(content))];
}

function fails(message: string, origin: Origin): Told {
  return { about: "module-fails", worst: "error", message, origin };
}
