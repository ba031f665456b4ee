import { findPair } from "../../config/merge.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { type Mapping, originOf } from "../../python/tree.ts";
import { nearest } from "../nearest.ts";
import type { Told } from "./told.ts";

/** Keys of a user that cloud-init reads (distros/__init__.py create_user and add_user, ug_util.py, cc_users_groups; 18.5 to 26.2). */
const KEYS = [
  "create_groups",
  "doas",
  "expiredate",
  "gecos",
  "groups",
  "hashed_passwd",
  "homedir",
  "inactive",
  "known",
  "lock_passwd",
  "name",
  "no_create_home",
  "no_log_init",
  "no_user_group",
  "passwd",
  "plain_text_passwd",
  "primary_group",
  "selinux_user",
  "shell",
  "snapuser",
  "ssh_authorized_keys",
  "ssh_import_id",
  "ssh_redirect_user",
  "sudo",
  "system",
  "uid",
];

/**
 * Keys of system_info.default_user that nothing reads. Unlike in entries of `users`, hyphens are not allowed here; the
 * schema does not cover these keys.
 */
export function defaultUserKeys(root: Mapping, version: string): Told[] {
  const system = findPair(root, "system_info")?.value;
  const user = system?.type === "mapping" ? findPair(system, "default_user")?.value : undefined;
  if (user?.type !== "mapping") return [];
  // cloud-init reads doas since 23.3.
  const known = KEYS.filter((key) => key !== "doas" || versionAtLeast(version, "23.3"));
  return user.children.flatMap((pair): Told[] => {
    const name = String(pair.key.value);
    if (KEYS.includes(name) || name.length > 40) return [];
    const underscored = name.replaceAll("-", "_");
    const meant = known.includes(underscored) ? underscored : nearest(name, known);
    const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    return [
      {
        about: "unknown-key",
        worst: "warning",
        message: `Unknown key "${name}" in system_info.default_user${hint}.`,
        origin: originOf(pair),
        replace: meant === undefined ? undefined : { old: name, by: meant },
      },
    ];
  });
}
