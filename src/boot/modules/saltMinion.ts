import { configText } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { unknown } from "../../image/unknown.ts";
import { isMapping, mapping } from "../../python/checked.ts";
import type { ConfigObject } from "../../python/tree.ts";
import { safeYaml } from "../files/yamlText.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { installCommand, programs } from "../system/programs.ts";

/** cc_salt_minion: installs Salt's minion, writes its configuration and keys and starts it (18.5 to 26.2). */
export const saltMinion = defineModule({
  name: "salt_minion",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["salt_minion"],
  needs: [...programs("salt-minion"), "usr/local/etc"],
  keys: {
    salt_minion: form.keys({
      conf: form.hidingOthers("password", { id: form.any, log_level: form.any, master: form.any }),
      config_dir: form.text,
      grains: form.openKeys({}),
      pki_dir: form.text,
      pkg_name: form.text,
      private_key: form.secret("key", form.text),
      public_key: form.text,
      service_name: form.text,
    }),
  },
  run(boot) {
    if (!boot.config.has("salt_minion")) return;
    const config = mapping(boot.config.get("salt_minion"), "salt_minion");
    const freebsd = boot.facts.family === "freebsd";
    const name = configText(config.pkg_name, freebsd ? "py-salt" : "salt-minion");
    const service = configText(config.service_name, freebsd ? "salt_minion" : "salt-minion");
    const directory = configText(config.config_dir, freebsd ? "/usr/local/etc/salt" : "/etc/salt");
    boot.command(installCommand(boot, [name]));
    configure(boot, config, directory);
    const daemon = !boot.since("23.3") || !isMapping(config.conf) || config.conf.file_client !== "local";
    if (boot.since("23.3")) boot.command(`systemctl ${daemon ? "enable" : "disable"} ${service}`);
    boot.command(`systemctl ${daemon ? "restart" : "stop"} ${service}`);
    if (!daemon) boot.command("salt-call --local state.apply");
  },
});

/** The minion's files, once the package is installed, which keeps a file that exists. */
function configure(boot: ModuleRun, config: ConfigObject, directory: string): void {
  for (const [key, file] of [
    ["conf", "minion"],
    ["grains", "grains"],
  ] as const)
    if (config[key] !== undefined)
      boot.write(
        `${directory}/${file}`,
        safeYaml(boot.config.node("salt_minion", key)),
        boot.because("salt_minion", key),
      );
  if (config.public_key === undefined || config.private_key === undefined) return;
  const usual = `${directory}/pki/minion`;
  // The minion makes the usual directory when it starts, which its package has it do on Debian.
  const isUnknown = config.pki_dir === undefined && boot.lacks("salt-minion");
  const keys = configText(config.pki_dir, boot.image.stat(usual)?.kind === "directory" ? usual : `${directory}/pki`);
  for (const [key, file] of [
    ["public_key", "minion.pub"],
    ["private_key", "minion.pem"],
  ] as const) {
    const because = boot.because("salt_minion", key);
    const content = typeof config[key] === "string" ? config[key] : unknown("a key that is not a string");
    if (!isUnknown) boot.write(`${keys}/${file}`, content, because);
    else
      for (const path of [`${directory}/pki/${file}`, `${usual}/${file}`])
        boot.mayChange(path, "cloud-init writes it if the package of Salt has this directory", because);
  }
}
