import { versionAtLeast } from "../distro/version.ts";
import type { Module } from "./module.ts";
import { existsIn, isForDistro } from "./moduleFacts.ts";
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

/** Who reads a configuration: a version of cloud-init, and the distribution (system_info.distro) that packages it. */
export interface KeyReader {
  readonly version: string;
  readonly vendor: string | undefined;
}

/** Whether a module reads a top-level key, as far as the modules' tables know. */
export function readsKey(module: Module, key: string, { version, vendor }: KeyReader): boolean {
  const spec = Object.hasOwn(module.keys, key) ? module.keys[key] : undefined;
  if (spec === undefined || (spec.vendor !== undefined && spec.vendor !== vendor)) return false;
  const { since, removed } = spec;
  const isRead =
    (since === undefined || versionAtLeast(version, since)) &&
    (removed === undefined || !versionAtLeast(version, removed));
  return isRead && existsIn(module, version);
}

/** Whether a top-level key is one to recommend: a module reads it that runs on the distribution, and none warns of it. */
export function isCurrentKey(key: string, reader: KeyReader): boolean {
  const { version, vendor } = reader;
  const since = (wanted: string) => versionAtLeast(version, wanted);
  const readers = readersOf(key).filter(
    (module) => readsKey(module, key, reader) && (vendor === undefined || isForDistro(module, vendor, since)),
  );
  const isDeprecated = readers.some((module) => {
    const { deprecated } = module.keys[key]!;
    return deprecated !== undefined && since(deprecated);
  });
  return !isDeprecated && (readers.length > 0 || isCoreKey(key));
}
