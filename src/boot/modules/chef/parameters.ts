import { configBool, configText } from "../../../config/options.ts";
import { Raises } from "../../../python/errors.ts";
import type { ConfigObject, ConfigValue } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { instanceName } from "../../cloud/instanceName.ts";
import { header } from "../../files/makeHeader.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** Where Chef keeps its cache and its backups, which moved with 25.1. */
export interface ChefPaths {
  readonly cache: string;
  readonly backup: string;
}

export function chefPaths(boot: ModuleRun): ChefPaths {
  return boot.since("25.1")
    ? { cache: "/var/chef/cache", backup: "/var/chef/backup" }
    : { cache: "/var/cache/chef", backup: "/var/backups/chef" };
}

/** Parameters that name files, whose directories are created. */
const FILES = [
  "log_location",
  "validation_key",
  "client_key",
  "file_cache_path",
  "json_attribs",
  "pid_file",
  "encrypted_data_bag_secret",
];
const OTHERS = ["chef_license", "environment", "node_name", "server_url", "validation_name"];

/** The variables of the template for client.rb, and the files that it names (cc_chef, 18.5 to 26.2). @throws Raises */
export function chefParameters(
  boot: ModuleRun,
  config: ConfigObject,
  { cache, backup }: ChefPaths,
): { parameters: ConfigObject; files: string[] } {
  const parameters: Record<string, ConfigValue> = {
    ssl_verify_mode: ":verify_none",
    log_level: ":info",
    log_location: "/var/log/chef/client.log",
    validation_key: "/etc/chef/validation.pem",
    validation_cert: null,
    client_key: "/etc/chef/client.pem",
    json_attribs: "/etc/chef/firstboot.json",
    file_cache_path: cache,
    file_backup_path: backup,
    pid_file: "/var/run/chef/client.pid",
    show_time: true,
    encrypted_data_bag_secret: null,
  };
  const known = new Set([...Object.keys(parameters), ...OTHERS]);
  for (const [key, value] of Object.entries(config)) {
    if (!known.has(key)) continue;
    if (key === "show_time" && value !== null) parameters[key] = configBool(value, false);
    else parameters[key] = value === null ? null : pyStr(value);
  }
  for (const key of ["server_url", "validation_name"]) {
    const value = config[key];
    if (value === undefined) throw new Raises(`chef.${key} is missing`);
    parameters[key] = value;
  }
  parameters.generated_by = header(boot, "Created");
  parameters.node_name = configText(config.node_name, instanceName(boot));
  parameters.environment = configText(config.environment, "_default");
  const files = FILES.flatMap((key) => (truthy(parameters[key] ?? null) ? [pyStr(parameters[key]!)] : []));
  return { parameters, files };
}
