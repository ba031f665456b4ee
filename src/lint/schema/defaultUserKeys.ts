import { USER } from "../../boot/users/userKeys.ts";
import { findPair } from "../../config/merge.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { type Mapping, originOf } from "../../python/tree.ts";
import { nearest } from "../nearest.ts";
import type { Told } from "./told.ts";

/** What is read of the default user, without the spellings with hyphens: those stand for entries of `users` only. */
const KEYS = ["known", ...Object.keys(USER).filter((key) => !key.includes("-"))].sort();

/**
 * Keys of system_info.default_user that nothing reads. Those of entries of `users` may have hyphens, these may not; the
 * schema does not know them.
 */
export function defaultUserKeys(root: Mapping, version: string): Told[] {
  const system = findPair(root, "system_info")?.value;
  const user = system?.type === "mapping" ? findPair(system, "default_user")?.value : undefined;
  if (user?.type !== "mapping") return [];
  const known = KEYS.filter((key) => versionAtLeast(version, USER[key]?.since ?? "0"));
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
        message: `cloud-init knows no key "${name}" in system_info.default_user${hint}.`,
        origin: originOf(pair),
        replace: meant === undefined ? undefined : { old: name, by: meant },
      },
    ];
  });
}
