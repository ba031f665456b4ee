import { isMapping, items, mapping } from "../../python/checked.ts";
import { Raises } from "../../python/errors.ts";
import type { ConfigObject } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { commandWords, installCommand, programs } from "../system/programs.ts";
import { ansibleKeys } from "./ansible/schema.ts";

/** cc_ansible: installs Ansible and runs playbooks, which may do anything (22.3 to 26.2). */
export const ansible = defineModule({
  name: "ansible",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["ansible"],
  since: "22.3",
  needs: programs("ansible"),
  keys: ansibleKeys,
  run(boot) {
    const given = boot.config.get("ansible");
    const config = given === undefined ? {} : mapping(given, "ansible");
    if (Object.keys(config).length === 0) return;
    const { install_method: method, package_name: name } = config;
    if (method !== "pip" && method !== "distro")
      throw new Raises("ansible.install_method must be pip or distro", boot.because("ansible", "install_method"));
    if (!truthy(name ?? null))
      throw new Raises("ansible.package_name is missing", boot.because("ansible", "package_name"));
    if (method === "pip") boot.command(`python3 -m pip install ${pyStr(name!)}`);
    else if (boot.lacks("ansible")) boot.command(installCommand(boot, [pyStr(name!)]));
    if (isMapping(config.galaxy) && truthy(config.galaxy.actions ?? null))
      for (const action of items(config.galaxy.actions, "ansible.galaxy.actions"))
        boot.command(commandWords(action, "an action in ansible.galaxy").join(" "));
    const pulls = isMapping(config.pull) ? [config.pull] : Array.isArray(config.pull) ? config.pull : [];
    for (const one of pulls) pull(boot, mapping(one, "ansible.pull"));
    if (isMapping(config.setup_controller)) control(boot, config.setup_controller);
  },
});

function pull(boot: ModuleRun, config: ConfigObject): void {
  const books = config.playbook_names ?? config.playbook_name;
  if (!truthy(config.url ?? null) || !truthy(books ?? null))
    throw new Raises("ansible.pull must have a URL and a playbook", boot.because("ansible", "pull"));
  const names = Array.isArray(books) ? books.map((name) => pyStr(name)) : [pyStr(books!)];
  boot.command(`ansible-pull --url=${pyStr(config.url!)} ${names.join(" ")}`);
  boot.note("playbooks-unknown", { url: pyStr(config.url!) }, boot.because("ansible", "pull", "url"));
}

function control(boot: ModuleRun, { repositories, run_ansible }: ConfigObject): void {
  for (const one of Array.isArray(repositories) ? repositories : [])
    if (isMapping(one)) boot.command(`git clone ${pyStr(one.source ?? null)} ${pyStr(one.path ?? null)}`);
  for (const one of Array.isArray(run_ansible) ? run_ansible : [])
    if (isMapping(one)) boot.command(`ansible-playbook ${pyStr(one.playbook_name ?? null)}`);
}
