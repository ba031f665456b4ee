import { versionAtLeast } from "../distro/version.ts";
import type { Module } from "./module.ts";
import { existsIn } from "./moduleFacts.ts";
import { modules } from "./modules/modules.ts";

/** Top-level keys that cloud-init reads outside its modules (settings.py, stages.py, cmd/main.py, distros; 20.4 to 26.2). */
const CORE_KEYS: readonly string[] = [
  "allow_userdata",
  "cloud_config_modules",
  "cloud_final_modules",
  "cloud_init_modules",
  "conf_d",
  "create_hostname_file",
  "datasource",
  "datasource_list",
  "def_log_file",
  "fqdn",
  "hostname",
  "log_cfgs",
  "manual_cache_clean",
  "merge_how",
  "merge_type",
  "network",
  "output",
  "prefer_fqdn_over_hostname",
  "preserve_hostname",
  "reporting",
  "syslog_fix_perms",
  "system_info",
  "unverified_modules",
  "updates",
  "user",
  "users",
  "vendor_data",
  "vendor_data2",
];

const core = new Set(CORE_KEYS);

/** Whether cloud-init reads a top-level key outside its modules. */
export function isCoreKey(key: string): boolean {
  return core.has(key);
}

/** The modules of any version that read a top-level key. */
export function readersOf(key: string): readonly Module[] {
  return modules.filter((module) => Object.hasOwn(module.keys, key));
}

/** Whether any version of cloud-init reads a top-level key. */
export function isKnownKey(key: string): boolean {
  return core.has(key) || readersOf(key).length > 0;
}

/** Whether a module of cloud-init `version` reads a top-level key, as far as the modules' tables know. */
export function readsKey(module: Module, key: string, version: string): boolean {
  const spec = Object.hasOwn(module.keys, key) ? module.keys[key] : undefined;
  if (spec === undefined) return false;
  const { since, removed } = spec;
  const isRead =
    (since === undefined || versionAtLeast(version, since)) &&
    (removed === undefined || !versionAtLeast(version, removed));
  return isRead && existsIn(module, version);
}
