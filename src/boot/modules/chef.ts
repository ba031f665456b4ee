import { configBool, configList, configText } from "../../config/options.ts";
import { parentOf } from "../../image/writeLog.ts";
import { mapping } from "../../python/checked.ts";
import { dumpJson } from "../../python/json.ts";
import type { ConfigObject, ConfigValue } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { renderFile, templateFile } from "../files/imageTemplates.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { lacksProgram, packageManager } from "../system/programs.ts";
import { type ChefPaths, chefParameters, chefPaths } from "./chef/parameters.ts";
import { chefKeys } from "./chef/schema.ts";

const CLIENT = "/usr/bin/chef-client";
const VALIDATION = "/etc/chef/validation.pem";

/** cc_chef: writes Chef's configuration, since 20.3 at every boot, and installs Chef if it is missing (18.5 to 26.2). */
export const chef = defineModule({
  name: "chef",
  frequency: (since) => (since("20.3") ? "always" : "once-per-instance"),
  distros: "all",
  activatedBy: ["chef"],
  keys: chefKeys,
  run(boot) {
    if (!boot.config.has("chef")) return;
    const config = mapping(boot.config.get("chef"), "chef");
    const paths = chefPaths(boot);
    makeDirectories(boot, config, paths);
    const certificate = config.validation_cert ?? null;
    if (truthy(certificate) && certificate !== "system")
      boot.write(configText(config.validation_key, VALIDATION), pyStr(certificate), boot.because("chef"));
    writeClient(boot, config, paths);
    writeFirstBoot(boot, config);
    install(boot, config);
  },
});

function makeDirectories(boot: ModuleRun, config: ConfigObject, { cache, backup }: ChefPaths): void {
  const configured = configList(config.directories);
  const usual = ["/etc/chef", "/var/log/chef", "/var/lib/chef", cache, backup, "/var/run/chef"];
  for (const directory of [...(configured.length > 0 ? configured : usual), "/etc/chef"])
    boot.mkdir(directory, boot.because("chef"));
  if (!boot.since("25.2")) return;
  for (const [old, now] of [
    ["/var/cache/chef", "/var/chef/cache"],
    ["/var/backups/chef", "/var/chef/backup"],
  ] as const)
    for (const name of boot.image.list(old))
      if (boot.image.stat(`${now}/${name}`) === undefined && boot.image.stat(`${old}/${name}`)?.kind === "file")
        boot.rename(`${old}/${name}`, `${now}/${name}`, boot.because("chef"));
}

function writeClient(boot: ModuleRun, config: ConfigObject, paths: ChefPaths): void {
  const template = templateFile(boot, "chef_client.rb");
  if (template === undefined) {
    boot.note("chef-template-missing", {}, boot.because("chef"));
    return;
  }
  const { parameters, files } = chefParameters(boot, config, paths);
  for (const file of files) boot.mkdir(parentOf(file), boot.because("chef"));
  const path = boot.since("25.1") ? configText(config.config_path, "/etc/chef/client.rb") : "/etc/chef/client.rb";
  boot.write(path, renderFile(boot, template, parameters), boot.because("chef"));
}

function writeFirstBoot(boot: ModuleRun, config: ConfigObject): void {
  const path = configText(config.firstboot_path, "/etc/chef/firstboot.json");
  if (path === "") return;
  const content: Record<string, ConfigValue> = {};
  if (config.run_list !== undefined) content.run_list = config.run_list;
  if (config.initial_attributes !== undefined)
    Object.assign(content, mapping(config.initial_attributes, "chef.initial_attributes"));
  boot.write(path, dumpJson(content), boot.because("chef"));
}

function install(boot: ModuleRun, config: ConfigObject): void {
  const installed = !lacksProgram(boot, CLIENT);
  let run = configBool(config.exec, false);
  if (!installed || configBool(config.force_install, false)) {
    const type = configText(config.install_type, "packages");
    if (type === "gems") {
      boot.command("gem install chef");
      run = configBool(config.exec, true);
    } else if (type === "packages") boot.command(`${packageManager(boot)} install chef`);
    else if (type === "omnibus") boot.command(`chef-omnibus-install from ${configText(config.omnibus_url, "chef.io")}`);
    else run = false;
  }
  if (!run) return;
  boot.command(CLIENT);
  if (configBool(config.delete_validation_post_exec, false))
    boot.mayChange(VALIDATION, "cloud-init deletes it once Chef has run", boot.because("chef"));
}
