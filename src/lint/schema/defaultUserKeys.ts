import { USER } from "../../boot/users/userKeys.ts";
import { findPair } from "../../config/merge.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { type Mapping, originOf } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { nearest } from "../nearest.ts";
import type { Told } from "./told.ts";

/** Keys of the default user that cloud-init reads, without the spellings with hyphens, which only entries of `users` accept. */
const KEYS = ["known", ...Object.keys(USER).filter((key) => !key.includes("-"))].sort();

/** Spelled with hyphens in the cloud.cfg of a distribution's package, by system_info.distro: Gentoo's before 21.2. */
const SHIPPED: Readonly<Record<string, string>> = { gentoo: "no-user-group" };

/**
 * Keys of system_info.default_user that nothing reads. Unlike in entries of `users`, hyphens are not allowed here; the
 * schema does not cover these keys.
 */
export function defaultUserKeys(root: Mapping, version: string): Told[] {
  const system = findPair(root, "system_info")?.value;
  const user = system?.type === "mapping" ? findPair(system, "default_user")?.value : undefined;
  if (user?.type !== "mapping") return [];
  const distro = pyStr((system?.type === "mapping" ? findPair(system, "distro")?.value : undefined) ?? null);
  const shipped = Object.hasOwn(SHIPPED, distro) ? SHIPPED[distro] : undefined;
  const known = KEYS.filter((key) => versionAtLeast(version, USER[key]?.since ?? "0"));
  return user.children.flatMap((pair): Told[] => {
    const name = String(pair.key.value);
    if (KEYS.includes(name) || name === shipped || name.length > 40) return [];
    const underscored = name.replaceAll("-", "_");
    const meant = known.includes(underscored) ? underscored : nearest(name, known);
    const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    return [
      {
        about: "unknown-key",
        worst: "error",
        message: `Unknown key "${name}" in system_info.default_user${hint}.`,
        origin: originOf(pair),
        replace: meant === undefined || findPair(user, meant) !== undefined ? undefined : { old: name, by: meant },
      },
    ];
  });
}
