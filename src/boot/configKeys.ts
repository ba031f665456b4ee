import { versionAtLeast } from "../distro/version.ts";
import type { Module } from "./module.ts";
import { existsIn } from "./moduleFacts.ts";
import { modules } from "./modules/modules.ts";

/** Top-level keys that cloud-init reads from the files of the image, not from what a launch hands over (18.5 to 26.2). */
export const systemKeys: ReadonlySet<string> = new Set([
  "allow_userdata",
  "apt_get_command",
  "apt_get_upgrade_subcommand",
  "apt_get_wrapper",
  "conf_d",
  "datasource",
  "datasource_list",
  "def_log_file",
  "disable_network_activation",
  "disable_vmware_customization",
  "dsmode",
  "features",
  "log_cfgs",
  "logcfg",
  "manual_cache_clean",
  "network",
  "output",
  "policy",
  "reporting",
  "syslog_fix_perms",
  "unverified_modules",
  "vendor_data2",
  "warnings",
]);

/** Top-level keys that stock files of the Red Hat family and Amazon Linux set though nothing reads them since 18.5. */
export const stockKeys: ReadonlySet<string> = new Set(["cc_ready_cmd", "resize_rootfs_tmp", "ssh_svcname"]);

/** Top-level keys that it reads outside its modules wherever they come from (stages.py, cmd/main.py, distros; 20.4 to 26.2). */
const CORE_KEYS: readonly string[] = [
  "cloud_config_modules",
  "cloud_final_modules",
  "cloud_init_modules",
  "create_hostname_file",
  "fqdn",
  "hostname",
  "merge_how",
  "merge_type",
  "prefer_fqdn_over_hostname",
  "preserve_hostname",
  "system_info",
  "updates",
  "user",
  "users",
  "vendor_data",
];

const core: ReadonlySet<string> = new Set([...systemKeys, ...CORE_KEYS]);

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
